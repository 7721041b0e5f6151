"""Names of records and properties in verdicts."""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.checklist.side import Side
from qa_sync.dataflow.model import PropertyPair
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import RecordRef, Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import PropertyCard


def entity_name(records: ScenarioRecords, key: RecordKey) -> str:
    """Return the record's system and entity."""
    return f"{records.system(key).label} {records.card(key).names[0]}"


def property_of(records: ScenarioRecords, key: RecordKey, pair: PropertyPair) -> PropertyCard:
    """Return the property card of a pair on the record's side."""
    return records.card(key).properties[pair.source if key.side is Side.SOURCE else pair.target]


def record_refs(records: ScenarioRecords, key: RecordKey, found: Iterable[str]) -> tuple[RecordRef, ...]:
    """Return references to records of the role's entity for reports."""
    return tuple(RecordRef(records.system(key).label, records.card(key).names[0], one) for one in found)


def no_counterpart(records: ScenarioRecords, key: RecordKey) -> Verdict:
    """Return the verdict for a missing counterpart."""
    message = f"needs a counterpart, but there is no {entity_name(records, key)}"
    return Verdict(Status.SKIPPED, message, final=False, lacks_counterpart=True)
