"""The journal's file: its tables, and transactions that are on disk when they end."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from qa_sync.errors import NoVerdict

VERSION: Final = 2
BUSY_S: Final = 10.0
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, seed TEXT NOT NULL, specs TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, begun TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS places (
    run TEXT NOT NULL, system TEXT NOT NULL, url TEXT NOT NULL, datatype TEXT NOT NULL, entity TEXT NOT NULL,
    PRIMARY KEY (run, system, datatype)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL, system TEXT NOT NULL, datatype TEXT NOT NULL, mark TEXT NOT NULL,
    payload TEXT NOT NULL, id TEXT, state TEXT NOT NULL, why TEXT, counterpart INTEGER NOT NULL,
    UNIQUE (run, system, datatype, id));
CREATE TABLE IF NOT EXISTS sections (
    run TEXT NOT NULL, spec TEXT NOT NULL, key TEXT NOT NULL, print TEXT NOT NULL, events TEXT NOT NULL,
    PRIMARY KEY (run, spec, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS standing (
    run TEXT NOT NULL, system TEXT NOT NULL, datatype TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (run, system, datatype, id)) WITHOUT ROWID;
"""
UPGRADED: Final = frozenset({0, 1})
"""The versions that only lack tables."""

_WRITABLE: Final = "a run that writes to systems needs a folder that it can write its journal to"
HINTS: Final[Mapping[str, str]] = {
    "locked": "another process is writing to it; try again when that has ended",
    "full": "make room on the disk; until then nothing is written to a system",
    "No space": "make room on the disk; until then nothing is written to a system",
    "disk I/O": "make room on the disk, or mend it; until then nothing is written to a system",
    "readonly": _WRITABLE,
    "Read-only": _WRITABLE,
    "Permission": _WRITABLE,
    "unable to open": _WRITABLE,
    "not a database": "move it away; what its runs left behind can then be found by hand only",
    "version": "it was written by another version of qa-sync: use that one, or move the file away",
}
"""What to do, by words of the trouble."""


class JournalFile:
    """The file, made with mode 0600; many threads and processes may use it.

    Whatever goes wrong with it is raised as NoVerdict, and then nothing has been written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives what it puts beside the file the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = _open_database(path)
        except (OSError, sqlite3.Error) as error:
            raise self._file_error(error) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do what is done within as a whole or not at all; when it has ended, it is on disk."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                with self._db:
                    yield self._db
            except sqlite3.Error as error:
                raise self._file_error(error) from None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Look, which needs no room on the disk."""
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._file_error(error) from None

    def write(self, query: str, *values: object) -> int:
        """Carry one statement out; return the number of the row that it added."""
        with self.transaction() as db:
            return db.execute(query, values).lastrowid or 0

    def _file_error(self, error: Exception) -> NoVerdict:
        told = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        hint = next((hint for word, hint in HINTS.items() if word in told), None)
        return NoVerdict(f"the journal {self.path} cannot be used: {told}", hint=hint)


def _open_database(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # an intent must outlive the machine's power
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found not in {*UPGRADED, VERSION}:
            raise sqlite3.DatabaseError(f"version {found}, expected {VERSION}")
        if found in UPGRADED:
            db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    except sqlite3.Error:
        db.close()
        raise
    return db
