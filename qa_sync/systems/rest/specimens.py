"""Example requests of a datatype, about no existing record: their templates are rendered before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.writes import build_insert, build_update, key_paths, lookup_variables
from qa_sync.values import paths
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Name, parse

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


class _KnownMembers(dict[str, object]):
    """What an update sends: a member of the card that has no value here may have one in another update."""

    def __init__(self, members: Mapping[str, object], card: EntityCard) -> None:
        super().__init__(members)
        firsts = (parse(own.write_path)[0] for own in card.properties.values())
        self._known = {step.name for step in firsts if isinstance(step, Name)}

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or name in self._known

    def __getitem__(self, name: str) -> object:
        if name in self._known and not dict.__contains__(self, name):
            return _AnyRecord()
        return dict.__getitem__(self, name)


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
        known = {PAYLOAD: _KnownMembers(sent, card)} if isinstance(sent, Mapping) else {}
        entity = {**entity, **known, SOURCE: _AnyRecord(data)}
    return operation, {**write.variables, "entity": entity}, write.body
