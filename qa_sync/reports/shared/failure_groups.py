"""Groups failures and errors by line of the spec and by problem, so that a report shows each problem once."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from qa_sync.reports.shared.wording import as_json, short_message
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.running.results import Results

Place: TypeAlias = tuple[str, int]
"""A spec and a line of it."""


class FailureGroup(Struct, frozen=True):
    """A problem that one or more checks of the same line have in common."""

    status: Status
    message: str | None
    expected: str | None
    actual: str | None
    records: tuple[RecordRef, ...]


def failure_groups(results: Results) -> dict[Place, dict[FailureGroup, list[CheckFinished]]]:
    """Return the failures and errors by line of the spec, and grouped by problem."""
    groups: dict[Place, dict[FailureGroup, list[CheckFinished]]] = {}
    for check in results.checks:
        if check.status in {Status.FAILED, Status.ERROR}:
            here = groups.setdefault((check.spec, check.line), {})
            here.setdefault(problem_of(check), []).append(check)
    return groups


def problem_of(check: CheckFinished) -> FailureGroup:
    """Return the problem of a failed check; equal for checks that a report shows as one."""
    has_values = check.expected is not None or check.actual is not None
    return FailureGroup(
        check.status,
        short_message(check),
        as_json(check.expected) if has_values else None,
        as_json(check.actual) if has_values else None,
        check.records,
    )
