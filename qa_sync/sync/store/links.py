"""Links between records, their last synced values, and pending writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from qa_sync.sqlite_file import MEMORY
from qa_sync.sync.store.database import SyncStore

Place: TypeAlias = tuple[str, str]
"""A side (`source`, `target`) and a property path."""

Texts: TypeAlias = Mapping[str, str]
"""Encoded canonical values by property path."""

INTENTS = "SELECT source, known, given, sent, sent_at FROM intents WHERE section = ?"
FIELDS = "SELECT id, source, target FROM links WHERE section = ?"


class Link(Struct, frozen=True):
    """A pair of counterparts, by id."""

    number: int
    source: str
    target: str


class PendingCreate(Struct, frozen=True):
    """A create without a response yet: the source values (`given`) and the `sent` values, by property path.

    `known` is the number of the record listed last before it: the created record gets a greater one. `sent_at` is when
    it was sent by the local clock, None if that is not known.
    """

    known: int
    given: Texts
    sent: Texts
    sent_at: datetime | None = None


class PendingUpdate(Struct, frozen=True):
    """An update without a response yet: the values of the origin (`given`) and the `sent` values.

    `revision` is that of the updated record before the update, None when the API has no revisions.
    """

    side: str
    given: Texts
    sent: Texts
    revision: str | None


class Links:
    """The store of links; `path` is a file or `:memory:`. Raises UsageError as `SyncStore` does."""

    def __init__(self, path: str | Path = MEMORY, *, state: SyncStore | None = None) -> None:
        self.state = state or SyncStore(path)

    def close(self) -> None:
        """Close the file."""
        self.state.close()

    def by_source(self, section: str, id: str) -> Link | None:
        """Return the link of a source record, None when it has none."""
        row = self.state.read(f"{FIELDS} AND source = ?", section, id).fetchone()
        return Link(*row) if row else None

    def by_target(self, section: str, id: str) -> Link | None:
        """Return the link of a target record, None when it has none."""
        row = self.state.read(f"{FIELDS} AND target = ?", section, id).fetchone()
        return Link(*row) if row else None

    def count(self, section: str) -> int:
        """Return how many links a section has."""
        return int(self.state.read("SELECT count(*) FROM links WHERE section = ?", section).fetchone()[0])

    def connect(self, section: str, source: str, target: str) -> Link:
        """Link two records, and discard the pending create of the source record."""
        add = "INSERT INTO links (section, source, target) VALUES (?, ?, ?)"
        row = self.state.write(add, section, source, target)
        self.discard_create(section, source)
        self.state.counter += 1
        return Link(row.lastrowid or 0, source, target)

    def synced(self, link: Link) -> dict[Place, str]:
        """Return the last synced values of both sides."""
        rows = self.state.read("SELECT side, property, value FROM synced WHERE link = ?", link.number)
        return {(side, path): value for side, path, value in rows}

    def save_synced(self, link: Link, values: Mapping[Place, str]) -> None:
        """Keep synced values; those not given stay as they are."""
        rows = [(link.number, side, path, value) for (side, path), value in values.items()]
        if rows:
            self.state.write_many("INSERT OR REPLACE INTO synced VALUES (?, ?, ?, ?)", rows)

    def begin_create(self, section: str, source: str, pending_create: PendingCreate) -> None:
        """Commit a pending create of a counterpart, before the request is sent."""
        sent_at = pending_create.sent_at.isoformat() if pending_create.sent_at else None
        values = (pending_create.known, json.dumps(pending_create.given), json.dumps(pending_create.sent), sent_at)
        self.state.write("INSERT OR REPLACE INTO intents VALUES (?, ?, ?, ?, ?, ?)", section, source, *values)
        self.state.flush()

    def pending_create(self, section: str, source: str) -> PendingCreate | None:
        """Return the create without a response, None when there is none."""
        row = self.state.read(f"{INTENTS} AND source = ?", section, source).fetchone()
        return _pending_create(row) if row else None

    def pending_creates(self, section: str) -> dict[str, PendingCreate]:
        """Return the creates without a response by the id of their source record."""
        return {row[0]: _pending_create(row) for row in self.state.read(f"{INTENTS} ORDER BY source", section)}

    def has_pending_creates(self, section: str) -> bool:
        """Return whether any create has no response."""
        return self.state.read("SELECT 1 FROM intents WHERE section = ? LIMIT 1", section).fetchone() is not None

    def discard_create(self, section: str, source: str) -> None:
        """Discard a pending create: it got a response, success or error."""
        self.state.write("DELETE FROM intents WHERE section = ? AND source = ?", section, source)

    def begin_update(self, link: Link, pending_update: PendingUpdate) -> None:
        """Commit a pending update of one side of a link, before the request is sent."""
        values = (
            pending_update.side,
            json.dumps(pending_update.given),
            json.dumps(pending_update.sent),
            pending_update.revision,
        )
        self.state.write("INSERT OR REPLACE INTO sending VALUES (?, ?, ?, ?, ?)", link.number, *values)
        self.state.flush()

    def pending_updates(self, link: Link) -> list[PendingUpdate]:
        """Return the updates without a response."""
        rows = self.state.read("SELECT side, given, sent, revision FROM sending WHERE link = ?", link.number)
        return [PendingUpdate(side, json.loads(given), json.loads(sent), rev) for side, given, sent, rev in rows]

    def finish_update(self, link: Link, side: str) -> None:
        """Discard a pending update: it got a response, success or error."""
        self.state.write("DELETE FROM sending WHERE link = ? AND side = ?", link.number, side)

    def save_unstored(
        self, link: Link, side: str, written: Iterable[str], problems: Mapping[str, tuple[str, str]]
    ) -> None:
        """Keep what a side did not store as it was written, by property: its value and the problem in words.

        What was kept about the other `written` properties is dropped.
        """
        for path in written:
            self.drop_unstored(link, side, path)
        rows = [(link.number, side, path, stored, problem) for path, (stored, problem) in problems.items()]
        if rows:
            self.state.write_many("INSERT OR REPLACE INTO unstored VALUES (?, ?, ?, ?, ?)", rows)

    def unstored(self, link: Link) -> list[tuple[str, str, str, str]]:
        """Return the values that were not stored as written: side, property, value, problem."""
        query = "SELECT side, property, stored, problem FROM unstored WHERE link = ? ORDER BY side, property"
        return list(self.state.read(query, link.number))

    def drop_unstored(self, link: Link, side: str, path: str) -> None:
        """Drop a value that was not stored as written: it was written again or edited."""
        delete = "DELETE FROM unstored WHERE link = ? AND side = ? AND property = ?"
        self.state.write(delete, link.number, side, path)


def _pending_create(row: tuple[str, int, str, str, str | None]) -> PendingCreate:
    _, known, given, sent, sent_at = row
    return PendingCreate(
        known, json.loads(given), json.loads(sent), datetime.fromisoformat(sent_at) if sent_at else None
    )
