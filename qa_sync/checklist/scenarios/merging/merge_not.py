"""Two records are not linked when their criteria differ or are empty, even if everything else is equal."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, CounterpartExists, NoCounterpart, NoDuplicate, RecordsUnchanged
from qa_sync.checklist.model import Scenario
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.scenarios.context import AS_CREATED, ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.merging.lookalikes import lookalikes
from qa_sync.checklist.scenarios.merging.merge import CYCLES, NO_TESTABLE_ROW, condition_skip_reason
from qa_sync.checklist.scenarios.merging.near_misses import NearMissRecords, SimilarRecords, near_misses
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect, Insert, Snapshot, Step, WaitCycles
from qa_sync.dataflow.model import Criterion, StatementKind

Rows = tuple[Criterion, ...]


def merge_not(context: SectionContext) -> ChecksAndScenarios:
    """Return `merge-not`: neither different nor empty values of the criteria link two records."""
    line = context.line(StatementKind.MERGE_IF)
    reason = condition_skip_reason(context) or (None if context.key_pairs else NO_TESTABLE_ROW)
    with_different = [] if reason else list(_different(context))
    without_keys = [] if reason else list(_without_keys(context))
    different = context.check(
        "merge-not",
        "different values do not merge, even if everything else is equal",
        line,
        skip=reason,
        at="different",
    )
    skip = reason or (None if without_keys else _reason_not_empty(context))
    empty = context.check("merge-not", "empty values do not merge", line, skip=skip, at="empty")
    tried = [
        *((different.id, apart) for apart in with_different),
        *((empty.id, apart) for apart in without_keys),
    ]
    if not tried:
        return ChecksAndScenarios((different, empty))
    not_linked_claims = tuple((id_, claim) for id_, apart in tried for claim in _not_linked(context, apart))
    steps = (
        *context.create_related("merge-not"),
        *(step for id_, apart in tried for step in _insert_all(context, id_, apart)),
        WaitCycles(CYCLES),
        Expect(not_linked_claims, wait=False),
    )
    roles = context.roles(*(made.role for _, apart in tried for made in (apart.source, *apart.targets)))
    ids = tuple(dict.fromkeys(id_ for id_, _ in tried))
    return ChecksAndScenarios((different, empty), (Scenario("merge-not", roles, steps, ids, alone=True),))


def _insert_all(context: SectionContext, check: str, apart: NearMissRecords) -> tuple[Step, ...]:
    source_insert = apart.source
    made: tuple[Step, ...] = (*apart.targets, Snapshot(tuple(insert.role for insert in apart.targets)), source_insert)
    return (
        (*made, Expect(((check, CounterpartExists(source_insert.role, Side.TARGET)),), wait=True))
        if _gets_counterpart(context, source_insert)
        else made
    )


def _not_linked(context: SectionContext, apart: NearMissRecords) -> Iterator[Claim]:
    source_insert = apart.source
    yield from (RecordsUnchanged(target_insert.role) for target_insert in apart.targets)
    yield (NoDuplicate if _gets_counterpart(context, source_insert) else NoCounterpart)(source_insert.role, Side.TARGET)


def _gets_counterpart(context: SectionContext, source_insert: Insert) -> bool:
    """Return whether a source record that matches nothing gets its own counterpart."""
    connected = context.linking.connection
    return context.linking.creates or (connected is not None and connected[0] in source_insert.values)


def _connected_or_not(context: SectionContext) -> tuple[bool, ...]:
    """Return whether the source record is connected: a sync may link a wrong record in either case."""
    return (False, True) if context.linking.connection else (False,)


def _different(context: SectionContext) -> Iterator[NearMissRecords]:
    """Yield records whose rows differ in everything, and those whose rows differ as little as possible."""
    for connected in _connected_or_not(context):
        end = "-connected" if connected else ""
        target_insert, source_insert = lookalikes(context, "merge-not", f"other{end}", f"one{end}", context.key_pairs)
        yield NearMissRecords(
            source_insert if connected else context.without_connection(source_insert), (target_insert,)
        )
    if near := near_misses(context):
        yield near


def _without_keys(context: SectionContext) -> Iterator[NearMissRecords]:
    """Yield records with an empty criterion: each row by itself, and all rows when all may be empty."""
    rows = _may_be_empty(context)
    all_rows = (rows,) if len(rows) == len(context.section.criteria) > 1 else ()
    for number, empty in enumerate([*((row,) for row in rows), *all_rows], 1):
        for connected in _connected_or_not(context):
            target_insert, source_insert = _with_empty(
                context, empty, f"{number}{'-connected' if connected else ''}", connected=connected
            )
            if _contains_mark(target_insert) and _contains_mark(source_insert):
                yield NearMissRecords(source_insert, (target_insert,))
    yield from _empty_on_source(context)


def _empty_on_source(context: SectionContext) -> Iterator[NearMissRecords]:
    """Yield a source record without a value in a row, and a target record that has one and is alike otherwise.

    A row that the target requires is left out where the source record gets a counterpart: that could not be made.
    """
    for number, row in enumerate(context.key_pairs, 1):
        needed = context.entities.source.properties[row.source].required or (
            context.linking.creates and context.entities.target.properties[row.target].required
        )
        twins = None if needed else SimilarRecords.of(context, f"bare-{number}")
        if twins:
            yield twins.without(f"half-{number}", row)


def _with_empty(context: SectionContext, empty: Rows, end: str, *, connected: bool) -> tuple[Insert, Insert]:
    """Return a target and a source record with empty values for some rows and different values for the others."""
    sources, targets = {row.source for row in empty}, {row.target for row in empty}
    source_insert = context.insert("merge-not", f"one-empty-{end}")
    source_insert = source_insert if connected else context.without_connection(source_insert)
    role = f"other-empty-{end}"
    others = tuple(key for key in context.key_pairs if key.source not in sources and key.target not in targets)
    target_values = context.edited_values("merge-not", role, Side.TARGET, others, AS_CREATED + 1)
    target_insert = context.minimal_insert("merge-not", role, Side.TARGET, target_values)
    return (
        replace(target_insert, values={path: v for path, v in target_insert.values.items() if path not in targets}),
        replace(source_insert, values={path: v for path, v in source_insert.values.items() if path not in sources}),
    )


def _contains_mark(made: Insert) -> bool:
    """Return whether a record contains its mark."""
    return any(made.mark in str(value) for value in made.values.values())


def _may_be_empty(context: SectionContext) -> Rows:
    return tuple(row for row in context.section.criteria if not _required(context, row))


def _required(context: SectionContext, row: Criterion) -> Reason | None:
    """Return which property of a row cannot be empty."""
    for side, path in ((Side.SOURCE, row.source), (Side.TARGET, row.target)):
        card = context.entities.card(side).properties.get(path)
        if card and card.required:
            text = f"{context.entities.entity(side)} {card.path} cannot be empty"
            return Reason(ReasonCode.REQUIRED_VALUE, text)
    return None


def _reason_not_empty(context: SectionContext) -> Reason:
    """Return why no two records can have empty values for all rows."""
    needed = (reason for row in context.section.criteria if (reason := _required(context, row)))
    none_left = Reason(ReasonCode.NO_IDENTIFYING_PROPERTY, "without it no property distinguishes the records")
    return next(needed, none_left)
