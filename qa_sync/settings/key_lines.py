"""Finds the line of each key in a TOML text; tomllib does not report lines.

Lines are joined until tomllib can parse them as one statement, so this module needs no TOML grammar.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The path of a key: table names, keys and list indexes."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of every table and key in a valid TOML text."""
    lines: dict[KeyPath, int] = {}
    list_lengths: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    for line, statement in _statements(text):
        value = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _header_path(value, list_lengths)
            lines.setdefault(table, line)
        else:
            for key_path in _inner_paths(value):
                lines.setdefault(table + key_path, line)
    return lines


def line_of_key(key_lines: Mapping[KeyPath, int], key_path: KeyPath) -> int | None:
    """Return the line of a key, or of the innermost enclosing table with a known line."""
    while key_path and key_path not in key_lines:
        key_path = key_path[:-1]
    return key_lines.get(key_path)


def _statements(text: str) -> list[tuple[int, str]]:
    statements: list[tuple[int, str]] = []
    partial, first = "", 0
    # Not splitlines(): it also splits at characters that do not end a line in TOML.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not partial and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if partial else number
        partial += line + "\n"
        if _is_complete(partial):
            statements.append((first, partial))
            partial = ""
    return statements


def _is_complete(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header_path(value: Any, list_lengths: Counter[KeyPath]) -> KeyPath:
    key_path: KeyPath = ()
    while isinstance(value, dict) and value:
        ((name, value),) = value.items()
        key_path += (name,)
        if isinstance(value, list):
            key_path += (list_lengths[key_path],)
            list_lengths[key_path[:-1]] += 1
            value = value[0]
    return key_path


def _inner_paths(value: Any, key_path: KeyPath = ()) -> list[KeyPath]:
    inner: list[KeyPath] = [key_path] if key_path else []
    if isinstance(value, dict):
        for name, item in value.items():
            inner += _inner_paths(item, (*key_path, name))
    return inner
