"""A write -> what its operation is given: the entity that templates see, and the body.

Where the connector has an entity card of its own, the card says how a body is made (`bodies`); else the share pipe
does.

Source: docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation, WriteBody
from qa_sync.systems.requests.bodies import insert_body, update_body
from qa_sync.systems.requests.record_ids import key_members, read_id
from qa_sync.systems.templates.jinja import render_tree
from qa_sync.values import paths
from qa_sync.values.form import Json

OWN_PAYLOAD: Final = "payload"


class WriteRequest(Struct, frozen=True):
    """What a write's templates see, and the body that wins over the operation's own payload (None: there is none).

    `entity` is what is written, before it is put into a form and wherever it is carried.
    """

    variables: Mapping[str, object]
    body: Json
    entity: Json


def key_paths(card: EntityCard, operation: Operation) -> tuple[str, ...]:
    """Return the paths of the members that make an id."""
    return operation.primary_key or (card.key,)


def lookup_variables(
    card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json] | None = None
) -> dict[str, object]:
    """Return what the templates of a lookup or a delete see: the key's members, and the whole entity as `$source`."""
    members = key_members(key_paths(card, operation), id)
    return {"entity": {"_id": id, **members, "$source": members if data is None else data}}


def created_id(card: EntityCard, operation: Operation, answer: Json) -> str | None:
    """Return the id in what an insert was answered: the new record, or where `payload_property` points, the id itself.

    Of a list the first counts. None when there is none.
    """
    made = next(iter(answer), None) if isinstance(answer, list) else answer
    if operation.payload_property and isinstance(made, str | int) and not isinstance(made, bool):
        return str(made)
    return read_id(operation.new_key or key_paths(card, operation), made)


def build_insert(card: EntityCard, operation: Operation, values: Mapping[str, Json]) -> WriteRequest:
    """Return the write that creates a record from wire values by write path."""
    if operation.body is None:
        return _card_write(card, operation, {"entity": {}}, insert_body(card, values), {})
    return _share_pipe_write(operation.body, {}, insert_body(card, values), {})


def build_update(
    card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json], values: Mapping[str, Json]
) -> WriteRequest:
    """Return the write that changes wire values of a record that was just read."""
    seen = lookup_variables(card, operation, id, data)
    if operation.body is None:
        return _card_write(card, operation, seen, update_body(card, data, values), data)
    key: Json = {}
    for path in key_paths(card, operation):
        key = paths.write(key, path, paths.read(data, path))
    after: Json = data
    for path, value in values.items():
        after = paths.write(after, path, value)
    entity = after if operation.body.whole else {**key, **update_body(card, data, values)}
    members = {"_id": id, **key_members(key_paths(card, operation), id)}
    return _share_pipe_write(operation.body, members, entity, {**after, **key})


def _card_write(
    card: EntityCard, operation: Operation, seen: Mapping[str, Any], entity: Json, before: Mapping[str, Json]
) -> WriteRequest:
    """Return a body that the card makes; an operation with a payload of its own asks for it as `entity.payload`."""
    body = _as_list_commands(card, before, entity) if card.list_commands else entity
    if operation.payload is None:
        return WriteRequest(seen, body, entity)
    return WriteRequest({**seen, "entity": {**seen["entity"], OWN_PAYLOAD: body}}, None, entity)


def _as_list_commands(card: EntityCard, before: Mapping[str, Json], entity: Json) -> Json:
    """Return a body whose lists are commands, which few systems want."""
    from qa_sync.systems.requests.list_commands import with_list_commands  # noqa: PLC0415  all runs would load it

    return with_list_commands(card, {card.wrap: before} if card.wrap else before, entity)


def _share_pipe_write(
    body: WriteBody, members: Mapping[str, Json], entity: Mapping[str, Json], whole: Mapping[str, Json]
) -> WriteRequest:
    seen: dict[str, Json] = {**members, "$source": whole or entity}
    if body.template is not None:
        known = {**entity, "entity": {**seen, OWN_PAYLOAD: entity}}
        return WriteRequest({"entity": seen}, render_tree(body.template, known), entity)
    made = share_pipe_body(body, entity)
    if body.member != OWN_PAYLOAD:
        return WriteRequest({"entity": {**seen, body.member: made}}, None, entity)
    return WriteRequest({"entity": {**seen, OWN_PAYLOAD: made}}, made, entity)


def share_pipe_body(body: WriteBody, entity: Mapping[str, Json]) -> Json:
    """Return an entity in the form that a share pipe gives it."""
    plain: Json = {k: v for k, v in entity.items() if not any(fnmatchcase(k, pattern) for pattern in body.drop)}
    if body.form == "patch":
        return [{"op": "replace", "path": f"/{name}", "value": value} for name, value in plain.items()]
    if body.many:
        plain = [plain]
    return {body.key: plain} if body.key else plain
