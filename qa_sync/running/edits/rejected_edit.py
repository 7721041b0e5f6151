"""Looks for copies of a scenario's records after a system rejected an edit: a copy may hold the unique value."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, NoDuplicate, RecordsUnchanged
from qa_sync.errors import Conflict, QaSyncError
from qa_sync.running.claims.counterparts import check_counterpart_exists
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import ScenarioRecords


def copies_behind(records: ScenarioRecords, error: QaSyncError) -> Verdict | None:
    """Return the failure that there are copies of a record, where that explains why an edit was rejected.

    None if the error is another one, or if the systems do not respond.
    """
    if not isinstance(error, Conflict):
        return None
    try:
        return _find_copies(records, error)
    except QaSyncError:
        return None


def excludes_copies(claims: Iterable[Claim]) -> bool:
    """Return whether a check with these claims fails where there are copies."""
    return any(isinstance(claim, NoDuplicate | RecordsUnchanged) for claim in claims)


def _find_copies(records: ScenarioRecords, conflict: Conflict) -> Verdict | None:
    records.begin_poll(fresh_lists=True)
    for key in tuple(records.ids):
        verdict = check_counterpart_exists(records, key, exactly_one=True)
        if isinstance(verdict.actual, int) and verdict.actual > 1:
            message = f"{verdict.message}; then an edit was rejected: {conflict}"
            return replace(verdict, status=Status.FAILED, message=message)
    return None
