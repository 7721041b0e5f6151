"""The engine's link store, looked at and never touched: only which records it holds for the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from qa_sync.errors import UsageError


def linked_sections(path: Path | None) -> frozenset[str]:
    """Return the sections that the store has links for; raises UsageError for a file that is no store."""
    if path is None:
        return frozenset()
    return frozenset(str(row[0]) for row in _rows(path, "SELECT DISTINCT section FROM links", ()))


def linked_ids(path: Path, section: str) -> Iterator[tuple[str, str]]:
    """Yield the ids of the source's and the target's record of each link of a section."""
    for source, target in _rows(path, "SELECT source, target FROM links WHERE section = ? ORDER BY source", (section,)):
        yield str(source), str(target)


def _rows(path: Path, query: str, values: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    if not path.is_file():
        raise UsageError(f"--links {path}: there is no such file")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            yield from db.execute(query, values)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"--links {path}: this is no store of links: {error}") from None
