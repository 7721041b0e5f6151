"""Example requests of a datatype, about no existing record: their templates are rendered before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.writes import build_insert, build_update, key_paths, lookup_variables
from qa_sync.values import paths
from qa_sync.values.form import Json

ID: Final = "1"
SOURCE: Final = "$source"
PAYLOAD: Final = "payload"

Specimen = tuple[Operation, Mapping[str, object], Json]
"""An operation, the variables of its templates, and the body."""


class _AnyRecord(dict[str, object]):
    """A record with every member, because the members that the system adds are unknown."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> object:
        return dict.get(self, name) or _AnyRecord()

    def __str__(self) -> str:
        return ID


VALUES: Final[Mapping[str, Json]] = {"integer": 1, "number": 1, "boolean": True}
"""A value by the JSON type of its property; of any other one, a text."""


def _complete(data: Json, card: EntityCard) -> Json:
    """Return data with a value in each property of the card: one that is missing here may be in another request."""
    for own in card.properties.values():
        if paths.read(data, own.write_path) is None:
            with suppress(NotConvertible):
                value = VALUES.get(own.form.type, ID)
                in_list = (own.concept or "").startswith("lines.")
                data = paths.write(data, own.write_path, [value] if in_list else value)
    return data


def specimen_requests(
    card: EntityCard, operations: Mapping[str, Operation], values: Mapping[str, Json]
) -> Iterator[Specimen]:
    """Yield a request for each operation of a datatype, except its list; `values` are the wire values of a create.

    An update whose body a share pipe makes is left out: its templates may use members that only a real record has.
    """
    for verb in ("lookup", "insert", "update", "delete"):
        operation = operations.get(f"{card.datatype}-{verb}")
        if operation is None or verb in card.cannot:
            continue
        if verb == "insert":
            if values:
                write = build_insert(card, operation, values)
                yield operation, write.variables, write.body
        elif verb == "update":
            if operation.body is None:
                yield _update(card, operation, values)
        else:
            yield operation, lookup_variables(card, operation, ID), None


def _update(card: EntityCard, operation: Operation, values: Mapping[str, Json]) -> Specimen:
    data: Json = {}
    for path, value in {**values, **dict.fromkeys(key_paths(card, operation), ID)}.items():
        data = paths.write(data, path, value)
    write = build_update(card, operation, ID, data, values)
    entity = write.variables["entity"]
    if isinstance(entity, Mapping):
        sent = entity.get(PAYLOAD)
        known = {PAYLOAD: _with_members(sent, card)} if isinstance(sent, Mapping) else {}
        entity = {**entity, **known, SOURCE: _AnyRecord(_with_members(data, card))}
    return operation, {**write.variables, "entity": entity}, write.body


def _with_members(sent: Json, card: EntityCard) -> dict[str, Json]:
    """Return what a card wraps, or a record, with every property."""
    if card.wrap and isinstance(sent, Mapping) and isinstance(sent.get(card.wrap), Mapping):
        return {**sent, card.wrap: _complete(sent[card.wrap], card)}
    completed = _complete(sent, card)
    return dict(completed) if isinstance(completed, Mapping) else {}
