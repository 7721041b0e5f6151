"""Builds request bodies from wire values by write path, as the entity card says; pure.

The card says what a system merges or replaces, and how it identifies list elements.

Source: docs/explanation/mapping.rst, "Lists in wrappers", "Concurrent edits" and "What a property card needs".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.systems.cards import EntityCard, Revision, Writable
from qa_sync.values import paths
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Name

ENTITY_TAG: Final = re.compile(r'(W/)?"[^"]*"')
"""A revision as `If-Match` takes it. Source: RFC 9110, 8.8.3."""


def insert_body(card: EntityCard, values: Mapping[str, Json]) -> Json:
    """Return the body of a create: the values and the card's constant members, wrapped."""
    body: Json = {}
    for path, value in _all_writes(card, {**card.always, **values}):
        body = paths.write(body, path, value)
    return _wrapped(card, body)


def update_body(card: EntityCard, data: Mapping[str, Json], values: Mapping[str, Json]) -> Json:
    """Return the body of an update of a record that was just read, with its revision if that is in the body."""
    after: Json = data
    for path, value in _all_writes(card, values):
        after = paths.write(after, path, value)
    body = _whole(card, after) if card.send == "whole" else _changed(card, data, after, values)
    if card.revision and card.revision.write:
        body = paths.write(body, card.revision.write, paths.read(data, card.revision.read))
    return _wrapped(card, body)


def revision_header(revision: Revision | None, data: Mapping[str, Json]) -> dict[str, str]:
    """Return the header with the revision on which an update is based; empty if the card has no such header.

    A revision that is not an entity tag by itself is quoted as one.
    """
    if revision is None or revision.header is None:
        return {}
    text = str(paths.read(data, revision.read))
    return {revision.header: text if ENTITY_TAG.fullmatch(text) else f'"{text}"'}


def adds_elements(card: EntityCard, body: Json) -> bool:
    """Return whether the body of an update adds list elements, so that a retry would add them twice."""
    if card.element_key is None:
        return False
    inner = body.get(card.wrap) if card.wrap and isinstance(body, Mapping) else body
    lists = (v for v in inner.values() if isinstance(v, list)) if isinstance(inner, Mapping) else ()
    return any(isinstance(e, Mapping) and card.element_key not in e for each in lists for e in each)


def _all_writes(card: EntityCard, values: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield the write paths with their values, each followed by the further paths that take the same value."""
    with_further_paths = [p for p in card.properties.values() if p.also]
    for path, value in values.items():
        yield path, value
        yield from ((also, value) for p in with_further_paths if p.write_path == path for also in p.also)


def _whole(card: EntityCard, after: Mapping[str, Json]) -> Json:
    """Return the full object without what the system sets itself.

    That is the key, the revision, the modification time, each property that can never be written, and what the card
    says: a strict API refuses a body with members that it only returns.
    """
    own = {card.key, card.modified, card.revision.read if card.revision else None, *card.omit}
    own |= {p.path for p in card.properties.values() if p.writable is Writable.NEVER}
    body: Json = dict(after)
    for path in sorted(path for path in own if path):
        body = paths.omit(body, path)
    return body


def _changed(card: EntityCard, before: Json, after: Json, values: Mapping[str, Json]) -> Json:
    body: dict[str, Json] = {}
    for path, _ in _all_writes(card, {**dict.fromkeys(card.update_always), **values}):
        names = _container(card, after, path)
        value = _member(after, names)
        if card.element_key and isinstance(value, list):
            value = _changed_elements(card, card.element_key, _member(before, names), value)
        _put(body, names, value)
    return body


def _container(card: EntityCard, data: Json, path: str) -> list[str]:
    """Return the path of the smallest part that the system replaces as a whole: a list, or `merge_depth` names."""
    names: list[str] = []
    for segment in paths.segments(path)[: card.merge_depth]:
        names += [step.name for step in paths.parse(segment)[:1] if isinstance(step, Name)]
        if isinstance(_member(data, names), list):
            break
    return names


def _changed_elements(card: EntityCard, key: str, before: Json, after: list[Json]) -> list[Json]:
    """Return each element with its key and its changed members; a new element without a key is returned whole.

    With the card's `omit_unchanged`, an unchanged element is left out. Adds removed elements with their key and the
    card's `element_gone`, if the card has it.
    """
    known = {b[key]: b for b in before or [] if isinstance(b, Mapping) and key in b}
    kept = {element.get(key) for element in after if isinstance(element, Mapping)}
    gone = (one for one in known if one not in kept) if card.element_gone else ()
    sent = [e for e in after if not (card.omit_unchanged and isinstance(e, Mapping) and known.get(e.get(key)) == e)]
    return [
        *(
            _changed_element(card, key, known[element[key]], element)
            if isinstance(element, Mapping) and element.get(key) in known
            else element
            for element in sent
        ),
        *({key: one, **card.element_gone} for one in gone),
    ]


def _changed_element(card: EntityCard, key: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Json:
    """Return the key and the changed members of an element; nested lists are reduced in the same way."""
    changed = {k: v for k, v in after.items() if k == key or before.get(k) != v}
    return {k: _changed_elements(card, key, before.get(k), v) if isinstance(v, list) else v for k, v in changed.items()}


def _member(data: Json, names: list[str]) -> Json:
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _put(body: dict[str, Json], names: list[str], value: Json) -> None:
    for name in names[:-1]:
        body = body.setdefault(name, {})
    body[names[-1]] = value


def _wrapped(card: EntityCard, body: Json) -> Json:
    return {card.wrap: body} if card.wrap else body
