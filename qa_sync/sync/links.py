"""What the engine remembers between cycles, in SQLite: links, last synced values, intents.

links     two records that are the same thing; `seen` fingerprints both as they were when they agreed
synced    what each side answered for a property when it was last in sync (JSON text of the canonical value)
intents   a create that was begun and not yet answered, with a fingerprint of what was sent
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from qa_sync.errors import UsageError
from qa_sync.values.form import Canonical, Json

Place: TypeAlias = tuple[str, str]
"""A side (`source`, `target`) and a property path."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    id INTEGER PRIMARY KEY, section TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    seen TEXT NOT NULL DEFAULT '', UNIQUE (section, source), UNIQUE (section, target));
CREATE TABLE IF NOT EXISTS synced (
    link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (link, side, property)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intents (
    section TEXT NOT NULL, source TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (section, source)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Link:
    """Two records that are the same thing, by id."""

    number: int
    source: str
    target: str
    seen: str


class Links:
    """The store; `path` is a file or `:memory:`. Raises UsageError when the file is none of ours."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path} is no store of links: {error}", hint="name a new file in a folder") from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def by_source(self, section: str, id: str) -> Link | None:
        """Return the link of a source record, None when it has none."""
        return self._link("SELECT id, source, target, seen FROM links WHERE section = ? AND source = ?", section, id)

    def by_target(self, section: str, id: str) -> Link | None:
        """Return the link of a target record, None when it has none."""
        return self._link("SELECT id, source, target, seen FROM links WHERE section = ? AND target = ?", section, id)

    def connect(self, section: str, source: str, target: str) -> Link:
        """Link two records, which also answers the intent to create one."""
        self._db.execute("BEGIN")
        with self._db:
            row = self._db.execute(
                "INSERT INTO links (section, source, target) VALUES (?, ?, ?)", (section, source, target)
            )
            self.withdraw(section, source)
        return Link(row.lastrowid or 0, source, target, "")

    def synced(self, link: Link) -> dict[Place, str]:
        """Return the last synced values of both sides."""
        rows = self._db.execute("SELECT side, property, value FROM synced WHERE link = ?", (link.number,))
        return {(side, path): value for side, path, value in rows}

    def remember(self, link: Link, values: Mapping[Place, str]) -> None:
        """Keep synced values; those not given stay as they are."""
        rows = [(link.number, side, path, value) for (side, path), value in values.items()]
        self._db.execute("BEGIN")
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO synced VALUES (?, ?, ?, ?)", rows)

    def saw(self, link: Link, fingerprint: str) -> None:
        """Keep the fingerprint of two records that agree, so that the next cycle need not read them again."""
        self._db.execute("UPDATE links SET seen = ? WHERE id = ?", (fingerprint, link.number))

    def intend(self, section: str, source: str, mark: str) -> None:
        """Write down that a counterpart of the source record is about to be created."""
        self._db.execute("INSERT OR REPLACE INTO intents VALUES (?, ?, ?)", (section, source, mark))

    def intent(self, section: str, source: str) -> str | None:
        """Return the mark of a create that was begun and never answered, None when there is none."""
        row = self._db.execute("SELECT mark FROM intents WHERE section = ? AND source = ?", (section, source))
        found = row.fetchone()
        return str(found[0]) if found else None

    def withdraw(self, section: str, source: str) -> None:
        """Forget an intent: its create was answered, with yes or no."""
        self._db.execute("DELETE FROM intents WHERE section = ? AND source = ?", (section, source))

    def _link(self, query: str, section: str, id: str) -> Link | None:
        row = self._db.execute(query, (section, id)).fetchone()
        return Link(*row) if row else None


def encode(value: Canonical) -> str:
    """Return a canonical value as JSON text; equal values have equal texts."""
    return json.dumps(_plain(value))


def fingerprint(*data: Json) -> str:
    """Return a short text that differs when the JSON values differ."""
    return hashlib.blake2b(json.dumps(data, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _plain(value: Canonical) -> Json:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        text = format(value, "f")
        return {"decimal": text.rstrip("0").rstrip(".") if "." in text else text}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _opened(path: str | Path) -> sqlite3.Connection:
    # Used by one thread at a time, but not always by the one that opened it (a served sandbox).
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(SCHEMA)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
