"""Rows that apply only when another property holds a value: tried on records that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qa_sync.checklist.model import Carries, Check, Edit, Expect, SampleValue, Scenario, Side, Step
from qa_sync.checklist.samples.edit_rounds import Pairs
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.dataflow.model import PropertyPair, StatementKind, When
from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import Writable
from qa_sync.values.canonical import to_canonical

Conditions = tuple[tuple[When, ...], tuple[When, ...]]


def dependants(brief: Brief) -> Part:
    """Return `property` and `update-forward` for rows with conditions; one record for each set of conditions."""
    checks: list[Check] = []
    groups: dict[Conditions, list[PropertyPair]] = {}
    why_not = brief.linking.why_not
    for pair in brief.dependants:
        if why := _not_told(brief, pair):
            title = f"{pair.source} -> {pair.target}"
            check = brief.check("property", title, brief.property_line(pair), pair, why_not)
            checks.append(check if why_not else replace(check, manual=why))
        else:
            known = replace(
                pair, source_when=_literal(brief, pair.source_when), target_when=_literal(brief, pair.target_when)
            )
            groups.setdefault((known.source_when, known.target_when), []).append(known)
    parts = [_tried(brief, f"dependant-{n}", tuple(group)) for n, group in enumerate(groups.values(), 1)]
    return Part(
        (*checks, *(c for part in parts for c in part.checks)), tuple(s for part in parts for s in part.scenarios)
    )


def _tried(brief: Brief, name: str, pairs: Pairs) -> Part:
    """Return the checks of rows that apply under the same conditions, and their one scenario."""
    existing, why = brief.linking.matched is not None, brief.linking.why_not
    titles = {pair: f"{pair.source} -> {pair.target}" for pair in pairs}
    shown = {
        p: brief.check(
            "property", titles[p], brief.property_line(p), p, why or brief.ends.no_property(p, existing=existing)
        )
        for p in pairs
    }
    followed = {
        p: brief.check(
            "update-forward", titles[p], brief.line(StatementKind.KEEP), p, why or brief.no_edit(p, Side.SOURCE)
        )
        for p in pairs
    }
    checks = (*shown.values(), *followed.values())
    ids = tuple(c.id for c in checks if not c.skip)
    if not ids:
        return Part(checks)
    steps = (
        *brief.begin(name),
        *brief.arrive(name, "subject", also=pairs, more=_held(brief, pairs[0])),
        *_looked(shown),
        *_edited(brief, name, followed),
    )
    return Part(checks, (Scenario(name, brief.cast("subject"), steps, ids),))


def _looked(checks: Mapping[PropertyPair, Check]) -> tuple[Step, ...]:
    claims = tuple((c.id, Carries("subject", Side.TARGET, pair)) for pair, c in checks.items() if not c.skip)
    return (Expect(claims, wait=True),) if claims else ()


def _edited(brief: Brief, name: str, checks: Mapping[PropertyPair, Check]) -> tuple[Step, ...]:
    pairs = tuple(pair for pair, c in checks.items() if not c.skip)
    if not pairs:
        return ()
    return (Edit("subject", Side.SOURCE, brief.edited(name, "subject", Side.SOURCE, pairs, 1)), *_looked(checks))


def _literal(brief: Brief, whens: tuple[When, ...]) -> tuple[When, ...]:
    return tuple(When(brief.settings.literals.get(w.value, w.value), w.path) for w in whens)


def _held(brief: Brief, pair: PropertyPair) -> Mapping[str, SampleValue]:
    """Return what a source record must hold for the row to apply."""
    cards = brief.ends.source.properties
    return {w.path: to_canonical(w.value, cards[w.path].form) for w in pair.source_when}


def _not_told(brief: Brief, pair: PropertyPair) -> str | None:
    """Return why only a person can tell whether a row holds, None when it can be tried."""
    for when in (*pair.source_when, *pair.target_when):
        told = f"applies only when {when.path or '(no path given)'} holds {when.value or '(no value given)'}"
        literal = brief.settings.literals.get(when.value, when.value)
        if not (when.path and literal) or literal.startswith("wd:"):
            return f"{told}; qa-sync.toml says what that is in [literals]" if when.path and when.value else told
    paths = [w.path for w in pair.source_when]
    if len(set(paths)) < len(paths):
        return f"applies only when {paths[0]} holds several values at once"
    return next((why for w in _literal(brief, pair.source_when) if (why := _unwritable(brief, w))), None)


def _unwritable(brief: Brief, when: When) -> str | None:
    card = brief.ends.source.properties.get(when.path)
    told = f"applies only when {when.path} holds {when.value}"
    if card is None:
        return f"{told}; the connector knows no such property of {brief.section.source}"
    if card.writable is Writable.NEVER or (card.concept or "").startswith("lines."):
        return f"{told}, which no record can be made with"
    try:
        to_canonical(when.value, card.form)
    except NotConvertible as error:
        return f"{told}: {error.message}"
    return None
