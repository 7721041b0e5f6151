"""Lookalikes: a record on each side that are equal except for their unique properties, and must not be linked."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from qa_sync.checklist.samples.record import RecordBuilder
from qa_sync.checklist.scenarios.context import AS_CREATED, SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert, SampleValue
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import PropertyCard, Writable

TEXTS = frozenset({"text", "escaped_text", "html", "email", "identifier"})
"""Conversions whose samples contain the mark."""

KEYS = frozenset({"email", "sku", "external_number", "number", "slug"})
"""Concepts that identify a record where the cards have no unique property."""


def lookalikes(
    context: SectionContext,
    scenario: str,
    target_role: str,
    source_role: str,
    extra_pairs: tuple[PropertyPair, ...] = (),
) -> tuple[Insert, Insert]:
    """Return a target record, and a source record with the same values except for the unique properties.

    `extra_pairs` are further pairs with different values.
    """
    differing = _differing_pairs(context, extra_pairs)
    shared_mark = context.mark(scenario, f"{target_role}+{source_role}")
    made = context.insert(scenario, source_role)
    builder = RecordBuilder(
        context.entities,
        Side.SOURCE,
        made.mark,
        AS_CREATED,
        context.related.reference_roles,
        fixed=context.fixed(),
        own_paths=frozenset(p.source for p in differing),
        shared_mark=shared_mark,
        creating=True,
    )
    source = replace(made, values=builder.values((*context.pairs, *extra_pairs)))
    mark = context.mark(scenario, target_role)
    target = replace(builder, side=Side.TARGET, mark=mark, own_paths=frozenset(p.target for p in differing), fixed={})
    values = dict(replace(target, fixed=values_on_target(context, source.values, differing)).values(differing))
    alike = tuple(p for p in extra_pairs if values.get(p.target) == source.values.get(p.source))
    others = replace(target, version=AS_CREATED + 1).values(
        alike
    )  # a value that does not depend on the mark, like a date
    values |= {p.target: others[p.target] for p in alike if p.target in others}
    return Insert(target_role, Side.TARGET, values, mark), source


def values_on_target(
    context: SectionContext, values: Mapping[str, SampleValue], differing: tuple[PropertyPair, ...]
) -> Mapping[str, SampleValue]:
    """Return the values of a source record as target values, without the pairs that must differ."""
    differing_paths = {p.target for p in differing}
    values_on_target: dict[str, SampleValue] = {}
    for pair in context.pairs:
        card = context.entities.property(pair, Side.TARGET)
        if card and card.writable is not Writable.NEVER and pair.source in values and card.path not in differing_paths:
            values_on_target.setdefault(card.path, values[pair.source])
    return values_on_target


def _differing_pairs(context: SectionContext, extra_pairs: tuple[PropertyPair, ...]) -> tuple[PropertyPair, ...]:
    """Return the pairs that must differ: the unique ones, and always one that contains the mark."""
    known = [p for p in context.pairs if not context.entities.reason_unknown(p)]
    unique = tuple(
        p for p in known if any(_property_card(context, p, side).unique for side in Side) and p not in extra_pairs
    )
    if any(contains_mark(context, p) for p in (*extra_pairs, *unique)):
        return (*extra_pairs, *unique)
    texts = [p for p in known if contains_mark(context, p)]
    keys = [p for p in texts if _property_card(context, p, Side.SOURCE).concept in KEYS]
    return (*extra_pairs, *unique, *(keys or texts[-1:])[:1])


def contains_mark(context: SectionContext, pair: PropertyPair) -> bool:
    """Return whether a pair holds a text with the mark on both sides."""
    return all(
        _property_card(context, pair, side).form.convert in TEXTS
        and _property_card(context, pair, side).writable is not Writable.NEVER
        for side in Side
    )


def _property_card(context: SectionContext, pair: PropertyPair, side: Side) -> PropertyCard:
    path = pair.source if side is Side.SOURCE else pair.target
    return context.entities.card(side).properties[path]
