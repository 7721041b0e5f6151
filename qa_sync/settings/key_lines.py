"""Where in a TOML text each key stands; tomllib reads values, and tells no lines.

A statement is as many lines as tomllib needs to understand it alone, so that nothing of TOML is known here.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""A key's way from the top: table names, keys, positions in lists."""


def places_of(text: str) -> dict[Place, int]:
    """Return the 1-based line of every table and key of a text that tomllib can read as a whole."""
    found: dict[Place, int] = {}
    seen: Counter[Place] = Counter()
    table: Place = ()
    for line, statement in _statements(text):
        value = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _header(value, seen)
            found.setdefault(table, line)
        else:
            for place in _ways(value):
                found.setdefault(table + place, line)
    return found


def line_of(places: Mapping[Place, int], place: Place) -> int | None:
    """Return the line of a key, else of the nearest table around it."""
    while place and place not in places:
        place = place[:-1]
    return places.get(place)


def _statements(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    begun, first = "", 0
    # Only these end a line in TOML; splitlines() knows more.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if begun else number
        begun += line + "\n"
        if _is_whole(begun):
            found.append((first, begun))
            begun = ""
    return found


def _is_whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header(value: Any, seen: Counter[Place]) -> Place:
    way: Place = ()
    while isinstance(value, dict) and value:
        ((name, value),) = value.items()
        way += (name,)
        if isinstance(value, list):
            way += (seen[way],)
            seen[way[:-1]] += 1
            value = value[0]
    return way


def _ways(value: Any, way: Place = ()) -> list[Place]:
    inner: list[Place] = [way] if way else []
    if isinstance(value, dict):
        for name, one in value.items():
            inner += _ways(one, (*way, name))
    return inner
