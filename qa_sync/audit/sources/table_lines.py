"""Writes the rows of a table as JSON lines, exactly; the number of a line is that of the row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from qa_sync.audit.progress import Progress
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.files import open_private

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
COUNTED: Final = 1_000
_QUICK: Final = frozenset({str, int, bool, type(None)})


class TableRows(Struct, frozen=True):
    """A table: its name, and its rows with their numbers."""

    name: str
    rows: Iterator[tuple[int, Mapping[str, Any]]]


def write_lines(table: TableRows, into: Path, progress: Progress) -> None:
    """Write the rows; raises UsageError for a table without any, NoVerdict when the disk is full."""
    line = 0
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with open(into, "wb", opener=open_private) as file:
            for number, row in table.rows:
                file.write(b"\n" * (number - line - 1) + _line(row) + b"\n")
                line = number
                if number % COUNTED == 0:
                    progress.add(COUNTED)
    except OSError as error:
        raise NoVerdict(f"{into}: {error.strerror or error}", hint="is the disk full?") from None
    if not line:
        raise UsageError(f"{into}: expected records, got an empty table", hint="is the export complete?")


def _line(row: Mapping[str, Any]) -> bytes:
    if all(type(value) in _QUICK for value in row.values()):
        return _ENCODER.encode(row)
    return _text(row).encode()


def _text(value: Any) -> str:
    """Return a value as JSON text with all digits, and NaN and infinities as `json.dumps` writes them."""
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else json.dumps(float(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return json.dumps(plain(value))


def plain(value: Any) -> str | int | float | None:
    """Return a value of a database as a JSON value: times as ISO 8601 (UTC if without zone), bytes as UTF-8."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value)


def _duration(value: timedelta) -> str:
    micros = value // timedelta(microseconds=1)
    second, rest = divmod(abs(micros), 1_000_000)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{'-' if micros < 0 else ''}PT{second}{fraction}S"
