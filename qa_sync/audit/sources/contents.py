"""Tells the format of a file by its first bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from qa_sync.audit.sources.table import COMPRESSIONS, format_of
from qa_sync.errors import UsageError

FIRST: Final = 4096

MARKS: Final[Mapping[bytes, str]] = {
    b"PAR1": ".parquet",
    b"ARROW1": ".arrow",
    b"\xff\xff\xff\xff": ".arrow",
    b"PK\x03\x04": ".xlsx",
    b"SQLite format 3\0": ".sqlite",
    b"\x1f\x8b": ".gz",
    b"\x28\xb5\x2f\xfd": ".zst",
}
"""The endings of formats that are no text, by the bytes that they begin with."""

PAGES: Final = (b"<!doctype html", b"<html")


def ending_by_content(file: Path) -> str:
    """Return the file extension that the content calls for; texts that are not JSON are CSV."""
    first = _first(file)
    if (marked := _marked(first)) is not None:
        return marked
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return ".json" if text.startswith((b"{", b"[")) else ".csv"


def check_content(file: Path) -> None:
    """Raise UsageError for an empty file, and for one whose content is certainly of another format than its name."""
    first = _first(file)
    expected = COMPRESSIONS.get(file.suffix.lower()) or getattr(format_of(file.suffix), "title", None)
    if expected is None:
        return
    if not first:
        raise UsageError(f"{file}: expected {expected}, got an empty file", hint="is the export complete?")
    marked = _marked(first)
    found = COMPRESSIONS.get(marked or "") or getattr(format_of(marked or ""), "title", None)
    if marked is not None and found != expected:
        raise UsageError(f"{file}: expected {expected}, got {found}", hint=f"is it a {marked} file?")
    if first.lstrip().lower().startswith(PAGES):
        raise UsageError(f"{file}: expected {expected}, got a page of HTML", hint="is a login needed to get the file?")


def _first(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(FIRST)


def _marked(first: bytes) -> str | None:
    return next((ending for mark, ending in MARKS.items() if first.startswith(mark)), None)
