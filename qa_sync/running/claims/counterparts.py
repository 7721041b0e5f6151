"""Claims about the number of counterparts: one, no second one, none."""

from __future__ import annotations

from qa_sync.running.claims.naming import entity_name, no_counterpart, record_refs
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.values.paths import read


def check_counterpart_exists(records: ScenarioRecords, key: RecordKey, *, exactly_one: bool) -> Verdict:
    """Return whether a counterpart exists; more than one is final."""
    found = records.find_counterparts(key)
    references = record_refs(records, key, found)
    if len(found) == 1 or (found and not exactly_one):
        return Verdict(Status.PASSED, records=references)
    quantity = "exactly one" if exactly_one else "a"
    message = f"expected {quantity} {entity_name(records, key)} with {_identified_by(records, key)}, got {len(found)}"
    return Verdict(Status.FAILED, message, 1, len(found), references, final=bool(found))


def check_no_duplicate(records: ScenarioRecords, key: RecordKey) -> Verdict:
    """Return whether the counterpart is still the only one, and no other record has appeared."""
    if key not in records.ids:
        return no_counterpart(records, key)
    verdict = check_counterpart_exists(records, key, exactly_one=True)
    return check_no_unknown_records(records, key) or verdict if verdict.status is Status.PASSED else verdict


def check_no_counterpart(records: ScenarioRecords, key: RecordKey) -> Verdict:
    """Return whether there is no counterpart."""
    found = records.find_counterparts(key)
    if not found:
        return check_no_unknown_records(records, key) or Verdict(Status.PASSED)
    message = f"expected no {entity_name(records, key)} with {_identified_by(records, key)}, got {len(found)}"
    return Verdict(Status.FAILED, message, 0, len(found), record_refs(records, key, found), final=False)


def check_no_copies(records: ScenarioRecords, key: RecordKey) -> Verdict | None:
    """Return the failure when there are new records with the role's mark, or records without any known mark."""
    known, found = records.known_count(key), records.find_counterparts(key)
    if len(found) <= known:
        return check_no_unknown_records(records, key)
    message = f"expected {known} {entity_name(records, key)} with {records.marks[key.role]}, got {len(found)}"
    return Verdict(Status.FAILED, message, known, len(found), record_refs(records, key, found))


def check_no_unknown_records(records: ScenarioRecords, key: RecordKey) -> Verdict | None:
    """Return the failure when there are new records without a mark, where only the sync can have created them."""
    found = records.unknown_records(key)
    if not found:
        return None
    message = f"expected no further {entity_name(records, key)}, got {len(found)} without a mark of this scenario"
    return Verdict(Status.FAILED, message, 0, len(found), record_refs(records, key, found))


def _identified_by(records: ScenarioRecords, key: RecordKey) -> str:
    """Return what identifies the counterpart: the mark, and the first property that contains it."""
    mark = records.marks[key.role]
    here = RecordKey(key.role, key.side.other)
    if here not in records.latest:
        return mark
    cards = records.card(here).properties.values()
    property_path = next(
        (c.path for c in cards if mark in str(read(records.latest[here].data, c.path)).casefold()), None
    )
    return f"{mark} (from {entity_name(records, here)} {property_path})" if property_path else mark
