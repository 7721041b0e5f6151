"""Checks claims; the expected value is read back from the other system, never the value that was sent."""

from __future__ import annotations

from qa_sync.checklist.claims import (
    Claim,
    CounterpartExists,
    NoCounterpart,
    NoDuplicate,
    NotCleared,
    NoValueSynced,
    PropertySynced,
    RecordsUnchanged,
)
from qa_sync.running.claims.counterparts import check_counterpart_exists, check_no_counterpart, check_no_duplicate
from qa_sync.running.claims.missing_values import check_no_value
from qa_sync.running.claims.property_values import check_not_cleared, check_property
from qa_sync.running.claims.unchanged import check_unchanged
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.claims.whole_record import check_unmapped
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordGone, RecordKey, ScenarioRecords


def check_claim(records: ScenarioRecords, claim: Claim) -> Verdict:
    """Read the systems and decide one claim; raises NoVerdict when they do not respond."""
    try:
        return _check(records, claim)
    except RecordGone as gone:
        return Verdict(Status.FAILED, gone.message)


def _check(records: ScenarioRecords, claim: Claim) -> Verdict:
    if isinstance(claim, CounterpartExists):
        return check_counterpart_exists(records, RecordKey(claim.role, claim.side), exactly_one=claim.exactly_one)
    if isinstance(claim, NoDuplicate | NoCounterpart):
        check_count = check_no_duplicate if isinstance(claim, NoDuplicate) else check_no_counterpart
        return check_count(records, RecordKey(claim.role, claim.side))
    if isinstance(claim, PropertySynced | NoValueSynced | NotCleared):
        return _check_value(records, claim)
    return (
        check_unchanged(records, claim.role) if isinstance(claim, RecordsUnchanged) else check_unmapped(records, claim)
    )


def _check_value(records: ScenarioRecords, claim: PropertySynced | NoValueSynced | NotCleared) -> Verdict:
    match claim:
        case PropertySynced():
            return check_property(records, claim)
        case NoValueSynced():
            return check_no_value(records, claim)
        case NotCleared():
            return check_not_cleared(records, claim)
