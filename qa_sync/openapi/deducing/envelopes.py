"""Finds the record in a body: the list of rows in a list's response, the wrapper of one record, and the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa_sync.openapi.model import Envelope, Resource
from qa_sync.openapi.reading.node import Node
from qa_sync.openapi.reading.schema import Schema, schema_of
from qa_sync.openapi.spelling import joined, singular, words_of

KEYS: Final = ("id", "uuid", "guid", "gid", "key", "code", "number")
"""Names of keys, the usual ones first."""

WRAPPERS: Final = frozenset({"data", "result", "results", "item", "items", "record", "value", "object", "content"})


def rows_of(resource: Resource, response: Schema) -> Envelope | None:
    """Return where the rows of a list are, or None if the response has no list."""
    if response.is_a("array") and response.items is not None:
        return Envelope("", schema_of(response.items), is_list=True)
    lists = {path: schema_of(node.items) for path, node in _lists(response).items() if node.items is not None}
    if not lists:
        return _row_of_one(resource, response)
    named = [path for path in lists if _is_named(path.rpartition(".")[2], resource)]
    if len(lists) == 1 or named:
        path = named[0] if named else next(iter(lists))
        return Envelope(path, lists[path], is_list=True)
    same = [path for path, row in lists.items() if row.place and row.place == _lookup_place(resource)]
    usual = [path for path in lists if path.rpartition(".")[2].lower() in WRAPPERS]
    objects = [path for path, row in lists.items() if row.properties]
    path = (same or usual or objects or list(lists))[0]
    guess = "" if same else f"the response has several lists: {', '.join(lists)}"
    return Envelope(path, lists[path], is_list=True, guess=guess)


def record_of(resource: Resource, body: Schema) -> Envelope:
    """Return where the record is in a body that carries one record."""
    if body.is_a("array") and body.items is not None:
        return Envelope("", schema_of(body.items), is_list=True)
    inner = {name: schema_of(node) for name, node in body.properties.items()}
    if find_key(resource, body)[0] or not inner:
        return Envelope("", body)
    named = {name: s for name, s in inner.items() if _is_named(name, resource)}
    only = inner if len(inner) == 1 else {n: s for n, s in inner.items() if n.lower() in WRAPPERS}
    for name, schema in [*named.items(), *only.items()]:
        if schema.is_a("array") and schema.items is not None and schema_of(schema.items).properties:
            return Envelope(name, schema_of(schema.items), is_list=True)
        if schema.properties:
            return Envelope(name, schema)
    return Envelope("", body)


def nested_record(resource: Resource, row: Schema) -> str:
    """Return the member of a row that is the record, as in `{"customer": {"id": ...}}`; empty if there is none."""
    if find_key(resource, row)[0]:
        return ""
    for name, node in row.properties.items():
        if _is_named(name, resource) and find_key(resource, schema_of(node))[0]:
            return name
    return ""


def find_key(resource: Resource, record: Schema) -> tuple[str, str]:
    """Return the path of a record's key, and why it is a guess; empty texts if no member can be the key."""
    names = {joined(name): name for name in record.properties}
    parameter = resource.parameter
    if parameter in record.properties:
        return parameter, ""
    if joined(parameter) in names:
        return names[joined(parameter)], ""
    words = words_of(parameter)
    of_resource = set(words_of(singular(resource.name)))
    short = "".join(word for word in words if word not in of_resource)
    if short in names:
        return names[short], "" if short in {"id", "uuid", "gid"} else f"the path calls it {parameter}"
    for length in range(1, len(words)):
        tail = "".join(words[length:])
        if tail in names:
            return names[tail], f"the path calls it {parameter}"
    for key in KEYS:
        if key in names:
            return names[key], f"the path calls it {parameter}"
    return "", ""


def _lists(body: Schema) -> Mapping[str, Schema]:
    """Return the lists of objects in a body, by path, two levels deep; lists of values if there are no others."""
    found: dict[str, Schema] = {}
    for name, node in body.properties.items():
        schema = schema_of(node)
        if schema.is_a("array"):
            found[name] = schema
    for name, node in body.properties.items() if not found else ():
        for inner, below in schema_of(node).properties.items():
            if (schema := schema_of(below)).is_a("array"):
                found[f"{name}.{inner}"] = schema
    objects = {path: s for path, s in found.items() if s.items is not None and _is_object(s.items)}
    return objects or found


def _is_object(node: Node) -> bool:
    return bool(schema_of(node).properties)


def _row_of_one(resource: Resource, response: Schema) -> Envelope | None:
    """Return the rows of a list that the document describes as one object."""
    for name, node in response.properties.items():
        schema = schema_of(node)
        if _is_named(name, resource) and schema.properties:
            return Envelope(name, schema, is_list=True, guess="the document describes the list as one object")
    return None


def _is_named(name: str, resource: Resource) -> bool:
    return joined(singular(name)) == joined(singular(resource.name))


def _lookup_place(resource: Resource) -> str:
    lookup = resource.routes.get("lookup")
    return record_of(resource, lookup.response.schema).record.place if lookup and lookup.response else ""
