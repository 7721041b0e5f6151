"""The records in responses: to reads, and to writes."""

from __future__ import annotations

from qa_sync.errors import InvalidResponse
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.record_ids import id_text, is_same_id, read_id
from qa_sync.systems.requests.writes import key_paths
from qa_sync.systems.responses.parsing import without_tagged_values
from qa_sync.systems.rest.service_connections import ServiceConnections
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


def read_record(services: ServiceConnections, card: EntityCard, operation: Operation, data: Json) -> Record:
    """Return a record of a list or a look-up; raises InvalidResponse for one without a valid id."""
    exchange = services.exchange
    key = read_id(key_paths(card, operation), data)
    if key is None and operation.id_expression and isinstance(data, dict):
        renderer, _ = services.of(operation)
        key = id_text(renderer.text(operation, operation.id_expression, {**data, "entity": data}))
    if key is None or not isinstance(data, dict):
        exchange.raise_unexpected_shape(operation.name, f"a record without a valid {card.key!r}")
    if exchange.redact(key) != key:
        text = f"{services.label}: {operation.name}: the id of a record contains a secret"
        raise InvalidResponse(text, hint="a value that is not a secret belongs in `parameters`, not in `secrets`")
    return Record(services.label, card.datatype, key, without_tagged_values(card, data))


def created_record(label: str, card: EntityCard, id: str, body: Json) -> Record:
    """Return a new record as the response to its insert shows it, without data when it shows only an id."""
    first = next(iter(body), None) if isinstance(body, list) else body
    return Record(label, card.datatype, id, without_tagged_values(card, first) if isinstance(first, dict) else {})


def updated_record(label: str, card: EntityCard, operation: Operation, id: str, body: Json) -> Record | None:
    """Return a record as the response to its update shows it, None when that shows no record or another one."""
    record = created_record(label, card, id, body)
    shown = read_id(key_paths(card, operation), record.data)
    return record if shown is not None and is_same_id(shown, id) else None
