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

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from qa_sync.errors import NoVerdict, UsageError

MEMORY: Final = ":memory:"
VERSION: Final = 1
PRIVATE: Final = 0o600

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS links (
    id INTEGER PRIMARY KEY, section TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    UNIQUE (section, source), UNIQUE (section, target));
CREATE TABLE IF NOT EXISTS synced (
    link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (link, side, property)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intents (
    section TEXT NOT NULL, source TEXT NOT NULL, known INTEGER NOT NULL, given TEXT NOT NULL, sent TEXT NOT NULL,
    PRIMARY KEY (section, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sending (
    link INTEGER NOT NULL, side TEXT NOT NULL, given TEXT NOT NULL, sent TEXT NOT NULL, revision TEXT,
    PRIMARY KEY (link, side)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lists (
    name TEXT PRIMARY KEY, watermark TEXT, moved TEXT, definition TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    list TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (list, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS found_by (
    list TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS found_by_key ON found_by (list, path, key);
CREATE INDEX IF NOT EXISTS found_by_id ON found_by (list, id);
CREATE TABLE IF NOT EXISTS refs (list TEXT NOT NULL, id TEXT NOT NULL, datatype TEXT NOT NULL, pointed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refs_from ON refs (list, id);
CREATE INDEX IF NOT EXISTS refs_to ON refs (list, datatype, pointed);
CREATE TABLE IF NOT EXISTS whole (list TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS homes (system TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clocks (system TEXT PRIMARY KEY, ahead_s REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS todo (
    number INTEGER PRIMARY KEY, lane TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL, data TEXT, told TEXT, seen INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0,
    UNIQUE (lane, side, id));
"""


class SyncStore:
    """An open store; `path` is a file or `:memory:`.

    Raises UsageError when the file is none of ours, cannot be opened, or is used by another process. `counter` tells
    how often something came to be that records may wait for, `known` how many records were ever listed; since nobody
    else has the file, both are in memory.
    """

    def __init__(self, path: str | Path = MEMORY) -> None:
        try:
            self.db = _open(path)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                hint = "wait until it is over, or name another file with --links"
                raise UsageError(f"{path} is used by another sync", hint=hint) from None
            raise UsageError(f"{path} is no store of links: {error}", hint="name a file in a folder") from error
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path} is no store of links: {error}", hint="name a new file in a folder") from error
        except OSError as error:
            raise UsageError(f"{path} cannot be used as a store of links: {error.strerror or error}") from None
        self._resume()

    def _resume(self) -> None:
        """Go on counting; after a restart everything that waits is looked at once."""
        self.counter: int = 1 + self.read("SELECT coalesce(max(seen), 0) FROM todo").fetchone()[0]
        # What is listed from now on must have a greater number than any create that was begun knew of.
        query = (
            "SELECT max((SELECT coalesce(max(number), 0) FROM records), (SELECT coalesce(max(known), 0) FROM intents))"
        )
        self.known: int = self.read(query).fetchone()[0]

    def read(self, query: str, *values: Any) -> sqlite3.Cursor:
        """Return what a query finds."""
        return self.db.execute(query, values)

    def write(self, statement: str, *values: Any) -> sqlite3.Cursor:
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
        """Flush, and let go of the file."""
        self.flush()
        self.db.close()

    def copy_in_memory(self) -> SyncStore:
        """Return a copy in memory, to try things out."""
        self.flush()
        copy = SyncStore()
        self.db.backup(copy.db)
        copy._resume()
        return copy


@contextmanager
def readable_errors(path: str | Path) -> Iterator[None]:
    """Turn what SQLite says of an open store into an error that a person understands.

    Raises UsageError for a damaged file, NoVerdict for one that cannot be written at the moment (a full disk).
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise NoVerdict(f"{path} cannot be used: {error}", hint="is its disk full, or read-only?") from error
    except sqlite3.DatabaseError as error:
        hint = "put a copy of it back; with a new file, what no merge table matches is created once more"
        raise UsageError(f"{path} is damaged: {error}", hint=hint) from error


def _open(path: str | Path) -> sqlite3.Connection:
    if str(path) != MEMORY:
        # What stands in the file is from somebody's business systems: nobody else reads it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
    # Used by one thread at a time, but not always by the one that opened it (a served sandbox).
    db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # The lock ends with the process, however it ends. A commit survives a kill without waiting for the disk; after
        # a power cut the last commits may be missing, never a part of one.
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA wal_autocheckpoint=4000")
        db.execute("BEGIN EXCLUSIVE")
        if _is_new(db):
            db.execute(f"PRAGMA user_version={VERSION}")
        for statement in SCHEMA.split(";"):  # tables may have been added since the file was made
            db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _is_new(db: sqlite3.Connection) -> bool:
    """Tell whether a database is empty; raises DatabaseError for somebody else's, or one of another version."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and version != VERSION:
        raise sqlite3.DatabaseError(f"expected a database of version {VERSION}, got version {version}")
    return not tables
