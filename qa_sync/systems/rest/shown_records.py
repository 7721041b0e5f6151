"""The record in the response to a write."""

from __future__ import annotations

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.record_ids import is_same_id, read_id
from qa_sync.systems.requests.writes import key_paths
from qa_sync.systems.responses.parsing import without_tagged_values
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


def created_record(label: str, card: EntityCard, id: str, body: Json) -> Record:
    """Return a new record as the response to its insert shows it, without data when it shows only an id."""
    first = next(iter(body), None) if isinstance(body, list) else body
    return Record(label, card.datatype, id, without_tagged_values(card, first) if isinstance(first, dict) else {})


def updated_record(label: str, card: EntityCard, operation: Operation, id: str, body: Json) -> Record | None:
    """Return a record as the response to its update shows it, None when that shows no record or another one."""
    record = created_record(label, card, id, body)
    shown = read_id(key_paths(card, operation), record.data)
    return record if shown is not None and is_same_id(shown, id) else None
