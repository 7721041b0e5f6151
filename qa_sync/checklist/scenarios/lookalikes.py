"""Two records that are alike in all but what makes a record itself: one on each side, and not the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qa_sync.checklist.model import Insert, SampleValue, Side
from qa_sync.checklist.samples.record import Recipe
from qa_sync.checklist.scenarios.context import FULL, Brief
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import PropertyCard, Writable

TEXTS = frozenset({"text", "escaped_text", "html", "email", "identifier"})
"""Conversions whose samples bear the mark."""

KEYS = frozenset({"email", "sku", "external_number", "number", "slug"})
"""Concepts that tell records apart where the cards call nothing unique."""


def twins(
    brief: Brief, scenario: str, there: str, here: str, apart: tuple[PropertyPair, ...] = ()
) -> tuple[Insert, Insert]:
    """Return a record on the target, and one on the source that shows the same but for what is unique.

    `apart` are further pairs in which they differ.
    """
    own = _own(brief, apart)
    twin = brief.mark(scenario, f"{there}+{here}")
    made = brief.insert(scenario, here)
    recipe = Recipe(
        brief.ends,
        Side.SOURCE,
        made.mark,
        FULL,
        brief.company.roles,
        fixed=brief.fixed(),
        own=frozenset(p.source for p in own),
        twin=twin,
        making=True,
    )
    source = replace(made, values=recipe.values((*brief.pairs, *apart)))
    mark = brief.mark(scenario, there)
    target = replace(recipe, side=Side.TARGET, mark=mark, own=frozenset(p.target for p in own), fixed={})
    values = dict(replace(target, fixed=_shown(brief, source.values, own)).values(own))
    alike = tuple(p for p in apart if values.get(p.target) == source.values.get(p.source))
    others = replace(target, version=FULL + 1).values(alike)  # what is the same whatever the mark, as a date is
    values |= {p.target: others[p.target] for p in alike if p.target in others}
    return Insert(there, Side.TARGET, values, mark), source


def _shown(brief: Brief, values: Mapping[str, SampleValue], own: tuple[PropertyPair, ...]) -> Mapping[str, SampleValue]:
    """Return a source record's values as the target would hold them, without those in which the two differ."""
    differ = {p.target for p in own}
    found: dict[str, SampleValue] = {}
    for pair in brief.pairs:
        card = brief.ends.property(pair, Side.TARGET)
        if card and card.writable is not Writable.NEVER and pair.source in values and card.path not in differ:
            found.setdefault(card.path, values[pair.source])
    return found


def _own(brief: Brief, apart: tuple[PropertyPair, ...]) -> tuple[PropertyPair, ...]:
    """Return the pairs in which the two must differ: the unique ones, and always one that bears their marks."""
    known = [p for p in brief.pairs if not brief.ends.unknown(p)]
    unique = tuple(p for p in known if any(_end(brief, p, side).unique for side in Side) and p not in apart)
    if any(_bears_mark(brief, p) for p in (*apart, *unique)):
        return (*apart, *unique)
    texts = [p for p in known if _bears_mark(brief, p)]
    keys = [p for p in texts if _end(brief, p, Side.SOURCE).concept in KEYS]
    return (*apart, *unique, *(keys or texts[-1:])[:1])


def _bears_mark(brief: Brief, pair: PropertyPair) -> bool:
    return all(
        _end(brief, pair, side).form.convert in TEXTS and _end(brief, pair, side).writable is not Writable.NEVER
        for side in Side
    )


def _end(brief: Brief, pair: PropertyPair, side: Side) -> PropertyCard:
    path = pair.source if side is Side.SOURCE else pair.target
    return brief.ends.card(side).properties[path]
