"""What the built-in sync could not read or write: a verdict that rests on it is an error, not a failure of the sync."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from qa_sync.checklist.side import Side
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.environment import SyncProblem
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords

SHOWN = 3


def blame_sync(verdict: Verdict, records: ScenarioRecords, role: str, section: str) -> Verdict:
    """Return `error` with the problems of the last cycle when they explain why a change has not arrived."""
    problems = _problems_of(records, role, section)
    if verdict.final or verdict.status not in {Status.FAILED, Status.ERROR} or not problems:
        return verdict
    shown = "; ".join(problem.text for problem in problems[:SHOWN])
    more = f" (and {len(problems) - SHOWN} more)" if len(problems) > SHOWN else ""
    status = verdict.status if all(problem.is_of_system for problem in problems) else Status.ERROR
    return replace(verdict, status=status, message=f"{verdict.message}; the built-in sync reports: {shown}{more}")


def _problems_of(records: ScenarioRecords, role: str, section: str) -> Sequence[SyncProblem]:
    """Return the problems with the records of a role, and those with the whole section."""
    found = records.environment.sync_problems()
    if not found:
        return ()
    ids = {records.ids.get(RecordKey(role, side)) for side in Side} - {None}
    return [p for p in found if p.id in ids or (p.id is None and p.section == section)]
