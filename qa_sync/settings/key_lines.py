"""Finds the line of each key in a TOML text; tomllib does not report lines.

A statement ends with the first line end outside of texts, comments and brackets; tomllib parses each by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from qa_sync.toml_text import parse_toml

TOKEN: Final = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|(?P<bracket>[][{}])|\n""",
    re.DOTALL,
)
"""What decides where a statement ends, in a valid text: texts, comments, brackets and line ends."""
BLANK: Final = re.compile(r"\s*(?:#[^\n]*)?\n")

KeyPath: TypeAlias = tuple[str | int, ...]
"""The path of a key: table names, keys and list indexes."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of every table and key in a valid TOML text."""
    lines: dict[KeyPath, int] = {}
    list_lengths: Counter[KeyPath] = Counter()
    table: KeyPath = ()
    for line, statement in _statements(text):
        value = parse_toml(statement)
        if statement.lstrip().startswith("["):
            table = _header_path(value, list_lengths)
            for depth in range(len(table)):
                lines.setdefault(table[: depth + 1], line)
        else:
            for key_path in _inner_paths(value):
                lines.setdefault(table + key_path, line)
    return lines


def line_of_key(key_lines: Mapping[KeyPath, int], key_path: KeyPath) -> int | None:
    """Return the line of a key, or of the innermost enclosing table with a known line."""
    while key_path and key_path not in key_lines:
        key_path = key_path[:-1]
    return key_lines.get(key_path)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement of a valid text, and the line that it begins on."""
    text = text.replace("\r\n", "\n") + "\n"
    start, line, open_brackets = 0, 1, 0
    for token in TOKEN.finditer(text):
        if token["bracket"]:
            open_brackets += 1 if token["bracket"] in "[{" else -1
        elif token[0] == "\n" and not open_brackets:
            statement = text[start : token.end()]
            if not BLANK.fullmatch(statement):
                yield line, statement
            start, line = token.end(), line + statement.count("\n")


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
