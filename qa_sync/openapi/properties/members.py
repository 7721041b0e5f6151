"""The single values of a record, by path: what is read, and what an insert and an update take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from qa_sync.openapi.properties.times import is_other_time
from qa_sync.openapi.reading.schema import Schema, schema_of
from qa_sync.openapi.spelling import is_nameable, segment
from qa_sync.values.path_grammar import member_names, segments

EMPTY: Final = Schema(frozenset(), False, {}, frozenset(), None, {})
MAX_DEPTH: Final = 4
MAX_PROPERTIES: Final = 2_000


class Member(Struct, frozen=True):
    """A single value of a record, by path: what is read, and what an insert and an update take (None: not at all)."""

    path: str
    read: Schema
    insert: Schema | None
    update: Schema | None
    is_required: bool


class Bodies(Struct, frozen=True):
    """The schemas of a record: as read, and as an insert and an update send it (None where there is no such route).

    `others` are the keys of the other resources' records by the place of their schema: such a record inside this one is
    a reference.
    """

    read: Schema
    insert: Schema | None
    update: Schema | None
    others: Mapping[str, str] = {}


def members_of(bodies: Bodies) -> tuple[list[Member], list[str]]:
    """Return the single values of a record, and what was left out with the reason."""
    found: list[Member] = []
    left_out: list[str] = []
    _walk(bodies, "", frozenset(), found, left_out)
    for name in bodies.insert.properties if bodies.insert else ():
        if name not in bodies.read.properties and len(left_out) < MAX_PROPERTIES:
            left_out.append(f"{name} (only written)")
    return found, left_out


def _walk(
    bodies: Bodies, at: str, seen: frozenset[str], found: list[Member], left_out: list[str], *, required: bool = True
) -> None:
    for name, node in bodies.read.properties.items():
        if len(found) >= MAX_PROPERTIES:
            left_out.append(f"everything after {MAX_PROPERTIES:,} properties")
            return
        path = f"{at}.{segment(name)}" if at else segment(name)
        read = schema_of(node)
        insert, update = _part(bodies.insert, name), _part(bodies.update, name)
        needed = required and bodies.insert is not None and name in bodies.insert.required
        if reason := _reason_left_out(name, read, insert, seen):
            left_out.append(f"{path} ({reason})")
        elif read.properties and read.place in bodies.others:
            key = bodies.others[read.place]
            found.append(_reference(path, key, read, insert, update))
        elif read.properties:
            inner = Bodies(read, insert, update, bodies.others)
            deeper = seen | ({read.place} if read.place else frozenset())
            if len(segments(path)) <= MAX_DEPTH:
                _walk(inner, path, deeper, found, left_out, required=needed)
        else:
            found.append(Member(path, read, insert, update, needed))


def _reference(path: str, key: str, *schemas: Schema | None) -> Member:
    """Return the key of another resource's record as a member."""
    (name,) = member_names(key) or ("",)
    read, insert, update = (_part(schema, name) if schema else None for schema in schemas)
    return Member(f"{path}.{key}", read or EMPTY, insert, update, is_required=False)


def _part(body: Schema | None, name: str) -> Schema | None:
    return schema_of(body.properties[name]) if body is not None and name in body.properties else None


def _reason_left_out(name: str, read: Schema, insert: Schema | None, seen: frozenset[str]) -> str:
    """Return why a member is no property, or an empty text."""
    is_secret = read.flag("writeOnly") or (insert is not None and insert.flag("writeOnly"))
    reasons = {
        "a time that is not ISO 8601": is_other_time(name, read),
        "its name cannot stand in a path": not is_nameable(name),
        "a record within itself": bool(read.place) and read.place in seen,
        "writeOnly": is_secret,
        "binary": read.word("format") in {"binary", "byte"},
        "a list": read.is_a("array"),
        "an object without named members": read.is_a("object") and not read.properties,
    }
    return next((reason for reason, applies in reasons.items() if applies), "")
