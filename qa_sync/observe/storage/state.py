"""The state of an observation in one SQLite file: records as last read, and their keys and links.

What a tick has read and decided is committed together, so a killed observation reads again what it missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from qa_sync.audit.expressions.cells import decode_cell, encode_cell
from qa_sync.errors import QaSyncError, UsageError
from qa_sync.observe.model import EntityKey, ReadRecord
from qa_sync.sqlite_file import Problem, explained, open_database, transaction

MIGRATIONS: Final = (
    """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reads (
    system TEXT NOT NULL, datatype TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (system, datatype)) WITHOUT ROWID;
CREATE TABLE records (
    system TEXT NOT NULL, datatype TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL, modified TEXT,
    fingerprint TEXT NOT NULL, tick INTEGER NOT NULL, PRIMARY KEY (system, datatype, id)) WITHOUT ROWID;
CREATE TABLE keys (
    section TEXT NOT NULL, side INTEGER NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (section, side, key, id)) WITHOUT ROWID;
CREATE INDEX keys_of_record ON keys (section, side, id);
CREATE TABLE links (
    section TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (section, source)) WITHOUT ROWID;
CREATE INDEX links_of_target ON links (section, target);
CREATE TABLE cases (
    number INTEGER PRIMARY KEY, section TEXT NOT NULL, direction TEXT NOT NULL, kind TEXT NOT NULL,
    record TEXT NOT NULL, counterpart TEXT, opened TEXT NOT NULL, state TEXT NOT NULL, conflict INTEGER NOT NULL,
    pending TEXT NOT NULL, arrived TEXT NOT NULL, edited TEXT NOT NULL,
    before TEXT NOT NULL, lag_s REAL);
