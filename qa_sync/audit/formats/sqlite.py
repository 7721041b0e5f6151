"""Reads a table of a SQLite database as JSON lines: `shop.db#customers`, or the only table of `shop.db`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from qa_sync.errors import NoVerdict, UsageError, did_you_mean
from qa_sync.files import open_private
from qa_sync.values.form import Json

ENDINGS: Final = frozenset({".sqlite", ".sqlite3", ".db"})
TIMEOUT_S: Final = 20.0
"""How long to wait for another program that writes."""


def split_table(place: Path) -> tuple[Path, str]:
    """Return the file and the table (empty: the only one)."""
    file, mark, table = str(place).rpartition("#")
    return (Path(file), table) if mark and not place.exists() else (place, "")


def is_sqlite(place: Path) -> bool:
    """Return whether a place is a SQLite database, with or without a table."""
    file = split_table(place)[0]
    return file.suffix.lower() in ENDINGS and file.is_file()


def sqlite_lines(place: Path, folder: Path) -> Path:
    """Write a table as JSON lines into the folder; raises UsageError for a damaged file or an unknown table."""
    file, wanted = split_table(place)
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)) as db:
            db.text_factory = _text
            table = _table(db, file, wanted)
            return _write(_records(db, table), folder / f"{table.replace('/', '_')}.jsonl")
    except sqlite3.Error as error:
        raise UsageError(f"{file}: not readable as SQLite: {error}", hint="is the file complete?") from None


def _table(db: sqlite3.Connection, file: Path, wanted: str) -> str:
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    names = sorted(str(row[0]) for row in db.execute(query))
    if not wanted and len(names) == 1:
        return names[0]
    if wanted in names:
        return wanted
    if wanted:
        raise UsageError(f"{file}: there is no table {wanted!r}", hint=did_you_mean(wanted, names))
    hint = f"name one: {file}#{names[0]}" if names else None
    raise UsageError(f"{file}: expected one table, found {', '.join(names) or 'none'}", hint=hint)


def _records(db: sqlite3.Connection, table: str) -> Iterator[dict[str, Json]]:
    quoted = table.replace('"', '""')
    found = db.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - quoted
    names = [column[0] for column in found.description]
    for row in found:
        values = (_text(value) if isinstance(value, bytes) else value for value in row)
        yield dict(zip(names, values, strict=True))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _write(records: Iterator[dict[str, Json]], into: Path) -> Path:
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with open(into, "w", encoding="utf-8", opener=open_private) as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
    except OSError as error:
        raise NoVerdict(f"{into}: {error.strerror or error}", hint="is the disk full?") from None
    return into
