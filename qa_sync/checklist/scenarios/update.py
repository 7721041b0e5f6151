"""An edit of a linked pair on either side reaches the other; then nothing changes anymore, and bystanders never do."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.claims import (
    Claim,
    CounterpartExists,
    NoDuplicate,
    PropertySynced,
    RecordsUnchanged,
    UnmappedUnchanged,
)
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason
from qa_sync.checklist.samples.edit_rounds import (
    Pairs,
    edit_groups,
    edit_rounds,
    edited_path,
    receiving_path,
    same_target,
)
from qa_sync.checklist.scenarios.conflict import PAUSE_S, conflict_plan
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.edit_moments import MomentsPlan, moments_plan
from qa_sync.checklist.scenarios.merging.lookalikes import lookalikes
from qa_sync.checklist.scenarios.small_edits import small_edits
from qa_sync.checklist.scenarios.unmapped_properties import give_more
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, Expect, Sleep, Snapshot, Step, WaitCycles
from qa_sync.dataflow.model import PropertyPair, StatementKind

Claims = tuple[tuple[str | None, Claim], ...]

CYCLES = 3
"""Further sync cycles without changes: an echo shows in the first, alternating values in the second."""

FIRST_EDIT = {Side.SOURCE: 1, Side.TARGET: 3}
"""The version of the first edit on a side of one record; later rounds use the next version."""


STILL_ONE = Expect(tuple((None, NoDuplicate("subject", side)) for side in (Side.TARGET, Side.SOURCE)), wait=False)
"""After the edits there is no copy of the record; where the scenario `update` runs, `stable` reports it."""


class Rounds(Struct, frozen=True):
    """The records that are edited on a side: those of a scenario; `first` is the version of the first edit."""

    scenario: str
    edited: Side
    first: int


def update(context: SectionContext) -> ChecksAndScenarios:
    """Return `update-forward`, `update-backward`, `newest-wins`, `independent`, `stable`, `isolated`, `any-time`."""
    line, reason = context.line(StatementKind.KEEP), context.linking.skip_reason
    forward, backward = (_update_checks(context, side, reason) for side in Side)
    conflict = conflict_plan(context, (forward, backward))
    moments = moments_plan(context, "any-time" if context.may_create_more else "update", (forward, backward))
    stable = context.check("stable", "further sync cycles change nothing on either side", line, skip=reason)
    isolated = context.check("isolated", "other records and unmapped properties stay unchanged", line, skip=reason)
    checks = (*forward, *backward, stable, isolated, *conflict.checks, *moments.checks)
    if reason:
        return ChecksAndScenarios(checks)
    with_lookalike = _can_create_unlinked(context)
    bystanders = ("bystander", *context.related.bystanders, *(("namesake",) if with_lookalike else ()))
    more = give_more(context, "subject")
    untouched: Claims = tuple((isolated.id, UnmappedUnchanged(step.role, step.side)) for step in more)
    more_claims: Claims = tuple(
        (isolated.id, UnmappedUnchanged(step.role, step.side, given=True)) for step in more if step.given
    )
    unchanged_claims: Claims = (
        (stable.id, RecordsUnchanged("subject")),
        *((isolated.id, RecordsUnchanged(role)) for role in bystanders),
        *untouched,
    )
    if context.may_create_more:
        edits = (
            *_create_both(context, "update"),
            *more,
            *_edits(context, Rounds("update", Side.SOURCE, FIRST_EDIT[Side.SOURCE]), forward, more_claims),
            *_edit_back(context, backward, more_claims),
        )
        more_scenarios = _on_other_records(context, backward, moments)
    else:
        rounds = tuple(Rounds("update", side, FIRST_EDIT[side]) for side in Side)
        edits = (
            *moments.steps,
            *more,
            *_edits(context, rounds[0], forward, more_claims),
            *_edits(context, rounds[1], backward, more_claims),
        )
        more_scenarios = ()
    steps = (
        *context.create_related("update", bystanders=True),
        *(_create_lookalikes(context) if with_lookalike else context.create_linked("update", "bystander")),
        WaitCycles(CYCLES),  # a sync may fill a new record in several cycles
        Snapshot(tuple(role for role in bystanders if role != "namesake")),
        *edits,
        *conflict.steps,
        Snapshot(("subject",)),
        *(step for _ in range(CYCLES) for step in (WaitCycles(1), Expect(unchanged_claims, wait=False))),
    )
    elsewhere = {check for scenario in more_scenarios for check in scenario.checks}
    ids = tuple(c.id for c in checks if not c.skip and c.id not in elsewhere)
    roles = context.roles("bystander", "namesake", "subject", "fellow")
    return ChecksAndScenarios(checks, (Scenario("update", roles, steps, ids), *more_scenarios))


def _on_other_records(
    context: SectionContext, backward: tuple[Check, ...], moments: MomentsPlan
) -> tuple[Scenario, ...]:
    """Return the scenarios of backward edits and of edits at certain moments, which run in parallel.

    The backward edits are made after the snapshot of the bystanders in the scenario `update`.
    """
    name = "update-backward"
    steps = (
        *context.create_related(name),
        *_create_both(context, name),
        WaitCycles(CYCLES),
        *_edits(context, Rounds(name, Side.TARGET, FIRST_EDIT[Side.SOURCE]), backward, ()),
        STILL_ONE,
    )
    planned = (
        Scenario(name, context.roles("subject", "fellow"), steps, _ids(backward)),
        Scenario(
            "any-time",
            context.roles("subject"),
            (*context.create_related("any-time"), *moments.steps, STILL_ONE),
            _ids(moments.checks),
        ),
    )
    return tuple(scenario for scenario in planned if scenario.checks)


def _ids(checks: tuple[Check, ...]) -> tuple[str, ...]:
    return tuple(check.id for check in checks if not check.skip)


def _create_both(context: SectionContext, scenario: str) -> tuple[Step, ...]:
    """Return the steps that create the subject and its fellow, and wait until both are linked."""
    linked = [step for role in ("subject", "fellow") for step in context.create_linked(scenario, role)]
    claims = tuple(claim for step in linked if isinstance(step, Expect) for claim in step.claims)
    return (*(step for step in linked if not isinstance(step, Expect)), Expect(claims, wait=True))


def _edit_back(context: SectionContext, checks: tuple[Check, ...], untouched: Claims) -> tuple[Step, ...]:
    """Return an edit of the subject on the target, after which what no row is about must still be there.

    The scenario `update-backward` has the claims about its arrival.
    """
    pairs = tuple(c.pair for c in checks if c.pair and not c.skip)
    rounds = edit_rounds(edit_groups(pairs, dict(context.entities.source.properties)), Side.TARGET)
    if not rounds:
        return ()
    values = context.edited_values("update", "subject", Side.TARGET, rounds[0], FIRST_EDIT[Side.TARGET] + 1)
    look = (Expect(untouched, wait=False),) if untouched else ()
    return (Sleep(PAUSE_S), Edit("subject", Side.TARGET, values), WaitCycles(1), *look)


def _update_checks(context: SectionContext, edited: Side, reason: Reason | None) -> tuple[Check, ...]:
    kind = "update-forward" if edited is Side.SOURCE else "update-backward"
    line = context.line(StatementKind.KEEP)
    return tuple(
        context.check(
            kind,
            f"{edited_path(pair, edited)} -> {receiving_path(pair, edited)}",
            line,
            pair,
            skip=reason or context.reason_not_editable(pair, edited),
        )
        for pair in context.pairs
    )


def _edits(context: SectionContext, on: Rounds, checks: tuple[Check, ...], untouched: Claims) -> Iterator[Step]:
    """Yield an edit for each round, followed by claims about every property, edited or not.

    In the first round another record is edited as well before the sync runs, because a sync may confuse the two or
    process only one. Small edits follow.
    """
    edited = on.edited
    tried = {c.pair: c.id for c in checks if c.pair and not c.skip}
    groups = edit_groups(tried, dict(context.entities.source.properties))
    rounds = edit_rounds(groups, edited, one_by_one=context.depth is Depth.THOROUGH)
    for number, pairs in enumerate(rounds):
        version = on.first + min(number, 1)
        yield Sleep(PAUSE_S)
        claims = tuple((check, _synced_claim(context, pair, edited, pairs)) for pair, check in tried.items())
        if context.may_create_more and not number:
            # In the version of the second edit, so that the two records differ in every value.
            yield Edit("fellow", edited, context.edited_values(on.scenario, "fellow", edited, pairs, version + 1))
            claims += tuple((check, replace(claim, role="fellow")) for check, claim in claims)
        yield Edit("subject", edited, context.edited_values(on.scenario, "subject", edited, pairs, version))
        yield Expect((*claims, *untouched), wait=True)
    for values, pairs in small_edits(context, on.scenario, edited, tuple(tried), on.first + 1):
        yield Sleep(PAUSE_S)
        yield Edit("subject", edited, values)
        yield Expect(tuple((tried[pair], _synced_claim(context, pair, edited, pairs)) for pair in pairs), wait=True)


def _synced_claim(context: SectionContext, pair: PropertyPair, edited: Side, pairs: Pairs) -> PropertySynced:
    """Return the claim that both sides agree on a pair, and that a side that was not edited is unchanged."""
    edited_ends = {receiving_path(p, edited) for p in pairs}
    other_unchanged = pair in pairs or receiving_path(pair, edited) not in edited_ends
    return PropertySynced("subject", edited.other, pair, same_target(pair, context.pairs), other_unchanged)


def _can_create_unlinked(context: SectionContext) -> bool:
    """Return whether a target record can be created that never gets linked."""
    merges = context.section.statement(StatementKind.MERGE_IF) or not context.linking.creates
    return not merges and not context.entities.reason_no_operation(Side.TARGET, "insert")


def _create_lookalikes(context: SectionContext) -> Iterator[Step]:
    """Yield the steps that create a bystander next to a lookalike on the target that is not its counterpart."""
    namesake, bystander = lookalikes(context, "update", "namesake", "bystander")
    yield namesake
    yield Snapshot(("namesake",))
    yield bystander
    yield Expect(((None, CounterpartExists("bystander", Side.TARGET, exactly_one=False)),), wait=True)
