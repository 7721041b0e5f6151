"""An edit of a linked pair on either side reaches the other; then nothing changes anymore, and bystanders never do."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, CounterpartExists, PropertySynced, RecordsUnchanged, UnmappedUnchanged
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
from qa_sync.checklist.scenarios.edit_moments import moments_plan
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
"""The version of the first edit on a side; later rounds use the next version."""


def update(context: SectionContext) -> ChecksAndScenarios:
    """Return `update-forward`, `update-backward`, `newest-wins`, `independent`, `stable`, `isolated`, `any-time`."""
    line, reason = context.line(StatementKind.KEEP), context.linking.skip_reason
    forward, backward = (_update_checks(context, side, reason) for side in Side)
    conflict = conflict_plan(context, (forward, backward))
    moments = moments_plan(context, "fellow" if context.may_create_more else "subject", (forward, backward))
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
    steps = (
        *context.create_related("update", bystanders=True),
        *(_create_lookalikes(context) if with_lookalike else context.create_linked("update", "bystander")),
        WaitCycles(CYCLES),  # a sync may fill a new record in several cycles
        Snapshot(tuple(role for role in bystanders if role != "namesake")),
        *(context.create_linked("update", "subject") if context.may_create_more else ()),
        *moments.steps,
        *more,
        *_edits(context, Side.SOURCE, forward, more_claims),
        *_edits(context, Side.TARGET, backward, more_claims),
        *conflict.steps,
        Snapshot(("subject",)),
        *(step for _ in range(CYCLES) for step in (WaitCycles(1), Expect(unchanged_claims, wait=False))),
    )
    ids = tuple(c.id for c in checks if not c.skip)
    return ChecksAndScenarios(
        checks, (Scenario("update", context.roles("bystander", "namesake", "subject", "fellow"), steps, ids),)
    )


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


def _edits(context: SectionContext, edited: Side, checks: tuple[Check, ...], untouched: Claims) -> Iterator[Step]:
    """Yield an edit for each round, followed by claims about every property, edited or not.

    In the first round another record is edited as well before the sync runs, because a sync may confuse the two or
    process only one. Small edits follow.
    """
    tried = {c.pair: c.id for c in checks if c.pair and not c.skip}
    groups = edit_groups(tried, dict(context.entities.source.properties))
    rounds = edit_rounds(groups, edited, one_by_one=context.depth is Depth.THOROUGH)
    for number, pairs in enumerate(rounds):
        version = FIRST_EDIT[edited] + min(number, 1)
        yield Sleep(PAUSE_S)
        claims = tuple((check, _synced_claim(context, pair, edited, pairs)) for pair, check in tried.items())
        if context.may_create_more and not number:
            # In the version of the second edit, so that the two records differ in every value.
            yield Edit("fellow", edited, context.edited_values("update", "fellow", edited, pairs, version + 1))
            claims += tuple((check, replace(claim, role="fellow")) for check, claim in claims)
        yield Edit("subject", edited, context.edited_values("update", "subject", edited, pairs, version))
        yield Expect((*claims, *untouched), wait=True)
    for values, pairs in small_edits(context, edited, tuple(tried), FIRST_EDIT[edited] + 1):
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
