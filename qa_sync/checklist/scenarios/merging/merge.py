"""Two records with the same value of a merge criterion are linked; each row of the merge table is tested alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, CounterpartExists, NoDuplicate, PropertySynced
from qa_sync.checklist.linking import reason_untestable
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.edit_rounds import Pairs, edit_groups, edit_rounds, same_target, without_shared_ends
from qa_sync.checklist.scenarios.conflict import PAUSE_S
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.policies import clearable
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, Expect, Insert, Sleep, Step, WaitCycles
from qa_sync.dataflow.model import Criterion, StatementKind

CYCLES = 3
"""Further sync cycles after which linked records must still be two, and other records unchanged."""

TARGET_ONLY_VERSION = 3
EDIT_VERSIONS = {Side.SOURCE: 4, Side.TARGET: 8}
"""The versions of the values that only the target has at first, and of the edits on either side."""

Claims = tuple[tuple[str | None, Claim], ...]


def merge(context: SectionContext) -> ChecksAndScenarios:
    """Return `merge` for each row of the merge table, and `matching` where the section has that statement."""
    rows = context.section.criteria
    checks = tuple(_row_check(context, c, number) for number, c in enumerate(rows, 1))
    tried = [
        (check, c, f"match-{n}") for n, (check, c) in enumerate(zip(checks, rows, strict=True), 1) if not check.skip
    ]
    matching = _matching(context, tried[0][2] if tried else None)
    if not tried:
        return ChecksAndScenarios((*matching, *checks))
    steps: list[Step] = [*context.create_related("merge")]
    linked_claims: list[tuple[str | None, Claim]] = []
    for version, (check, criterion, role) in enumerate(tried):
        # the records of different rows share no value of a criterion
        source_insert = context.insert("merge", role, version=version)
        target_insert = context.minimal_insert(
            "merge", role, Side.TARGET, {criterion.target: source_insert.values[criterion.source]}
        )
        gap_claims, target_insert, source_insert = _with_gaps(context, target_insert, source_insert)
        steps += [target_insert, source_insert]
        linked_claims += [
            *_linked_claims(context, check, source_insert, target_insert),
            *((check.id, claim) for claim in gap_claims),
        ]
    unique_claims: list[tuple[str | None, Claim]] = [
        (check.id, NoDuplicate(role, Side.TARGET)) for check, _, role in tried
    ]
    unique_claims += [(check.id, NoDuplicate(tried[0][2], Side.TARGET)) for check in matching]
    steps += [Expect(tuple(linked_claims), wait=True), WaitCycles(CYCLES), Expect(tuple(unique_claims), wait=False)]
    edited = [(check.id, role) for check, _, role in tried]
    steps += [step for side in Side for step in _edit_and_expect(context, edited, side)]
    ids = (*(check.id for check in matching), *(check.id for check, _, _ in tried))
    roles = context.roles(*(role for _, _, role in tried))
    return ChecksAndScenarios((*matching, *checks), (Scenario("merge", roles, tuple(steps), ids, alone=True),))


def _with_gaps(
    context: SectionContext, target_insert: Insert, source_insert: Insert
) -> tuple[tuple[Claim, ...], Insert, Insert]:
    """Return the steps for a target record with values that the source lacks, and the claims that both have them.

    An empty value in one record erases nothing in the other, unless the settings say so.
    """
    target_only = _target_only_pairs(context, target_insert, source_insert)
    target_values = context.edited_values("merge", target_insert.role, Side.TARGET, target_only, TARGET_ONLY_VERSION)
    sources = {pair.source for pair in target_only}
    claims = tuple(PropertySynced(target_insert.role, Side.SOURCE, pair) for pair in target_only)
    without = {path: value for path, value in source_insert.values.items() if path not in sources}
    return (
        claims,
        replace(target_insert, values={**target_insert.values, **target_values}),
        replace(source_insert, values=without),
    )


def _target_only_pairs(context: SectionContext, target_insert: Insert, source_insert: Insert) -> Pairs:
    """Return the pairs that only the target record has at first: about half of the optional ones."""
    keys = {*target_insert.values, *(row.target for row in context.section.criteria)}
    pairs = (p for p in without_shared_ends(context.pairs) if p.target not in keys and p.source in source_insert.values)
    free = tuple(pair for pair in pairs if clearable(context, pair, Side.TARGET))
    return free[1::2] if context.settings.policies.empty == "keep" else ()


def _edit_and_expect(context: SectionContext, roles: Sequence[tuple[str, str]], side: Side) -> Iterator[Step]:
    """Yield an edit of all properties of matched records on a side, and the claims that the other side gets it."""
    tried = tuple(p for p in context.pairs if not context.reason_not_editable(p, side))
    rounds = edit_rounds(edit_groups(tried, dict(context.entities.source.properties)), side)
    if not rounds:
        return
    pairs = rounds[0]
    claims = tuple(
        (check, PropertySynced(role, side.other, pair, same_target(pair, context.pairs)))
        for check, role in roles
        for pair in pairs
    )
    yield Sleep(PAUSE_S)
    yield from (
        Edit(role, side, context.edited_values("merge", role, side, pairs, EDIT_VERSIONS[side] + number))
        for number, (_, role) in enumerate(roles)
    )
    yield Expect(claims, wait=True)


def _linked_claims(context: SectionContext, check: Check, source_insert: Insert, target_insert: Insert) -> Claims:
    """Return the claims that there is one record only, and that it has the values that only the other had."""
    exists = (check.id, CounterpartExists(source_insert.role, Side.TARGET))
    indicator = context.link_indicator(source_insert, target_insert)
    return (exists, (check.id, PropertySynced(source_insert.role, Side.TARGET, indicator))) if indicator else (exists,)


def unstated_matching(context: SectionContext) -> ChecksAndScenarios:
    """Return a manual check for a statement about matching records where no row says which records match."""
    merge_line = context.section.statement(StatementKind.MERGE_IF)
    checks = []
    if context.section.statement(StatementKind.MATCHING) and not merge_line:
        title = f"a matching {context.section.target} is linked instead of creating a new one"
        checks.append(context.check("matching", title, context.line(StatementKind.MATCHING)))
    if merge_line and not context.section.criteria:
        title = f"a {context.section.source} merges with a {context.section.target}"
        checks.append(context.check("merge", title, merge_line.line))
    return ChecksAndScenarios(tuple(replace(check, manual=NO_CRITERION) for check in checks))


NO_CRITERION = Reason(
    ReasonCode.NO_CRITERION,
    "check it manually: the spec has no merge table with rows, so it does not say which records match",
)
NO_TESTABLE_ROW = Reason(ReasonCode.NO_CRITERION, "no row of the merge table can be tested")


def _row_check(context: SectionContext, criterion: Criterion, number: int) -> Check:
    title = f"{criterion.source or '(empty)'} = {criterion.target or '(empty)'} links the two records"
    skip = condition_skip_reason(context) or reason_untestable(context.entities, criterion)
    if not skip and not context.pairs and not context.section.statement(StatementKind.MATCHING):
        skip = Reason(ReasonCode.LINK_NOT_VISIBLE, "no property can show whether two records are linked")
    return context.check(
        "merge", title, criterion.line, skip=skip, at=f"{number}:{criterion.source}:{criterion.target}"
    )


def condition_skip_reason(context: SectionContext) -> Reason | None:
    """Return why no record of the section can be created, None when one can."""
    conditional = context.section.statement(StatementKind.CONDITION)
    return context.linking.skip_reason if conditional else None


def _matching(context: SectionContext, role: str | None) -> tuple[Check, ...]:
    if not context.section.statement(StatementKind.MATCHING):
        return ()
    title = f"a matching {context.section.target} is linked instead of creating a new one, and stays linked"
    skip = None if role else condition_skip_reason(context) or NO_TESTABLE_ROW
    return (context.check("matching", title, context.line(StatementKind.MATCHING), skip=skip),)
