"""Where in a TOML text each key stands; tomllib reads values, and tells no lines.

A statement is as many lines as tomllib needs to understand it alone, so that nothing of TOML is known here.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""A key's way from the top: table names, keys, positions in lists."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of every table and key of a text that tomllib can read as a whole."""
    found: dict[KeyPath, int] = {}
    seen: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    for line, statement in _statements(text):
        value = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _header_path(value, seen)
            found.setdefault(table, line)
        else:
            for key_path in _inner_paths(value):
                found.setdefault(table + key_path, line)
    return found


def line_of_key(key_lines: Mapping[KeyPath, int], key_path: KeyPath) -> int | None:
    """Return the line of a key, else of the nearest table around it."""
    while key_path and key_path not in key_lines:
        key_path = key_path[:-1]
    return key_lines.get(key_path)


def _statements(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    begun, first = "", 0
    # Only these end a line in TOML; splitlines() knows more.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if begun else number
        begun += line + "\n"
        if _is_complete(begun):
            found.append((first, begun))
            begun = ""
    return found


def _is_complete(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header_path(value: Any, seen: Counter[KeyPath]) -> KeyPath:
    key_path: KeyPath = ()
    while isinstance(value, dict) and value:
        ((name, value),) = value.items()
        key_path += (name,)
        if isinstance(value, list):
            key_path += (seen[key_path],)
            seen[key_path[:-1]] += 1
            value = value[0]
    return key_path


def _inner_paths(value: Any, key_path: KeyPath = ()) -> list[KeyPath]:
    inner: list[KeyPath] = [key_path] if key_path else []
    if isinstance(value, dict):
        for name, one in value.items():
            inner += _inner_paths(one, (*key_path, name))
    return inner
