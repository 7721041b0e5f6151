"""The engine's link store, looked at and never touched: only which records it holds for the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qa_sync.errors import UsageError
from qa_sync.sqlite_file import Problem, open_to_read

WAIT_S: Final = 5.0
"""How long to wait for a sync that has the store."""


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
    with open_to_read(path, lambda *found: _explain(path, *found), timeout_s=WAIT_S) as db:
        yield from db.execute(query, values)


def _explain(path: Path, problem: Problem, text: str) -> UsageError:
    if problem is Problem.LOCKED:
        return UsageError(f"--links {path}: a sync is using it", hint="wait until it is over")
    return UsageError(f"--links {path}: this is no store of links: {text}")
