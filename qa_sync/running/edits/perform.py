"""Makes the steps that wait for nothing."""

from __future__ import annotations

from qa_sync.checklist.steps import AddUnmappedValues, Delete, Edit, Insert, Snapshot
from qa_sync.running.edits.given_more import give_more
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords


def perform(records: ScenarioRecords, step: Insert | Edit | AddUnmappedValues | Delete | Snapshot) -> None:
    """Make a step."""
    match step:
        case Insert():
            records.insert(step)
        case Edit():
            records.edit(step)
        case AddUnmappedValues():
            give_more(records, step)
        case Delete():
            records.delete(RecordKey(step.role, step.side))
        case Snapshot():
            records.take_snapshots(step.roles)
