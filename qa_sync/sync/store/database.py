"""The file that the engine remembers things in: opened for one process only, written so that a kill loses nothing.

    links    two records that are the same thing         synced   what each side answered when last in sync
    intents  a create that was begun, not yet answered   sending  an update that was begun, not yet answered
    lists    how far each list was read                  records  the fingerprint of every listed record
    found_by what merge criteria find records by         refs     what records refer to
    todo     what has to be looked at, and what waits    whole    when each list was last read from end to end
    homes    where each system is                        clocks   how far each system's clock is ahead of ours

What is written goes to the disk in batches: at the latest before anything is written to a system (`flush`). So a crash
finds either no trace of a write to a system, or its intent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Cursor
from typing import Any, Final

from qa_sync.errors import NoVerdict, QaSyncError, UsageError
from qa_sync.sqlite_file import MEMORY, Problem, explained, open_database

_FIRST: Final = """
CREATE TABLE links (
    id INTEGER PRIMARY KEY, section TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    UNIQUE (section, source), UNIQUE (section, target));
CREATE TABLE synced (
    link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (link, side, property)) WITHOUT ROWID;
CREATE TABLE intents (
    section TEXT NOT NULL, source TEXT NOT NULL, known INTEGER NOT NULL, given TEXT NOT NULL, sent TEXT NOT NULL,
    PRIMARY KEY (section, source)) WITHOUT ROWID;
CREATE TABLE sending (
    link INTEGER NOT NULL, side TEXT NOT NULL, given TEXT NOT NULL, sent TEXT NOT NULL, revision TEXT,
    PRIMARY KEY (link, side)) WITHOUT ROWID;
CREATE TABLE lists (
    name TEXT PRIMARY KEY, watermark TEXT, moved TEXT, definition TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE records (
    list TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (list, id)) WITHOUT ROWID;
CREATE TABLE found_by (
    list TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX found_by_key ON found_by (list, path, key);
CREATE INDEX found_by_id ON found_by (list, id);
CREATE TABLE refs (list TEXT NOT NULL, id TEXT NOT NULL, datatype TEXT NOT NULL, pointed TEXT NOT NULL);
CREATE INDEX refs_from ON refs (list, id);
CREATE INDEX refs_to ON refs (list, datatype, pointed);
CREATE TABLE todo (
    number INTEGER PRIMARY KEY, lane TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL, data TEXT, told TEXT, seen INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0,
    UNIQUE (lane, side, id));
"""
_ADDED: Final = """
CREATE TABLE IF NOT EXISTS whole (list TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS homes (system TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clocks (system TEXT PRIMARY KEY, ahead_s REAL NOT NULL) WITHOUT ROWID;
"""
"""Some files of version 1 have these tables already."""

MIGRATIONS: Final = (_FIRST, _ADDED)

PRAGMAS: Final[Mapping[str, str | int]] = {"journal_mode": "WAL", "synchronous": "NORMAL", "wal_autocheckpoint": 4000}
"""A commit survives a kill without waiting for the disk; after a power cut the last commits may be missing, never a
part of one."""


class SyncStore:
    """An open store; `path` is a file or `:memory:`.

    Raises UsageError when the file is not a store, cannot be opened, or is used by another process. `counter` counts
    the events that records may wait for, `known` the records that were ever listed; both are in memory, since the file
    is used by this process only.
    """

    def __init__(self, path: str | Path = MEMORY) -> None:
        self.db = open_database(
            path,
            migrations=MIGRATIONS,
            pragmas=PRAGMAS,
            exclusive=True,
            explain=lambda *found: _not_opened(path, *found),
        )
        self._resume()

    def _resume(self) -> None:
        """Go on counting; after a restart everything that waits is looked at once."""
        self.counter: int = 1 + self.read("SELECT coalesce(max(seen), 0) FROM todo").fetchone()[0]
        # What is listed from now on must have a greater number than any create that was begun knew of.
        query = (
            "SELECT max((SELECT coalesce(max(number), 0) FROM records), (SELECT coalesce(max(known), 0) FROM intents))"
        )
        self.known: int = self.read(query).fetchone()[0]

    def read(self, query: str, *values: Any) -> Cursor:
        """Return what a query finds."""
        return self.db.execute(query, values)

    def write(self, statement: str, *values: Any) -> Cursor:
        """Change something; on the disk it is after the next `flush`."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        return self.db.execute(statement, values)

    def write_many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Change something once for each row."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        self.db.executemany(statement, rows)

    def flush(self) -> None:
        """Put on the disk what was written so far, all or nothing."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        self.db.close()

    def copy_in_memory(self) -> SyncStore:
        """Return a copy in memory, to try things out."""
        self.flush()
        copy = SyncStore()
        self.db.backup(copy.db)
        copy._resume()
        return copy


def readable_errors(path: str | Path) -> AbstractContextManager[None]:
    """Turn what SQLite says of an open store into an error that a person understands.

    Raises UsageError for a damaged file, NoVerdict for one that cannot be written at the moment (a full disk).
    """
    return explained(lambda *found: _not_usable(path, *found))


def _not_opened(path: str | Path, problem: Problem, text: str) -> QaSyncError:
    match problem:
        case Problem.LOCKED:
            hint = "retry when the other sync has finished, or pass another file to --links"
            return UsageError(f"{path} is used by another sync", hint=hint)
        case Problem.NOT_OURS | Problem.WRONG_VERSION | Problem.DAMAGED:
            return UsageError(f"{path} is not a links file: {text}", hint="pass a new file in an existing folder")
        case _:
            hint = "pass a file in a writable folder with enough free space"
            return UsageError(f"{path} cannot be used as a links file: {text}", hint=hint)


def _not_usable(path: str | Path, problem: Problem, text: str) -> QaSyncError:
    if problem in {Problem.DAMAGED, Problem.NOT_OURS}:
        hint = "restore a backup; with a new file, records that no merge table matches are created again"
        return UsageError(f"{path} is damaged: {text}", hint=hint)
    return NoVerdict(f"{path} cannot be used: {text}", hint="check whether the disk is full or read-only")
