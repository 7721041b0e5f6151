"""The tables of formats and places of exports; the documentation shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Format(Struct, frozen=True):
    """A format of files; `module` reads a table of it (None: it has records), and needs the `extra`."""

    title: str
    endings: tuple[str, ...]
    meaning: str
    module: str | None = None
    extra: str | None = None


FORMATS: Final = (
    Format("Parquet", (".parquet",), "read in place if possible, which is the fastest"),
    Format("CSV", (".csv",), "cells separated by commas; by semicolons or tabs if the first line has no comma"),
    Format("TSV", (".tsv",), "cells separated by tabs"),
    Format("JSON lines", (".jsonl", ".ndjson"), "a JSON object on each line"),
    Format("JSON", (".json",), "an array of JSON objects, or JSON lines"),
    Format("Arrow", (".arrow", ".feather"), "Arrow files, also known as Feather, and Arrow streams"),
    Format(
        "Excel",
        (".xlsx", ".xlsm"),
        "the only sheet of a workbook, or the one after `#`: `prices.xlsx#May`; the first row has the names",
        "qa_sync.audit.sources.excel",
        "excel",
    ),
    Format(
        "SQLite",
        (".sqlite", ".sqlite3", ".db"),
        "the only table of a database, or the one after `#`: `shop.db#customers`",
        "qa_sync.audit.sources.sqlite",
    ),
)
"""The formats of files."""

COMPRESSIONS: Final[Mapping[str, str]] = {".gz": "gzip", ".zst": "zstd"}
"""The compressions by file extension."""


class Place(Struct, frozen=True):
    """A place other than a file; `schemes` begin its URL; `module` reads a table of it, and needs the `extra`."""

    title: str
    schemes: tuple[str, ...]
    form: str
    meaning: str
    module: str | None = None
    extra: str | None = None


PLACES: Final = (
    Place(
        "PostgreSQL",
        ("postgresql", "postgres"),
        "postgresql://USER@HOST/DATABASE#TABLE",
        "a table or view, in one read-only transaction; the password may be in `PGPASSWORD` or `.pgpass`",
        "qa_sync.audit.sources.postgresql",
        "postgresql",
    ),
    Place(
        "MySQL",
        ("mysql", "mariadb"),
        "mysql://USER@HOST/DATABASE#TABLE",
        "a table or view of MySQL or MariaDB, in one read-only transaction; the password may be in `MYSQL_PWD`. "
        "`?read_timeout=600` waits longer than 30 seconds for an answer",
        "qa_sync.audit.sources.mysql",
        "mysql",
    ),
    Place("HTTP", ("https", "http"), "https://HOST/PATH", "a file of a web server"),
    Place(
        "S3",
        ("s3",),
        "s3://BUCKET/PATH",
        "a file, or several by a pattern; credentials and region as for other programs of AWS; "
        "`AWS_ENDPOINT_URL` names another store",
    ),
    Place("standard input", (), "-", "a file of any format, told by its content"),
    Place("several files", (), "exports/contacts-*.parquet", "all files that a pattern matches, with the same columns"),
)
"""The places of exports that are no file."""


def format_of(ending: str) -> Format | None:
    """Return the format of a file extension."""
    return next((one for one in FORMATS if ending.lower() in one.endings), None)


def place_of(scheme: str) -> Place | None:
    """Return the place of a URL scheme."""
    return next((one for one in PLACES if scheme.lower() in one.schemes), None)