CREATE INDEX cases_of_record ON cases (section, direction, record);
CREATE INDEX cases_by_state ON cases (state, section, opened);
CREATE TABLE findings (
    number INTEGER PRIMARY KEY, section TEXT NOT NULL, sort TEXT NOT NULL, source TEXT, target TEXT,
    at TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX findings_by_sort ON findings (section, sort);
CREATE TABLE turns (
    section TEXT NOT NULL, record TEXT NOT NULL, claim TEXT NOT NULL, pairs TEXT NOT NULL,
    PRIMARY KEY (section, record, claim)) WITHOUT ROWID;
CREATE TABLE rewrites (
    section TEXT NOT NULL, side INTEGER NOT NULL, id TEXT NOT NULL, count INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (section, side, id)) WITHOUT ROWID;
""",
    """
ALTER TABLE cases ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN tick INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_by_tick ON cases (tick);
CREATE INDEX cases_by_direction ON cases (section, direction, state, kind);
CREATE INDEX cases_by_lag ON cases (section, direction, lag_s) WHERE state IN ('arrived', 'partly');
""",
)
_HINTS: Final[Mapping[Problem, str]] = {
    Problem.LOCKED: "another observation uses this file; give each its own with --state",
    Problem.NO_SPACE: "free disk space",
    Problem.NO_ACCESS: "give a path in a writable folder with --state",
    Problem.WRONG_VERSION: "it was written by another version of qa-sync; give another path with --state",
}
_PART: Final = "part of a first read"
UNREAD: Final = "unread"
"""The count of the reads that failed."""
_OTHER: Final = "move it away, or give another path with --state; a new observation begins from now"


class ObserveState:
    """The open state file; only one process at a time uses it. `tick` is the number of the current read."""

    def __init__(self, path: str | Path) -> None:
        def explain(problem: Problem, message: str) -> QaSyncError:
            return UsageError(f"the state of the observation, {path}: {message}", hint=_HINTS.get(problem, _OTHER))

        self._explain = explain
        self.tick = 0
        pragmas = {"journal_mode": "WAL", "synchronous": "NORMAL"}
        self.db = open_database(
            path, migrations=MIGRATIONS, explain=explain, pragmas=pragmas, exclusive=True, make_folder=True
        )

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def committed(self) -> Iterator[None]:
        """Commit everything that the block stores together, or nothing of it."""
        with explained(self._explain), transaction(self.db):
            yield

    def commit_part(self) -> None:
        """Commit what a first read has stored so far, because a transaction of very many rows takes memory.

        Until `end_first_read`, a killed observation starts over: half of a first read says nothing.
        """
        self.set_about(_PART, "yes")
        self.db.execute("COMMIT")
        self.db.execute("BEGIN IMMEDIATE")

    def begin_read(self) -> None:
        """Forget the part of a first read that was killed."""
        if self.about(_PART):
            for table in ("reads", "records", "keys", "links"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module
            self.end_first_read()

    def end_first_read(self) -> None:
        """Note that all lists were read as a whole."""
        self.db.execute("DELETE FROM about WHERE name = ?", (_PART,))

    def about(self, name: str) -> str | None:
        """Return a stored fact about the observation as a whole."""
        return self._one("SELECT value FROM about WHERE name = ?", name)

    def reset(self) -> None:
        """Forget everything, so that the observation begins from now."""
        with self.committed():
            for table in ("about", "reads", "records", "keys", "links", "cases", "findings", "turns", "rewrites"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module

    def set_about(self, name: str, value: str) -> None:
        """Store a fact about the observation as a whole."""
        self.db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def next_tick(self) -> int:
        """Store that another read begins, and return its number."""
        self.tick = int(self.about("tick") or 0) + 1
        self.set_about("tick", str(self.tick))
        return self.tick

    def count(self, name: str) -> None:
        """Count something that limits what the observation can see."""
        self.set_about(f"count/{name}", str(self.counted(name) + 1))

    def counted(self, name: str) -> int:
        """Return how many times something was counted."""
        return int(self.about(f"count/{name}") or 0)

    def read_since(self, entity: EntityKey) -> datetime | None:
        """Return when the entity's list was last read; None if it never was."""
        found = self._one("SELECT since FROM reads WHERE system = ? AND datatype = ?", *entity)
        return datetime.fromisoformat(found) if found else None

    def set_read(self, entity: EntityKey, at: datetime) -> None:
        """Store when the entity's list was read."""
        self.db.execute("INSERT OR REPLACE INTO reads VALUES (?, ?, ?)", (*entity, at.isoformat()))

    def record(self, entity: EntityKey, id: str) -> ReadRecord | None:
        """Return a record as it was last read."""
        query = "SELECT data, modified, fingerprint FROM records WHERE system = ? AND datatype = ? AND id = ?"
        row = self.db.execute(query, (*entity, id)).fetchone()
        if row is None:
            return None
        values = {path: decode_cell(*cell) for path, cell in json.loads(row[0]).items()}
        return ReadRecord(id, values, datetime.fromisoformat(row[1]) if row[1] else None, row[2])

    def put_record(self, entity: EntityKey, record: ReadRecord, tick: int) -> None:
        """Store a record as it was read in a tick."""
        cells = json.dumps({path: encode_cell(value) for path, value in record.values.items()})
        modified = record.modified.isoformat() if record.modified else None
        row = (*entity, record.id, cells, modified, record.fingerprint, tick)
        self.db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def mark_read(self, entity: EntityKey, id: str, tick: int) -> None:
        """Store that a full list of this tick shows the record."""
        query = "UPDATE records SET tick = ? WHERE system = ? AND datatype = ? AND id = ?"
        self.db.execute(query, (tick, *entity, id))

    def not_read(self, entity: EntityKey, tick: int) -> list[str]:
        """Return the records that the full list of this tick did not show."""
        query = "SELECT id FROM records WHERE system = ? AND datatype = ? AND tick <> ?"
        return [row[0] for row in self.db.execute(query, (*entity, tick))]

    def delete_record(self, entity: EntityKey, id: str) -> None:
        """Delete a record that does not exist any more."""
        self.db.execute("DELETE FROM records WHERE system = ? AND datatype = ? AND id = ?", (*entity, id))

    def put_keys(self, section: str, side: int, id: str, keys: Iterable[str]) -> None:
        """Store the keys of a record in place of its former ones."""
        self.db.execute("DELETE FROM keys WHERE section = ? AND side = ? AND id = ?", (section, side, id))
        self.db.executemany(
            "INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?)", [(section, side, key, id) for key in keys]
        )

    def with_keys(self, section: str, side: int, keys: Sequence[str]) -> list[str]:
        """Return the records of a side that have one of the keys, at most a few."""
        query = "SELECT id FROM keys WHERE section = ? AND side = ? AND key = ? LIMIT 10"
        found = [row[0] for key in keys for row in self.db.execute(query, (section, side, key))]
        return list(dict.fromkeys(found))

    def keys_of(self, section: str, side: int, id: str) -> list[str]:
        """Return the keys of a record."""
        query = "SELECT key FROM keys WHERE section = ? AND side = ? AND id = ?"
        return [row[0] for row in self.db.execute(query, (section, side, id))]

    def link(self, section: str, side: int, id: str) -> str | None:
        """Return the counterpart of a record of a side."""
        mine, other = ("source", "target") if side == 0 else ("target", "source")
        return self._one(f"SELECT {other} FROM links WHERE section = ? AND {mine} = ?", section, id)  # noqa: S608

    def put_link(self, section: str, source: str, target: str) -> None:
        """Store that two records are each other's counterpart."""
        self.db.execute("INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (section, source, target))

    def unlink(self, section: str, side: int, id: str) -> None:
        """Remove the link of a record that was deleted."""
        mine = "source" if side == 0 else "target"
        self.db.execute(f"DELETE FROM links WHERE section = ? AND {mine} = ?", (section, id))  # noqa: S608

    def _one(self, query: str, *values: str) -> str | None:
        return first_text(self.db, query, *values)


def first_text(db: Connection, query: str, *values: str) -> str | None:
    """Return the first column of the first row as text, None without a row."""
    row = db.execute(query, values).fetchone()
    return None if row is None else str(row[0])
