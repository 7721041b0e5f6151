"""The authentication methods and how a connector selects one; pure.

`api_key`, with `in` (`header`, `query`), `name` and `value`, and the method `oauth1` are extensions of qa-sync; the
others are Sesam's. Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.errors import did_you_mean
from qa_sync.values.form import Json

CUSTOM: Final = "custom_auth"
NTLM: Final = "ntlm"


REFRESHES: Final = "get_refresh_token_operation"
OPERATIONS: Final = ("get_token_operation", REFRESHES)
ENDS: Final = ("expires_at_expression", "expires_in_expression")
REFRESH_ENDS: Final = tuple(f"refresh_token_{end}" for end in ENDS)
"""Expressions of `custom_auth`; it needs one of ENDS, and one of REFRESH_ENDS if it refreshes."""

OBJECTS: Final = ("oauth2.extra", "oauth2.extra.headers", f"{CUSTOM}.initial_refresh_token")
"""Members that must be objects if they are set."""

AUTH_SETTINGS: Final = ("jwt_token", "oauth2", "tripletex", "api_key", CUSTOM)
"""The properties of a system that authentication methods read, in addition to `username` and `password`."""

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "basic": ("username",),
    "digest": ("username", "password"),
    NTLM: ("username", "password"),
    "jwt": ("jwt_token",),
    "oauth1": ("username", "password"),
    "api_key": ("api_key.in", "api_key.name", "api_key.value"),
    "oauth2": ("oauth2.client_id", "oauth2.token_url"),
    CUSTOM: (f"{CUSTOM}.get_token_operation",),
    "tripletex": ("tripletex.consumer_token", "tripletex.employee_token", "tripletex.token_url"),
}


def kind_of(system: Mapping[str, Json]) -> str | None:
    """Return the authentication method of a `system:rest`, or None if it has none (or uses its headers)."""
    named = system.get("authentication") or None
    if named is not None:
        return str(named)
    return next((kind for kind, mark in _MARKS.items() if system.get(mark)), None)


_MARKS: Final[Mapping[str, str]] = {"oauth2": "oauth2", "jwt": "jwt_token", "api_key": "api_key", CUSTOM: CUSTOM}
"""Methods that a connector selects by setting their property."""


def auth_problems(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the problems of the authentication of a `system:rest`, each as key and message."""
    if system.get("oauth2") and system.get("jwt_token"):
        yield "oauth2", "and 'jwt_token' exclude each other"
    for path in OBJECTS:
        if (value := _at(system, path)) and not isinstance(value, Mapping):
            yield path, f"expected an object, got a {type(value).__name__}"
    if system.get(CUSTOM):
        yield from _wrong_custom(system)
    kind = kind_of(system)
    if kind in NEEDS:
        yield from _incomplete(system, str(kind))
    elif kind is not None:
        yield "authentication", f"{kind!r} is not supported: {_unknown_kind_hint(str(kind))}"


def _wrong_custom(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    custom = system[CUSTOM]
    for key in OPERATIONS:
        named = custom.get(key)
        if isinstance(named, str) and named and named not in (system.get("operations") or {}):
            yield f"{CUSTOM}.{key}", f"the system has no operation {named!r}"
    for ends in (ENDS, *([REFRESH_ENDS] if custom.get(REFRESHES) else [])):
        if not any(custom.get(key) for key in ends):
            yield CUSTOM, f"needs {' or '.join(map(repr, ends))}"
    if (kind := kind_of(system)) != CUSTOM:
        yield CUSTOM, f"is not used with the authentication {kind!r}, so templates have no token"


def custom_operations(system: Mapping[str, Json]) -> dict[str, Json]:
    """Return a system's `custom_auth` with the names of operations replaced by the operations."""
    custom = system[CUSTOM]
    known = system.get("operations") or {}
    return {
        **custom,
        **{key: known.get(custom[key]) for key in OPERATIONS if isinstance(custom.get(key), str) and custom[key]},
    }


def _incomplete(system: Mapping[str, Json], kind: str) -> Iterator[tuple[str, str]]:
    missing = [path for path in NEEDS[kind] if not _at(system, path)]
    if missing:
        yield "authentication", f"{kind!r} needs {', '.join(map(repr, missing))}"
    where = _at(system, "api_key.in")
    if kind == "api_key" and where not in {None, "", "header", "query"}:
        yield "api_key.in", f"is {where!r}; expected 'header' or 'query'"


def _unknown_kind_hint(kind: str) -> str:
    return did_you_mean(kind, NEEDS) or f"expected one of: {', '.join(sorted(NEEDS))}"


def _at(system: Mapping[str, Json], path: str) -> Json:
    value: Json = system
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
