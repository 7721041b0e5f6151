"""Both sides are edited before the sync runs: the later edit of a property wins, edits of two properties both stay."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from qa_sync.checklist.claims import Claim, PropertySynced
from qa_sync.checklist.model import Check
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.edit_rounds import (
    Pairs,
    edit_groups,
    edit_rounds,
    edited_path,
    receiving_path,
    without_shared_ends,
)
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, EditBothSides, EditPair, Expect, Step
from qa_sync.dataflow.model import StatementKind

PAUSE_S = 2.0
"""The pause before an edit that must be later than the one before: most systems report edit times in whole seconds."""

ORDERS = ((Side.SOURCE, (5, 7)), (Side.TARGET, (7, 5)))
"""The side that is edited first, and the versions of its edits; the other side is edited with the next version.

The second version is for a further attempt, with other values than the first.
"""
BEFORE = 4
INDEPENDENT = (9, 10)

UNPROVEN_ROUNDS = 2
"""How often both sides are edited where no other property can show that the sync ran in between."""

Checks = tuple[Check, ...]


class ConflictPlan(Struct, frozen=True):
    """The checks, and the steps that decide them on a linked pair."""

    checks: Checks
    steps: tuple[Step, ...]


def conflict_plan(context: SectionContext, directed: tuple[Checks, Checks]) -> ConflictPlan:
    """Return `newest-wins` (both orders) and `independent`; `directed` are the checks of edits in each direction."""
    forward, backward = (tuple(c.pair for c in checks if c.pair and not c.skip) for checks in directed)
    newest = _newest_wins(context, tuple(p for p in forward if p in backward))
    independent = _independent(context, forward, backward)
    return ConflictPlan((*newest.checks, *independent.checks), (*newest.steps, *independent.steps))


def _newest_wins(context: SectionContext, pairs: Pairs) -> ConflictPlan:
    if context.settings.policies.conflict == "unchecked":
        return ConflictPlan((), ())
    distinguishable = _distinguishable(context, without_shared_ends(pairs))
    skip = context.linking.skip_reason or _reason_no_edit_times(context)
    if not skip and not distinguishable:
        text = "no property can be edited on both sides with three different values"
        skip = Reason(ReasonCode.NOT_EDITABLE, text)
    check = context.check(
        "newest-wins",
        "the later of two edits of a property wins on both sides",
        context.line(StatementKind.KEEP),
        skip=skip,
    )
    steps = (
        ()
        if skip
        else tuple(
            s for first, versions in ORDERS for s in _edits_in_order(context, check, distinguishable, first, versions)
        )
    )
    return ConflictPlan((check,), steps)


def _reason_no_edit_times(context: SectionContext) -> Reason | None:
    without_times = [
        str(context.entities.entity(side)) for side in Side if context.entities.card(side).modified is None
    ]
    if not without_times:
        return None
    have = "have" if len(without_times) > 1 else "has"
    text = f"{' and '.join(without_times)} {have} no modification time, so the later edit cannot be determined"
    return Reason(ReasonCode.NO_MODIFICATION_TIME, text)


def _edits_in_order(
    context: SectionContext, check: Check, pairs: Pairs, first: Side, versions: tuple[int, ...]
) -> Iterator[Step]:
    """Yield the edits of both sides in an order, and the claim that the second edit is on both sides afterwards.

    A pair that only the first edit changes shows on the other side whether the sync ran in between. A side with
    revisions needs none: it rejects the second edit then.
    """
    needs_proof = context.entities.card(first.other).revision is None
    groups = edit_groups(pairs, dict(context.entities.source.properties))
    alone = groups[-1] if needs_proof and len(groups) > 1 else ()
    edited = tuple(pair for pair in pairs if pair not in alone)
    claims = tuple(PropertySynced("subject", first, pair) for pair in edited)
    for _ in range(1 if alone or not needs_proof else UNPROVEN_ROUNDS):
        choices = tuple(
            EditPair(
                version,
                Edit("subject", first, context.edited_values("update", "subject", first, pairs, version)),
                Edit(
                    "subject",
                    first.other,
                    context.edited_values("update", "subject", first.other, edited, version + 1),
                ),
            )
            for version in versions
        )
        arrival = tuple(receiving_path(pair, first) for pair in alone)
        yield EditBothSides(check.id, choices, claims, in_order=True, only_first=arrival)
        yield Expect(tuple((check.id, claim) for claim in claims), wait=True)


def _distinguishable(context: SectionContext, pairs: Pairs) -> Pairs:
    """Return the pairs whose edits all differ from the previous value and from the other side's edit.

    A reference to a record of a section that cannot be edited has no second value, so it is none of them.
    """
    distinguishable = pairs
    for first, (version, _) in ORDERS:
        edits_to_compare = ((Side.TARGET, version - 1), (first, version), (first.other, version + 1))
        edits = [(side, context.edited_values("update", "subject", side, pairs, at)) for side, at in edits_to_compare]
        distinguishable = tuple(
            p
            for p in distinguishable
            if all(edited_path(p, side) in made for side, made in edits)
            and len({str(made[edited_path(p, side)]) for side, made in edits}) == len(edits)
        )
    return distinguishable


def _independent(context: SectionContext, forward: Pairs, backward: Pairs) -> ConflictPlan:
    on_source, on_target = _divided(context, forward, backward)
    skip = context.linking.skip_reason
    if not skip and not (on_source and on_target):
        skip = Reason(ReasonCode.NOT_EDITABLE, "no two properties can be edited, one on each side")
    check = context.check(
        "independent",
        "edits of different properties on both sides are both kept",
        context.line(StatementKind.KEEP),
        skip=skip,
    )
    if skip:
        return ConflictPlan((check,), ())
    edits = ((Side.SOURCE, on_source), (Side.TARGET, on_target))
    claims: tuple[Claim, ...] = tuple(
        PropertySynced("subject", side.other, pair) for side, pairs in edits for pair in pairs
    )
    choices = tuple(
        EditPair(
            version,
            *(Edit("subject", s, context.edited_values("update", "subject", s, pairs, version)) for s, pairs in edits),
        )
        for version in INDEPENDENT
    )
    arrival = tuple(receiving_path(pair, Side.SOURCE) for pair in on_source)
    steps: tuple[Step, ...] = (
        EditBothSides(check.id, choices, claims, in_order=False, only_first=arrival),
        Expect(tuple((check.id, claim) for claim in claims), wait=True),
    )
    return ConflictPlan((check,), steps)


def _divided(context: SectionContext, forward: Pairs, backward: Pairs) -> tuple[Pairs, Pairs]:
    """Return the pairs to edit on the source and those to edit on the target, about half of them each."""
    on_source: list[Pairs] = []
    on_target: list[Pairs] = []
    for group in edit_groups(dict.fromkeys((*forward, *backward)), dict(context.entities.source.properties)):
        source_pairs, target_pairs = tuple(p for p in group if p in forward), tuple(p for p in group if p in backward)
        if source_pairs and (not target_pairs or len(on_source) <= len(on_target)):
            on_source.append(source_pairs)
        elif target_pairs:
            on_target.append(target_pairs)
    first = (
        edit_rounds(tuple(groups), side)[:1] for groups, side in ((on_source, Side.SOURCE), (on_target, Side.TARGET))
    )
    left, right = (found[0] if found else () for found in first)
    return left, right
