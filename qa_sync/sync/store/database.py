"""The SQLite file of the sync: opened by one process at a time, written so that a kill loses nothing.

    links    pairs of counterparts                       synced   the last synced values of each side
    intents  creates without a response yet              sending  updates without a response yet
    lists    how far each list was read                  records  the fingerprint of every listed record
    found_by the index of the merge criteria             refs     the references of the records
    todo     the work queue: changed and waiting records whole    when each list was last read completely
    homes    the URL of each system                      clocks   the offset of each system's clock
    unstored values that a system did not store as they were written

Writes reach the disk in batches, at the latest before anything is sent to a system (`flush`). So a crash leaves either
no write to a system, or a row that announces it.
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

_UNSTORED: Final = """
CREATE TABLE unstored (
    link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, stored TEXT NOT NULL, problem TEXT NOT NULL,
    PRIMARY KEY (link, side, property)) WITHOUT ROWID;
"""

_SENT_AT: Final = "ALTER TABLE intents ADD COLUMN sent_at TEXT;"

MIGRATIONS: Final = (_FIRST, _ADDED, _UNSTORED, _SENT_AT)

PRAGMAS: Final[Mapping[str, str | int]] = {"journal_mode": "WAL", "synchronous": "NORMAL", "wal_autocheckpoint": 4000}
"""A commit survives a kill without waiting for the disk; after a power cut the last commits may be missing, never a
part of one."""


class SyncStore:
    """An open store; `path` is a file or `:memory:`.

    Raises UsageError when the file is not a links file, cannot be opened, or is used by another process. `counter`
    counts the events that records may wait for, `known` the records that were ever listed; both are in memory, because
    no other process has the file.
    """

    def __init__(self, path: str | Path = MEMORY) -> None:
        self.db = open_database(
            path,
            migrations=MIGRATIONS,
            pragmas=PRAGMAS,
            exclusive=True,
            explain=lambda *problem: _not_opened(path, *problem),
        )
        self._resume()

    def _resume(self) -> None:
        """Resume the counters; after a restart every waiting record is processed once."""
        self.counter: int = 1 + self.read("SELECT coalesce(max(seen), 0) FROM todo").fetchone()[0]
        # A record that is listed from now on must get a greater number than any pending create knows.
        query = (
            "SELECT max((SELECT coalesce(max(number), 0) FROM records), (SELECT coalesce(max(known), 0) FROM intents))"
        )
        self.known: int = self.read(query).fetchone()[0]

    def read(self, query: str, *values: Any) -> Cursor:
        """Return the rows of a query."""
        return self.db.execute(query, values)

    def write(self, statement: str, *values: Any) -> Cursor:
        """Execute a statement; the next `flush` commits it."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        return self.db.execute(statement, values)

    def write_many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Execute a statement once for each row."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        self.db.executemany(statement, rows)

    def flush(self) -> None:
        """Commit what was written so far, all or nothing."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        self.db.close()

    def copy_in_memory(self) -> SyncStore:
        """Return a copy in memory, for a dry run."""
        self.flush()
        copy = SyncStore()
        self.db.backup(copy.db)
        copy._resume()
        return copy


def readable_errors(path: str | Path) -> AbstractContextManager[None]:
    """Convert SQLite errors of an open store to errors with a cause and a hint.

    Raises UsageError for a damaged file, NoVerdict for one that cannot be written at the moment (a full disk).
    """
    return explained(lambda *problem: _not_usable(path, *problem))


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
