"""The keys that an object of the format can have, and warnings about all others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct, field

from qa_sync.systems.connectors.parameters import KEY as CONDITIONAL
from qa_sync.systems.connectors.validation import object_types
from qa_sync.values.form import Json

DESCRIBES: Final = frozenset({"name", "description", "comment", "comments", "trace"})
ASIDE: Final = ("_", "$")
"""Prefixes of keys that may be in any object and are not read, in addition to DESCRIBES."""
NEAR: Final = 0.7
"""The similarity from which a key is suggested; high, because many keys share a word."""
NO_EFFECT: Final[tuple[Json, ...]] = (None, "", False, "accept", [], {})
"""Values with which a key sets the default behavior."""


class KnownKeys(Struct, frozen=True):
    """The keys of an object: `read` are those that qa-sync reads, `silent` those without effect here.

    `unfollowed` are those that the format supports and qa-sync does not, with what happens instead.
    """

    read: Collection[str]
    silent: Collection[str] = ()
    unfollowed: Mapping[str, str] = field(default_factory=dict)


class ConnectorWarning(NamedTuple):
    """A key with its path, and a message.

    `once_key` is the bare key if it is reported only once.
    """

    at: str
    message: str
    once_key: str = ""


ConnectorWarnings: TypeAlias = Iterator[ConnectorWarning]


def unknown_key_warnings(level: KnownKeys, raw: Json, at: str) -> ConnectorWarnings:
    """Yield warnings about the keys of an object that are not read, in each of its variants."""
    for here, variant in variants(raw, at):
        for name, value in variant.items():
            place = member_path(here, name)
            if name in level.unfollowed:
                if value not in NO_EFFECT:
                    yield ConnectorWarning(place, f"is not supported: {level.unfollowed[name]}", once_key=name)
            elif not (name in level.read or name in level.silent or name in DESCRIBES or name.startswith(ASIDE)):
                yield ConnectorWarning(place, f"is not read{_where_it_belongs(name, level)}")


def _where_it_belongs(name: str, level: KnownKeys) -> str:
    near = get_close_matches(name.lower(), level.read, n=1, cutoff=NEAR)
    if near:
        return f"; did you mean {near[0]!r}?"
    return "; it belongs to an operation" if name in object_types.OPERATION else ""


def variants(raw: Json, at: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield an object, and the alternatives of its `$conditional_properties`, which replace its members."""
    if not isinstance(raw, Mapping):
        return
    yield at, raw
    choice = raw.get(CONDITIONAL)
    for value, alternative in members(choice.get("alternatives") if isinstance(choice, Mapping) else None):
        yield from variants(alternative, member_path(at, CONDITIONAL, "alternatives", value))


def members(raw: Json) -> Iterator[tuple[str, Json]]:
    """Yield the members of an object; nothing if it is not an object."""
    if isinstance(raw, Mapping):
        yield from ((name, value) for name, value in raw.items() if name != CONDITIONAL)


def member_path(at: str, *names: str) -> str:
    """Return the path of a member of the object at that path."""
    return ".".join([*([at] if at else []), *names])
