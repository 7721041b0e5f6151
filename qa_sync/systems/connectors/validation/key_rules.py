"""Which keys an object of the format can hold, and what is remarked on the others."""

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
"""What may stand in any object: keys that describe, and how others begin that nobody reads."""
NEAR: Final = 0.7
"""How near a key must be to be the one that was meant: most keys have some word in common."""
NO_EFFECT: Final[tuple[Json, ...]] = (None, "", False, "accept", [], {})
"""Values by which a key asks for what is done anyway."""


class KnownKeys(Struct, frozen=True):
    """What an object can hold: `read` are the keys that qa-sync reads, `silent` those that change nothing here.

    `unfollowed` are those that the format follows and qa-sync does not, with what happens instead.
    """

    read: Collection[str]
    silent: Collection[str] = ()
    unfollowed: Mapping[str, str] = field(default_factory=dict)


class ConnectorWarning(NamedTuple):
    """A key with its place, and a message.

    `once_key` is the key alone where it is reported once, however often it occurs.
    """

    at: str
    message: str
    once_key: str = ""


ConnectorWarnings: TypeAlias = Iterator[ConnectorWarning]


def unknown_key_warnings(level: KnownKeys, raw: Json, at: str) -> ConnectorWarnings:
    """Yield what an object holds that is not read, in each of its variants."""
    for here, variant in variants(raw, at):
        for name, value in variant.items():
            place = member_path(here, name)
            if name in level.unfollowed:
                if value not in NO_EFFECT:
                    yield ConnectorWarning(place, f"is not followed: {level.unfollowed[name]}", once_key=name)
            elif not (name in level.read or name in level.silent or name in DESCRIBES or name.startswith(ASIDE)):
                yield ConnectorWarning(place, f"is not read{_where_it_belongs(name, level)}")


def _where_it_belongs(name: str, level: KnownKeys) -> str:
    near = get_close_matches(name.lower(), level.read, n=1, cutoff=NEAR)
    if near:
        return f"; did you mean {near[0]!r}?"
    return "; it belongs to an operation" if name in object_types.OPERATION else ""


def variants(raw: Json, at: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield an object, and the alternatives of its `$conditional_properties`, which take the place of its members."""
    if not isinstance(raw, Mapping):
        return
    yield at, raw
    choice = raw.get(CONDITIONAL)
    for value, alternative in members(choice.get("alternatives") if isinstance(choice, Mapping) else None):
        yield from variants(alternative, member_path(at, CONDITIONAL, "alternatives", value))


def members(raw: Json) -> Iterator[tuple[str, Json]]:
    """Yield the members of an object, none where there is no object."""
    if isinstance(raw, Mapping):
        yield from ((name, value) for name, value in raw.items() if name != CONDITIONAL)


def member_path(at: str, *names: str) -> str:
    """Return the place of a member of what is at that place."""
    return ".".join([*([at] if at else []), *names])
