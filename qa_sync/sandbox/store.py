"""JSON documents in SQLite, in memory: the storage of every vendor of the sandbox.

A table holds documents by id in insertion order, each with the time of its last change and the values of its lookup
keys (an e-mail address, an item number). The vendors enforce uniqueness, not the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from qa_sync.values.json_text import read_json, write_json

Doc: TypeAlias = dict[str, Any]
"""A JSON object as a vendor stores it; every read gives a fresh copy."""

Keys: TypeAlias = Callable[[Doc], Iterable[tuple[str, str]]]
"""The (key name, value) pairs under which a document can be found."""

LARGEST = 2**63 - 1

SCHEMA = """
    CREATE TABLE document (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, id TEXT, changed TEXT, body BLOB, UNIQUE (kind, id));
    CREATE INDEX by_change ON document (kind, changed);
    CREATE INDEX by_number ON document (kind, CAST(id AS INTEGER));
    CREATE TABLE found_by (kind TEXT, name TEXT, value TEXT, id TEXT);
    CREATE INDEX by_value ON found_by (kind, name, value);
    CREATE INDEX by_owner ON found_by (kind, id);
    CREATE TABLE sequence (name TEXT PRIMARY KEY, last INTEGER);
"""


def _sortable(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


class Store:
    """One vendor's database. `writes` counts saves and removals, so that a test can detect repeated writes."""

    def __init__(self) -> None:
        # A server may be built in one thread and run in another, but never in two at once.
        self.db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.db.executescript(SCHEMA)
        self.writes = 0

    def table(self, kind: str, keys: Keys = lambda _doc: ()) -> Table:
        """Return the table of one kind of documents."""
        return Table(self, kind, keys)

    def next(self, sequence: str, first: int = 1) -> int:
        """Return the next number of a sequence."""
        row = self.db.execute(
            "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
            (sequence, first),
        ).fetchone()
        return int(row[0])

    def skip_to(self, sequence: str, number: int) -> None:
        """Set the next number of a sequence."""
        self.db.execute("INSERT OR REPLACE INTO sequence VALUES (?, ?)", (sequence, number - 1))


class Table:
    """The documents of one kind."""

    def __init__(self, store: Store, kind: str, keys: Keys) -> None:
        self.store = store
        self.kind = kind
        self._keys = keys
        self._db = store.db

    def save(self, id: object, doc: Doc, at: datetime) -> None:
        """Add or replace a document; a replaced one keeps its position."""
        self._db.execute(
            "INSERT INTO document (kind, id, changed, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET changed = excluded.changed, body = excluded.body",
            (self.kind, str(id), _sortable(at), write_json(doc)),
        )
        self._forget_keys(id)
        self._db.executemany(
            "INSERT INTO found_by VALUES (?, ?, ?, ?)", [(self.kind, n, v, str(id)) for n, v in self._keys(doc)]
        )
        self.store.writes += 1

    def remove(self, id: object) -> None:
        """Remove a document."""
        self._db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (self.kind, str(id)))
        self._forget_keys(id)
        self.store.writes += 1

    def get(self, id: object) -> Doc | None:
        """Return a document, None when there is none."""
        row = self._db.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (self.kind, str(id))).fetchone()
        return None if row is None else read_json(row[0])

    def find(self, name: str, value: str) -> list[Doc]:
        """Return the documents with a value of a lookup key, oldest first."""
        rows = self._db.execute(
            "SELECT DISTINCT d.seq, d.body FROM found_by f JOIN document d ON d.kind = f.kind AND d.id = f.id"
            " WHERE f.kind = ? AND f.name = ? AND f.value = ? ORDER BY d.seq",
            (self.kind, name, value),
        )
        return [read_json(body) for _, body in rows]

    def all(self, since: datetime | None = None) -> list[Doc]:
        """Return all documents, oldest first; with `since`, those changed at that time or later."""
        rows = self._db.execute(
            "SELECT body FROM document WHERE kind = ? AND changed >= ? ORDER BY seq",
            (self.kind, _sortable(since) if since else ""),
        )
        return [read_json(body) for (body,) in rows]

    def after(self, number: int, count: int) -> list[Doc]:
        """Return the first documents with numeric ids above a number, in the order of their ids."""
        rows = self._db.execute(
            "SELECT body FROM document WHERE kind = ? AND CAST(id AS INTEGER) > ? ORDER BY CAST(id AS INTEGER) LIMIT ?",
            (self.kind, min(number, LARGEST), count),
        )
        return [read_json(body) for (body,) in rows]

    def _forget_keys(self, id: object) -> None:
        self._db.execute("DELETE FROM found_by WHERE kind = ? AND id = ?", (self.kind, str(id)))
