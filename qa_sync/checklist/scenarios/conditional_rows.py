"""Rows that apply only when another property has a value: tested on records with that value."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from qa_sync.checklist.claims import PropertySynced
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.edit_rounds import Pairs
from qa_sync.checklist.samples.same_place import region_in
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, Expect, SampleValue, Step
from qa_sync.dataflow.model import PropertyPair, StatementKind, When
from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import Writable
from qa_sync.values.canonical import to_canonical

Conditions = tuple[tuple[When, ...], tuple[When, ...]]


def conditional_rows(context: SectionContext) -> ChecksAndScenarios:
    """Return `property` and `update-forward` for rows with conditions; one record for each set of conditions."""
    checks: list[Check] = []
    groups: dict[Conditions, list[PropertyPair]] = {}
    skip_reason = context.linking.skip_reason
    for pair in context.conditional_pairs:
        if reason := _manual_reason(context, pair):
            title = f"{pair.source} -> {pair.target}"
            check = context.check("property", title, context.property_line(pair), pair, skip_reason)
            checks.append(check if skip_reason else replace(check, manual=reason))
        else:
            resolved = replace(
                pair,
                source_when=_with_literals(context, pair.source_when),
                target_when=_with_literals(context, pair.target_when),
            )
            groups.setdefault((resolved.source_when, resolved.target_when), []).append(resolved)
    tried = [_group_checks(context, f"dependant-{n}", tuple(group)) for n, group in enumerate(groups.values(), 1)]
    return ChecksAndScenarios(
        (*checks, *(c for contribution in tried for c in contribution.checks)),
        tuple(s for contribution in tried for s in contribution.scenarios),
    )


def _group_checks(context: SectionContext, name: str, pairs: Pairs) -> ChecksAndScenarios:
    """Return the checks of rows that apply under the same conditions, and their one scenario."""
    existing, reason = context.linking.match_criterion is not None, context.linking.skip_reason
    titles = {pair: f"{pair.source} -> {pair.target}" for pair in pairs}
    property_checks = {
        p: context.check(
            "property",
            titles[p],
            context.property_line(p),
            p,
            reason or context.entities.reason_not_synced(p, existing=existing),
        )
        for p in pairs
    }
    update_checks = {
        p: context.check(
            "update-forward",
            titles[p],
            context.line(StatementKind.KEEP),
            p,
            reason or context.reason_not_editable(p, Side.SOURCE),
        )
        for p in pairs
    }
    checks = (*property_checks.values(), *update_checks.values())
    ids = tuple(c.id for c in checks if not c.skip)
    if not ids:
        return ChecksAndScenarios(checks)
    steps = (
        *context.create_related(name),
        *context.create_linked(
            name,
            "subject",
            extra_pairs=pairs,
            extra_values={**_places(context, pairs, version=0), **_condition_values(context, pairs[0])},
        ),
        *_expect_synced(property_checks),
        *_edit_and_expect(context, name, update_checks),
    )
    return ChecksAndScenarios(checks, (Scenario(name, context.roles("subject"), steps, ids),))


def _expect_synced(checks: Mapping[PropertyPair, Check]) -> tuple[Step, ...]:
    claims = tuple((c.id, PropertySynced("subject", Side.TARGET, pair)) for pair, c in checks.items() if not c.skip)
    return (Expect(claims, wait=True),) if claims else ()


def _edit_and_expect(context: SectionContext, name: str, checks: Mapping[PropertyPair, Check]) -> tuple[Step, ...]:
    pairs = tuple(pair for pair, c in checks.items() if not c.skip)
    if not pairs:
        return ()
    edited = context.edited_values(name, "subject", Side.SOURCE, pairs, 1)
    return (
        Edit("subject", Side.SOURCE, {**edited, **_places(context, pairs, version=1)}),
        *_expect_synced(checks),
    )


def _with_literals(context: SectionContext, whens: tuple[When, ...]) -> tuple[When, ...]:
    return tuple(When(context.settings.literals.get(w.value, w.value), w.path) for w in whens)


def _condition_values(context: SectionContext, pair: PropertyPair) -> Mapping[str, SampleValue]:
    """Return the values that a source record needs for the row to apply."""
    cards = context.entities.source.properties
    return {w.path: to_canonical(w.value, cards[w.path].form) for w in pair.source_when}


def _places(context: SectionContext, pairs: Pairs, version: int) -> Mapping[str, SampleValue]:
    """Return regions of the countries that the rows depend on, each with its country, by the paths of the source."""
    source, countries = context.entities.source, _countries(context, pairs[0])
    paths = {pair.source for pair in pairs}
    places: dict[str, SampleValue] = {}
    for head, country in countries.items():
        region, nation = (source.by_concept(f"{head}.{part}") for part in ("region", "country"))
        sample = region_in(country, version)
        if region is not None and nation is not None and region.path in paths and sample is not None:
            places |= {region.path: sample, nation.path: country}
    return places


def _countries(context: SectionContext, pair: PropertyPair) -> Mapping[str, SampleValue]:
    """Return the countries that a row depends on, by the address they belong to (`billing`)."""
    countries: dict[str, SampleValue] = {}
    for whens, card in ((pair.source_when, context.entities.source), (pair.target_when, context.entities.target)):
        for when in whens:
            head, _, part = (card.properties[when.path].concept or "").rpartition(".")
            if part == "country":
                countries[head] = to_canonical(when.value, card.properties[when.path].form)
    return countries


def _manual_reason(context: SectionContext, pair: PropertyPair) -> Reason | None:
    """Return why a row needs a manual check, None when it can be tested."""
    for when in (*pair.source_when, *pair.target_when):
        condition_text = f"applies only when {when.path or '(no path given)'} is {when.value or '(no value given)'}"
        literal = context.settings.literals.get(when.value, when.value)
        if not (when.path and literal) or literal.startswith("wd:"):
            hint = "; add its value to [literals] in qa-sync.toml" if when.path and when.value else ""
            return Reason(ReasonCode.NO_LITERAL, condition_text + hint)
    paths = [w.path for w in pair.source_when]
    if len(set(paths)) < len(paths):
        text = f"applies only when {paths[0]} has several values at once"
        return Reason(ReasonCode.CONDITION_PROPERTY, text)
    return next(
        (reason for w in _with_literals(context, pair.source_when) if (reason := _unwritable(context, w))), None
    )


def _unwritable(context: SectionContext, when: When) -> Reason | None:
    card = context.entities.source.properties.get(when.path)
    condition_text = f"applies only when {when.path} is {when.value}"
    if card is None:
        text = f"{condition_text}; the connector has no such property of {context.section.source}"
        return Reason(ReasonCode.UNKNOWN_PROPERTY, text)
    if card.writable is Writable.NEVER or (card.concept or "").startswith("lines."):
        return Reason(ReasonCode.CONDITION_PROPERTY, f"{condition_text}, and no record can be created with that value")
    try:
        to_canonical(when.value, card.form)
    except NotConvertible as error:
        return Reason(ReasonCode.CONDITION_PROPERTY, f"{condition_text}: {error.message}")
    return None
