"""Groups failures and errors by line of the spec and by problem, so that a report shows each problem once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from qa_sync.reports.shared.failure_causes import BAD_STATUSES
from qa_sync.reports.shared.wording import as_json, short_message
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.running.results import Results, checks_with_status

Place: TypeAlias = tuple[str, int]
"""A spec and a line of it."""


class FailureGroup(Struct, frozen=True):
    """A problem that one or more checks of the same line have in common."""

    status: Status
    message: str | None
    expected: str | None
    actual: str | None
    records: tuple[RecordRef, ...]


def failure_groups(results: Results) -> Iterator[tuple[Place, dict[FailureGroup, list[CheckFinished]]]]:
    """Yield the failures and errors by line of the spec, and grouped by problem; one spec is in memory at a time."""
    for spec in results.specs:
        groups: dict[Place, dict[FailureGroup, list[CheckFinished]]] = {}
        for check in (c for section in spec.sections for c in checks_with_status(section, BAD_STATUSES)):
            here = groups.setdefault((check.spec, check.line), {})
            here.setdefault(problem_of(check), []).append(check)
        yield from groups.items()


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
