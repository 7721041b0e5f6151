"""Example requests of a datatype, about no existing record: their templates are rendered before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.writes import build_insert, build_update, key_paths, lookup_variables
from qa_sync.values import paths
from qa_sync.values.form import Json

ID: Final = "1"
SOURCE: Final = "$source"

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
    known = {**entity, SOURCE: _AnyRecord(data)} if isinstance(entity, Mapping) else entity
    return operation, {**write.variables, "entity": known}, write.body
