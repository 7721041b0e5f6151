"""The keys of `entities.toml` that stand on a line of their own, and edits of such lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.openapi.toml_text import key_text, value_text
from qa_sync.toml_text import parse_toml
from qa_sync.values.form import Json

HEADER: Final = re.compile(r"\[[^\[].*\]\s*(#.*)?")
ENTRY: Final = re.compile(r"""(?P<off># )?(?P<key>[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')\s*=\s*(?P<rest>.*)""")
COMMENT: Final = re.compile("#")
MAX_TRIES: Final = 50
"""The most signs `#` of a line that are tried as the start of its comment."""

Place = tuple[tuple[str, ...], str]
"""The names of a table, and a key in it."""


class Entry(Struct, frozen=True):
    """A key with its value; `is_off` if the whole line is a comment; `comment` is what follows the value."""

    value: Json
    is_off: bool = False
    comment: str = ""

    def line(self, key: str) -> str:
        """Return the line."""
        behind = f"  # {self.comment}" if self.comment else ""
        return f"{'# ' if self.is_off else ''}{key_text(key)} = {value_text(self.value)}{behind}"


class Found(Struct, frozen=True):
    """The entries of a text, the number of the line (from 0) of each, and of each table its last line."""

    entries: Mapping[Place, Entry]
    lines: Mapping[Place, int]
    ends: Mapping[tuple[str, ...], int]


def find_entries(text: str) -> Found:
    """Return the keys that stand on one line each; a key that takes several lines is not among them."""
    table: tuple[str, ...] = ()
    entries: dict[Place, Entry] = {}
    lines: dict[Place, int] = {}
    ends: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines()):
        if HEADER.fullmatch(line):
            table = _table(line)
            ends[table] = number
        elif (found := ENTRY.fullmatch(line)) and (entry := _entry(found)) is not None:
            place = (table, _key(found["key"]))
            if place in entries and entry.is_off:
                continue  # a comment beside the active line
            entries[place], lines[place] = entry, number
            ends[table] = number
    return Found(entries, lines, ends)


def edit(text: str, changes: Mapping[Place, Entry | None]) -> str:
    """Return a text with lines replaced, inserted at the end of their table, or removed (None)."""
    found = find_entries(text)
    lines: list[list[str]] = [[line] for line in text.splitlines()]
    for place, entry in changes.items():
        written = [] if entry is None else [entry.line(place[1])]
        if place in found.lines:
            lines[found.lines[place]] = written + lines[found.lines[place]][1:]
        elif place[0] in found.ends:
            lines[found.ends[place[0]]] += written
    return "".join(f"{line}\n" for group in lines for line in group)


def tables_of(text: str, names: Iterable[str]) -> str:
    """Return the part of a text that has the tables of these names, with the tables below them."""
    wanted, taken, kept = set(names), False, []
    for line in text.splitlines():
        if HEADER.fullmatch(line):
            taken = _table(line)[:1] <= () or _table(line)[0] in wanted
        if taken:
            kept.append(line)
    return "".join(f"{line}\n" for line in kept).rstrip("\n") + "\n" if kept else ""


def _table(line: str) -> tuple[str, ...]:
    try:
        nested = parse_toml(line)
    except tomllib.TOMLDecodeError:
        return ("",)
    names: list[str] = []
    while nested:
        ((name, nested),) = nested.items()
        names.append(name)
    return tuple(names)


def _key(written: str) -> str:
    (name,) = parse_toml(f"{written} = 0")
    return name


def _entry(found: re.Match[str]) -> Entry | None:
    """Return the entry of a line, or None if its value does not end there."""
    rest = found["rest"]
    starts = [match.start() for match in COMMENT.finditer(rest)][:MAX_TRIES]
    for start in (*starts, len(rest)):
        try:
            value = parse_toml(f"x = {rest[:start]}")["x"]
        except tomllib.TOMLDecodeError:
            continue
        return Entry(value, found["off"] is not None, rest[start:].strip().removeprefix("#").strip())
    return None
