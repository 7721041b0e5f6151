"""Builds the input of write operations: the entity for templates, and the body.

If the connector has an entity card, the card defines the body (`bodies`); otherwise the share pipe does.

Source: docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import NEVER_SENT, Operation, WriteBody
from qa_sync.systems.requests.bodies import insert_body, update_body
from qa_sync.systems.requests.record_ids import id_text, key_members, read_id
from qa_sync.systems.templates.jinja import SKIP, render_present
from qa_sync.values import paths
from qa_sync.values.form import Json

OWN_PAYLOAD: Final = "payload"
IS_ID: Final = re.compile(r"(?=.*\d)[\w-]{1,100}")
"""A text that is an id and no message, where it is a whole response."""


class WriteRequest(Struct, frozen=True):
    """The variables of a write's templates, and the body that overrides the operation's own payload (None: no body).

    `entity` is the written entity before it is converted to a body.
    """

    variables: Mapping[str, object]
    body: Json
    entity: Json


def key_paths(card: EntityCard, operation: Operation) -> tuple[str, ...]:
    """Return the paths of the members of an id."""
    return operation.primary_key or (card.key,)


def lookup_variables(
    card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json] | None = None
) -> dict[str, object]:
    """Return the variables of a lookup or delete: the key's members, and the whole entity as `$source`."""
    members = key_members(key_paths(card, operation), id)
    return {"entity": {"_id": id, **members, "$source": members if data is None else data}}


def created_id(card: EntityCard, operation: Operation, body: Json) -> str | None:
    """Return the id in the response to an insert: that of the new record, or the value of `payload_property`.

    Of a list, the first record counts. A body that is nothing but an id counts too. None if there is no id, or an
    invalid one.
    """
    made = next(iter(body), None) if isinstance(body, list) else body
    if isinstance(made, str | int) and (operation.payload_property or IS_ID.fullmatch(str(made))):
        return id_text(made)
    return read_id(operation.new_key or key_paths(card, operation), made)


def build_insert(
    card: EntityCard, operation: Operation, values: Mapping[str, Json], defaults: Mapping[str, Json] | None = None
) -> WriteRequest:
    """Return the create of a record from wire values by write path; `defaults` are default values of the system."""
    if operation.body is None:
        return _card_write(card, operation, {"entity": {}}, insert_body(card, values), {})
    return _share_pipe_write(operation.body, {}, insert_body(card, values), {}, defaults)


def build_update(
    card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json], values: Mapping[str, Json]
) -> WriteRequest:
    """Return the update of wire values of a record that was just read."""
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
    """Return a write whose body the card defines; an operation with its own payload uses it as `entity.payload`."""
    body = _as_list_commands(card, before, entity) if card.list_commands else entity
    if operation.payload is None:
        return WriteRequest(seen, body, entity)
    return WriteRequest({**seen, "entity": {**seen["entity"], OWN_PAYLOAD: body}}, None, entity)


def _as_list_commands(card: EntityCard, before: Mapping[str, Json], entity: Json) -> Json:
    """Return a body whose lists are commands, which few systems need."""
    from qa_sync.systems.requests.list_commands import with_list_commands  # noqa: PLC0415  rarely needed

    return with_list_commands(card, {card.wrap: before} if card.wrap else before, entity)


def _share_pipe_write(
    body: WriteBody,
    members: Mapping[str, Json],
    entity: Mapping[str, Json],
    whole: Mapping[str, Json],
    defaults: Mapping[str, Json] | None = None,
) -> WriteRequest:
    seen: dict[str, Json] = {**members, "$source": whole or entity}
    if body.template is not None:
        known = {**entity, "entity": {**seen, OWN_PAYLOAD: entity}}
        made = render_present(body.template, known)
        return WriteRequest({"entity": seen}, None if made is SKIP else made, entity)
    made = share_pipe_body(body, entity, members, defaults)
    if body.member != OWN_PAYLOAD:
        return WriteRequest({"entity": {**seen, body.member: made}}, None, entity)
    return WriteRequest({"entity": {**seen, OWN_PAYLOAD: made}}, made, entity)


def share_pipe_body(
    body: WriteBody, entity: Mapping[str, Json], key: Mapping[str, Json], defaults: Mapping[str, Json] | None = None
) -> Json:
    """Return an entity in the form that a share pipe gives it; `key` are the members of the record's id."""
    if body.rules is not None:
        from qa_sync.systems.requests.rule_bodies import body_by_rules  # noqa: PLC0415 - not for built-in systems

        return body_by_rules(body.rules, body.member, entity, key, defaults)
    return {name: value for name, value in entity.items() if not name.startswith(NEVER_SENT)}
