"""Looks for copies of a scenario's records after a system rejected an edit: a copy may hold the unique value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, NoDuplicate, RecordsUnchanged
from qa_sync.errors import Conflict, QaSyncError
from qa_sync.running.claims.counterparts import check_counterpart_exists
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import ScenarioRecords


def checks_with_copies(
    records: ScenarioRecords, claims_by_check: Mapping[str, Iterable[Claim]], error: QaSyncError
) -> Mapping[str, Verdict]:
    """Return the failures of the checks that exclude copies, where a copy explains why an edit was rejected.

    There is none if the error is another one, or if the systems do not respond.
    """
    excluding = [check for check, claims in claims_by_check.items() if any(map(_excludes_copies, claims))]
    if not excluding or not isinstance(error, Conflict):
        return {}
    try:
        copies = _find_copies(records, error)
    except QaSyncError:
        return {}
    return dict.fromkeys(excluding, copies) if copies else {}


def _excludes_copies(claim: Claim) -> bool:
    return isinstance(claim, NoDuplicate | RecordsUnchanged)


def _find_copies(records: ScenarioRecords, conflict: Conflict) -> Verdict | None:
    records.begin_poll(fresh_lists=True)
    for key in tuple(records.ids):
        verdict = check_counterpart_exists(records, key, exactly_one=True)
        if isinstance(verdict.actual, int) and verdict.actual > 1:
            message = f"{verdict.message}; then an edit was rejected: {conflict}"
            return replace(verdict, status=Status.FAILED, message=message)
    return None
