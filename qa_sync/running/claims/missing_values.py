"""Claims about values that a record does not have: the sync must not make one up."""

from __future__ import annotations

from qa_sync.checklist.claims import NoValueSynced, PropertySynced
from qa_sync.errors import NotConvertible
from qa_sync.running.claims.naming import entity_name, no_counterpart, property_of
from qa_sync.running.claims.property_values import check_property
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.values.comparison.compare import Difference, format_value
from qa_sync.values.conversions.conversion import wire_text
from qa_sync.values.form import Canonical
from qa_sync.values.paths import read


def check_no_value(records: ScenarioRecords, claim: NoValueSynced) -> Verdict:
    """Return whether a side has no value where the other has none; a default of the other side must arrive.

    A property that its own system fills in shows nothing about the sync.
    """
    here, there = RecordKey(claim.role, claim.side.other), RecordKey(claim.role, claim.side)
    if there not in records.ids:
        return no_counterpart(records, there)
    left, right = property_of(records, here, claim.pair), property_of(records, there, claim.pair)
    value = records.value(here, records.current(here), left.path)
    if value is not None and (_has_value(value) or not right.has_default):
        # What the target fills in may have been written back.
        synced = PropertySynced(claim.role, claim.side, claim.pair, other_unchanged=not right.has_default)
        return check_property(records, synced)
    references = (records.ref(here), records.ref(there))
    if right.has_default:
        return Verdict(Status.PASSED, records=references)
    wire = read(records.current(there).data, right.path)
    try:
        actual = format_value(records.value(there, records.latest[there], right.path))
    except NotConvertible:
        actual = wire_text(wire)
    if actual is None:
        return Verdict(Status.PASSED, records=references)
    name = f"{entity_name(records, there)} {right.path}"
    message = (
        f"{name}: expected no value, as {entity_name(records, here)} has none, got {actual!r} ({Difference.VALUE})"
    )
    message += f"; if {records.system(there).label} gives it by itself: has_default = true in entities.toml"
    return Verdict(Status.FAILED, message, None, actual, references, final=False, difference=Difference.VALUE)


def _has_value(value: Canonical) -> bool:
    """Return whether there is a value, in a list for at least one element."""
    return any(each is not None for each in value) if isinstance(value, list | tuple) else value is not None
