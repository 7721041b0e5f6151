"""A write -> what its operation is given: the entity that templates see, and the body. Source: facts/SESAM.md 2.6.

Where the connector has an entity card of its own, the card says how a body is made (`bodies`); else the share pipe
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from qa_sync.frozen import dataclass
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Body, Operation
from qa_sync.systems.requests.bodies import insert_body, update_body
from qa_sync.systems.requests.record_ids import id_of, members_of
from qa_sync.systems.templates.jinja import render_tree
from qa_sync.values import paths
from qa_sync.values.form import Json

OWN_PAYLOAD: Final = "payload"


@dataclass(frozen=True, slots=True)
class Write:
    """What a write's templates see, and the body that wins over the operation's own payload (None: there is none).

    `entity` is what is written, before it is put into a form and wherever it is carried.
    """

    variables: Mapping[str, object]
    body: Json
    entity: Json


def key_of(card: EntityCard, operation: Operation) -> tuple[str, ...]:
    """Return the paths of the members that make an id."""
    return operation.primary_key or (card.key,)


def named(card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json] | None = None) -> dict[str, object]:
    """Return what the templates of a lookup or a delete see: the key's members, and the whole entity as `$source`."""
    members = members_of(key_of(card, operation), id)
    return {"entity": {"_id": id, **members, "$source": members if data is None else data}}


def new_id(card: EntityCard, operation: Operation, answer: Json) -> str | None:
    """Return the id in what an insert was answered: the new record, or where `payload_property` points, the id itself.

    Of a list the first counts. None when there is none.
    """
    made = next(iter(answer), None) if isinstance(answer, list) else answer
    if operation.payload_property and isinstance(made, str | int) and not isinstance(made, bool):
        return str(made)
    return id_of(operation.new_key or key_of(card, operation), made)


def insertion(card: EntityCard, operation: Operation, values: Mapping[str, Json]) -> Write:
    """Return the write that creates a record from wire values by write path."""
    if operation.body is None:
        return _carried(card, operation, {"entity": {}}, insert_body(card, values), {})
    return _shared(operation.body, {}, insert_body(card, values), {})


def change(
    card: EntityCard, operation: Operation, id: str, data: Mapping[str, Json], values: Mapping[str, Json]
) -> Write:
    """Return the write that changes wire values of a record that was just read."""
    seen = named(card, operation, id, data)
    if operation.body is None:
        return _carried(card, operation, seen, update_body(card, data, values), data)
    key: Json = {}
    for path in key_of(card, operation):
        key = paths.write(key, path, paths.read(data, path))
    after: Json = data
    for path, value in values.items():
        after = paths.write(after, path, value)
    entity = after if operation.body.whole else {**key, **update_body(card, data, values)}
    members = {"_id": id, **members_of(key_of(card, operation), id)}
    return _shared(operation.body, members, entity, {**after, **key})


def _carried(
    card: EntityCard, operation: Operation, seen: Mapping[str, Any], entity: Json, before: Mapping[str, Json]
) -> Write:
    """Return a body that the card makes; an operation with a payload of its own asks for it as `entity.payload`."""
    body = _as_taken(card, before, entity) if card.list_commands else entity
    if operation.payload is None:
        return Write(seen, body, entity)
    return Write({**seen, "entity": {**seen["entity"], OWN_PAYLOAD: body}}, None, entity)


def _as_taken(card: EntityCard, before: Mapping[str, Json], entity: Json) -> Json:
    """Return a body whose lists are commands, which few systems want."""
    from qa_sync.systems.requests.list_commands import commanded  # noqa: PLC0415  all runs would load it

    return commanded(card, {card.wrap: before} if card.wrap else before, entity)


def _shared(body: Body, members: Mapping[str, Json], entity: Mapping[str, Json], whole: Mapping[str, Json]) -> Write:
    seen: dict[str, Json] = {**members, "$source": whole or entity}
    if body.template is not None:
        known = {**entity, "entity": {**seen, OWN_PAYLOAD: entity}}
        return Write({"entity": seen}, render_tree(body.template, known), entity)
    made = shaped(body, entity)
    if body.member != OWN_PAYLOAD:
        return Write({"entity": {**seen, body.member: made}}, None, entity)
    return Write({"entity": {**seen, OWN_PAYLOAD: made}}, made, entity)


def shaped(body: Body, entity: Mapping[str, Json]) -> Json:
    """Return an entity in the form that a share pipe gives it."""
    plain: Json = {k: v for k, v in entity.items() if not any(fnmatchcase(k, pattern) for pattern in body.drop)}
    if body.form == "patch":
        return [{"op": "replace", "path": f"/{name}", "value": value} for name, value in plain.items()]
    if body.many:
        plain = [plain]
    return {body.key: plain} if body.key else plain
