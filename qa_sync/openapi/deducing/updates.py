"""Deduces what an update sends: the changes or the whole record, what goes with it, and the revision that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qa_sync.openapi.deducing.shapes import Shape
from qa_sync.openapi.properties.members import Member
from qa_sync.openapi.reading.routes import Parameter, Route
from qa_sync.openapi.reading.schema import Schema, schema_of
from qa_sync.openapi.spelling import is_nameable, joined, segment
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import segments

MATCH: Final = "if-match"
"""The header by which an update names the revision that it is based on. Source: RFC 9110, 13.1.1."""

REVISIONS: Final = ("etag", "odataetag", "revision", "rowversion", "version", "lockversion")
"""Names of members that are a revision, the usual ones first."""

MAX_DEPTH: Final = 4


def update_keys(shape: Shape, members: list[Member], guesses: dict[str, str]) -> dict[str, Json]:
    """Return the keys of the card that say how an update is sent; adds to the guesses by key."""
    route, sent = shape.resource.routes.get("update"), shape.sent["update"]
    if route is None:
        return {}
    keys: dict[str, Json] = {}
    if route.method == "PATCH" and any(len(segments(m.path)) > 1 for m in members):
        keys["merge_depth"] = 1
        guesses["merge_depth"] = "whether a PATCH merges nested objects or replaces them"
    keys |= _sent(shape, route, sent.record, guesses) if sent else {}
    return keys | _revision(shape, route, guesses)


def needs_match(route: Route) -> bool:
    """Return whether a route requires the header `If-Match`."""
    return any(p.required for p in _matches(route))


def revision_member(shape: Shape) -> str | None:
    """Return the name of the member that is the revision of a record, or None."""
    names = {joined(name): name for name in shape.record.properties if is_nameable(name)}
    return next((names[name] for name in REVISIONS if name in names), None)


def _matches(route: Route) -> list[Parameter]:
    return [p for p in route.parameters if p.location == "header" and p.name.lower() == MATCH]


def _sent(shape: Shape, route: Route, body: Schema, guesses: dict[str, str]) -> dict[str, Json]:
    if route.method == "PUT" and body.required and not _differs(shape.record, body):
        omitted = list(_omitted(shape.record, body, "", 0))
        return {"send": "whole"} | ({"omit": omitted} if omitted else {})
    keys: dict[str, Json] = {}
    if route.method == "PUT":
        keys["send"] = "changed"
        guesses["send"] = "the PUT is taken to keep what it does not get"
    always = [
        segment(name)
        for name, node in body.properties.items()
        if name in body.required and name in shape.record.properties and is_nameable(name)
        if not schema_of(node).flag("readOnly") and not (segment(name) == shape.key and shape.is_shared(body))
    ]
    return keys | ({"update_always": always} if always and not shape.nested else {})


def _differs(read: Schema, body: Schema) -> bool:
    """Return whether a member is read in one form and written in another, such as an object and its id."""
    both = (
        (schema_of(read.properties[n]), schema_of(body.properties[n])) for n in body.properties.keys() & read.properties
    )
    return any(one.types and other.types and not one.types & _widened(other.types) for one, other in both)


def _widened(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def _omitted(read: Schema, body: Schema, at: str, depth: int) -> Iterator[str]:
    """Yield the paths that are read, but that the body of an update does not take."""
    if not body.properties or depth >= MAX_DEPTH:
        return
    for name, node in read.properties.items():
        if not is_nameable(name):
            continue
        path = f"{at}.{segment(name)}" if at else segment(name)
        shown = schema_of(node)
        taken = schema_of(body.properties[name]) if name in body.properties else None
        if taken is None or taken.flag("readOnly") or shown.flag("readOnly"):
            yield path
        else:
            yield from _omitted(_row(shown), _row(taken), path, depth + 1)


def _row(schema: Schema) -> Schema:
    """Return the schema of the elements of a list, else the schema itself."""
    return schema_of(schema.items) if schema.is_a("array") and schema.items is not None else schema


def _revision(shape: Shape, route: Route, guesses: dict[str, str]) -> dict[str, Json]:
    found = revision_member(shape)
    if found is None or not _matches(route):
        return {}
    guesses["revision"] = f"the header If-Match is taken for {found}"
    return {"revision": {"read": segment(found), "header": "If-Match"}}
