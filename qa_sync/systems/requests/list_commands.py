"""Converts lists to commands, `[["write", [3], {"value": "x"}]]`, for systems that take those; pure.

`list_commands` in `entities.toml` gives the form of a command that creates, changes or removes an element. In it,
`$element` stands for the element's members and `$key` for its key, as JSON values.

Source: docs/reference/entities.rst; docs/explanation/vendors/real-systems.rst, "What Tryton does".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

ELEMENT, KEY = "$element", "$key"


def with_list_commands(card: EntityCard, before: Json, body: Json) -> Json:
    """Return a body in which each list of objects is a list of the commands that change `before` to it.

    Elements with a key are existing ones with their changes; the others are new. Raises NotConvertible if the card
    lacks a needed command.
    """
    if _holds_objects(body) or (body == [] and _holds_objects(before)):
        return list(_commands(card, before if isinstance(before, list) else [], body))
    if not isinstance(body, Mapping):
        return body
    known = before if isinstance(before, Mapping) else {}
    return {name: with_list_commands(card, known.get(name), member) for name, member in body.items()}


def _commands(card: EntityCard, before: list[Json], elements: list[Json]) -> Iterator[Json]:
    own = card.element_key or ""
    known = {element[own]: element for element in before if isinstance(element, Mapping) and own in element}
    for element in elements:
        key = element.get(own)
        was = known.get(key, {})
        changed = {name: m for name, m in element.items() if name != own and (name not in was or was[name] != m)}
        inner = with_list_commands(card, was, changed)
        if key not in known:
            yield _filled_form(_form(card, "create"), None, inner)
        elif inner:
            yield _filled_form(_form(card, "change"), key, inner)
    kept = {element.get(own) for element in elements}
    yield from (_filled_form(_form(card, "remove"), key, None) for key in known if key not in kept)


def _form(card: EntityCard, command: str) -> Json:
    if command not in card.list_commands:
        raise NotConvertible(f"list elements: list_commands of {card.datatype} has no {command!r}")
    return card.list_commands[command]


def _filled_form(form: Json, key: Json, element: Json) -> Json:
    if isinstance(form, list):
        return [_filled_form(each, key, element) for each in form]
    if isinstance(form, Mapping):
        return {name: _filled_form(member, key, element) for name, member in form.items()}
    return {ELEMENT: element, KEY: key}.get(form, form) if isinstance(form, str) else form


def _holds_objects(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)
