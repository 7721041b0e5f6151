"""Export formats that are read record by record: JSON, CSV, Arrow, and Parquet that an engine cannot use in place."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec
import pyarrow as pa

from qa_sync.audit.formats.arrow_file import arrow_rows, arrow_schema
from qa_sync.audit.formats.json_array import array_records, is_array
from qa_sync.audit.formats.parquet_file import parquet_rows, parquet_schema
from qa_sync.audit.formats.rows import WHOLE, Rows, reject_repeated
from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.values.form import Json

LONGEST_CELL: Final = 2**24


def _json_lines(file: Path) -> tuple[Rows, None]:
    def rows() -> Rows:
        with _open(file) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _object(line, Location(str(file), number))

    return _decodable(file, rows()), None


_QUICK: Final = msgspec.json.Decoder(float_hook=Decimal)
_TOLERANT: Final = json.JSONDecoder(parse_float=Decimal)


def _object(line: str, where: Location) -> Mapping[str, Json]:
    try:
        data = _decoded(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}", location=where, hint=WHOLE) from None
    if not isinstance(data, dict):
        raise UsageError("expected a JSON object on each line", location=where)
    return data


def _decoded(line: str) -> Json:
    """Return the value of a JSON text; NaN and lone surrogates are read, too."""
    try:
        return _QUICK.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _TOLERANT.decode(line)


def _json(file: Path) -> tuple[Rows, None]:
    """Read an array of records, or JSON lines, which some write under the same name."""
    with _open(file) as opened:
        array = is_array(opened)

    def rows() -> Rows:
        with _open(file) as opened:
            yield from array_records(file, opened)

    return (_decodable(file, rows()), None) if array else _json_lines(file)


def _csv(file: Path) -> tuple[Rows, frozenset[str]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = _decodable(file, _csv_lines(file))
    _, names = next(lines, (1, []))
    reject_repeated(names, Location(str(file), 1))

    def rows() -> Rows:
        for number, cells in lines:
            if len(cells) != len(names):
                message = f"expected {len(names)} cells, got {len(cells)}"
                raise UsageError(message, location=Location(str(file), number), hint=WHOLE)
            yield number, dict(zip(names, cells, strict=True))

    return rows(), frozenset(names)


def separator_of(file: Path) -> str:
    """Return what separates the cells of a CSV file, by its first line: a comma, else a semicolon or a tab."""
    if ending_of(file) == ".tsv":
        return "\t"
    with _open(file) as lines:
        try:
            outside = "".join(lines.readline(LONGEST_CELL).split('"')[::2])
        except UnicodeDecodeError:
            return ","  # the reader says what is wrong
    counted = {one: outside.count(one) for one in ",;\t"}
    return "," if counted[","] else max(counted, key=lambda one: counted[one])


def csv_names(file: Path) -> list[str]:
    """Return the names of the columns of a CSV file in their order."""
    return next(_decodable(file, _csv_lines(file)), (1, []))[1]


def _csv_lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines with their numbers, except empty ones; raises UsageError for an unclosed quote."""
    separator = separator_of(file)
    with _open(file) as lines:
        reader = csv.reader(lines, strict=True, delimiter=separator)
        try:
            yield from ((reader.line_num, cells) for cells in reader if cells)
        except csv.Error as error:
            raise UsageError(f"not CSV: {error}", location=Location(str(file), reader.line_num), hint=WHOLE) from None


def _open(file: Path) -> TextIO:
    return file.open(encoding="utf-8-sig", newline="")


def _decodable(file: Path, rows: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from rows
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8: {error.reason}") from None


SUFFIXES: Final[Mapping[str, Callable[[Path], tuple[Rows, frozenset[str] | None]]]] = {
    ".parquet": parquet_rows,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".arrow": arrow_rows,
    ".feather": arrow_rows,
}
"""The export formats by file extension."""

TEXTS: Final = frozenset({".csv", ".tsv"})
"""The formats that have texts only."""

LINES: Final = TEXTS | {".jsonl", ".ndjson", ".json"}
"""The formats whose records stand on lines."""


def ending_of(file: Path) -> str:
    """Return the file extension in lower case."""
    return file.suffix.lower()


def check_format(file: Path) -> None:
    """Raise UsageError for a file of no known format."""
    if ending_of(file) not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(f"{file}: unknown file type {file.suffix or '(none)'}; expected one of {known}")


def rows_of(file: Path) -> Rows:
    """Return the records of an export; raises UsageError for a damaged file or an unknown format."""
    check_format(file)
    return SUFFIXES[ending_of(file)](file)[0]


def columns_of(file: Path) -> pa.Schema | frozenset[str] | None:
    """Return the columns of an export: a schema, or names, or None for JSON, which has none of its own."""
    check_format(file)
    if ending_of(file) == ".parquet":
        return parquet_schema(file)
    return arrow_schema(file) if SUFFIXES[ending_of(file)] is arrow_rows else SUFFIXES[ending_of(file)](file)[1]
