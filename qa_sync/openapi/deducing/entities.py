"""Deduces an entity: its operations, its key and its properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from qa_sync.openapi.deducing.operations import operation_of
from qa_sync.openapi.deducing.selectors import selected_fields
from qa_sync.openapi.deducing.shapes import Shape
from qa_sync.openapi.deducing.updates import update_keys
from qa_sync.openapi.model import EntityDraft, PropertyDraft, Resource
from qa_sync.openapi.properties.lines import draft_property
from qa_sync.openapi.properties.members import Member, members_of
from qa_sync.openapi.properties.times import is_modified, time_style
from qa_sync.openapi.spelling import joined, spec_names
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import parent_path

NUMBERED: Final = frozenset(("id", "uuid", "guid", "gid"))
"""Names of keys that a system gives itself, although a schema for both directions may require them."""

VERBS: Final = ("list", "lookup", "insert", "update", "delete")


def draft_entity(
    resource: Resource,
    parameters: dict[str, str],
    headers: frozenset[str],
    others: Mapping[str, str],
    names: Iterable[str] = (),
) -> EntityDraft | None:
    """Return the draft of an entity, or None if no member can be its key.

    Adds to `parameters` what the settings must give, each with its meaning; `headers` are those that the
    authentication sends; `others` are the keys of other resources' records (see `record_keys`).
    """
    shape = Shape(resource)
    if not shape.key:
        return None
    members, left_out = members_of(shape.bodies(others))
    guesses: dict[str, str] = {verb: why for verb, why in resource.guesses.items() if verb in resource.routes}
    operations = {
        verb: operation_of(shape, verb, route, parameters, headers, guesses) for verb, route in resource.routes.items()
    }
    fields = selected_fields(resource, [member.path for member in members] + [shape.key])
    for verb, params in fields.items():
        operations[verb]["params"] = {**operations[verb].get("params", {}), **params}
    card = _card(shape, operations, members, guesses)
    return EntityDraft(
        name=resource.name,
        names=tuple(dict.fromkeys([*names, *spec_names(resource.name)])),
        operations=operations,
        card=card,
        properties=tuple(_properties(shape, members, operations)),
        guesses=guesses,
        left_out=tuple(left_out),
    )


def _card(
    shape: Shape, operations: Mapping[str, Mapping[str, Json]], members: list[Member], guesses: dict[str, str]
) -> dict[str, Json]:
    """Return the entity's keys in `entities.toml`, without names and properties."""
    card: dict[str, Json] = {"key": shape.key}
    if shape.key_guess:
        guesses["key"] = shape.key_guess
    modified = next((m for m in members if not parent_path(m.path) and is_modified(m.path, m.read)), None)
    if modified is not None:
        style, why = time_style(modified.read)
        card |= {"modified": modified.path, "modified_form": {"style": style}}
        guesses |= {"modified_form": why} if why else {}
    missing = {verb: "the document has no such operation" for verb in VERBS if verb not in operations}
    if missing:
        card["cannot"] = missing
    wrapped = [e.member for e in shape.sent.values() if e and e.member and not e.is_list]
    if wrapped:
        card["wrap"] = wrapped[0]
    return card | update_keys(shape, members, guesses)


def _properties(
    shape: Shape, members: list[Member], operations: Mapping[str, Mapping[str, Json]]
) -> Iterable[PropertyDraft]:
    can = {"can_insert": "insert" in operations, "can_update": "update" in operations}
    used: set[str] = set()
    for member in members:
        drafted = draft_property(member, shape.resource.name, within=shape.nested, **can)
        if member.path == shape.key:
            if not _is_given(shape, member):
                continue
            drafted = replace(drafted, keys=_client_key(drafted.keys))
        concept = drafted.keys.get("concept", "")
        if concept in used:  # a concept stands once in a card
            drafted = replace(drafted, keys={k: v for k, v in drafted.keys.items() if k != "concept"})
        used.add(concept)
        yield drafted


def _is_given(shape: Shape, key: Member) -> bool:
    """Return whether the client gives the key of a new record."""
    sent = shape.sent["insert"]
    if sent and shape.is_shared(sent.record) and (joined(key.path) in NUMBERED or key.read.word("format") == "uuid"):
        return False
    is_written = key.insert is not None and not key.insert.flag("readOnly") and not key.read.flag("readOnly")
    return is_written and key.is_required and not parent_path(key.path)


def _client_key(keys: Mapping[str, Json]) -> dict[str, Json]:
    """Return the keys of a key that the client gives."""
    fixed = {"writable": "create", "why": "the document has it as the key", "required": True, "unique": True}
    kept = {k: v for k, v in keys.items() if k not in {"empty", "writable", "why", "convert"}}
    return {**kept, "convert": "identifier", **fixed}
