"""Reads the linked records from the link store of the sync engine, read-only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qa_sync.errors import UsageError
from qa_sync.sqlite_file import Problem, open_to_read

WAIT_S: Final = 5.0
"""How long to wait for a sync that has locked the store."""


def linked_entities(path: Path | None) -> frozenset[str]:
    """Return the keys of the entities that have links in the store; raises UsageError if it is not a link store."""
    if path is None:
        return frozenset()
    return frozenset(str(row[0]) for row in _rows(path, "SELECT DISTINCT section FROM links", ()))


def linked_ids(path: Path, key: str) -> Iterator[tuple[str, str]]:
    """Yield the ids of the source and target record of each link of two entities."""
    for source, target in _rows(path, "SELECT source, target FROM links WHERE section = ? ORDER BY source", (key,)):
        yield str(source), str(target)


def _rows(path: Path, query: str, values: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    if not path.is_file():
        raise UsageError(f"--links {path}: file not found")
    with open_to_read(path, lambda *found: _explain(path, *found), timeout_s=WAIT_S) as db:
        yield from db.execute(query, values)


def _explain(path: Path, problem: Problem, text: str) -> UsageError:
    if problem is Problem.LOCKED:
        return UsageError(f"--links {path}: a sync is using it", hint="retry when it has finished")
    return UsageError(f"--links {path}: not a link store: {text}")
