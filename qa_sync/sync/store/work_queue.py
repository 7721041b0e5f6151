"""The work queue of a lane: changed and waiting records, in SQLite so that a kill loses none.

new     listed and changed                           again   failed; the next cycle retries
links   waits until a new link is made               stands  a problem that stays until one of the records changes
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from qa_sync.sync.lanes import Side
from qa_sync.sync.store.database import SyncStore
from qa_sync.sync.summary import Problem

BATCH: Final = 200
"""The number of items in memory at a time."""


class ItemState(StrEnum):
    """Why an item is in the queue; `done` removes it."""

    NEW = "new"
    AGAIN = "again"
    LINKS = "links"
    STANDS = "stands"
    DONE = "done"


class QueueItem(Struct, frozen=True):
    """One record to process; `data` is the listed record as JSON text (None: read it again)."""

    number: int
    side: Side
    id: str
    state: ItemState
    data: str | None


class WorkQueue:
    """The queue of one lane."""

    def __init__(self, state: SyncStore, lane: str) -> None:
        self._state = state
        self._lane = lane

    def add(self, side: Side, id: str, data: str | None) -> None:
        """Add a record as new, whatever it waited for."""
        self._state.write(
            "INSERT INTO todo (lane, side, id, state, data) VALUES (?, ?, ?, 'new', ?)"
            " ON CONFLICT (lane, side, id) DO UPDATE"
            " SET state = 'new', data = coalesce(excluded.data, data), told = NULL, due = 0",
            self._lane,
            side.value,
            id,
            data,
        )

    @property
    def last_number(self) -> int:
        """The number of the last item."""
        return int(self._state.read("SELECT coalesce(max(number), 0) FROM todo").fetchone()[0])

    def items(self) -> Iterator[QueueItem]:
        """Yield the items in order, each in its current state; items added meanwhile follow.

        An item that waits for links is skipped as long as nothing was linked since it was processed.
        """
        last_number = 0
        query = (
            "SELECT number, side, id, state FROM todo WHERE lane = ? AND number > ?"
            " AND (state IN ('new', 'again') OR (state = 'links' AND seen <> ?)) ORDER BY number LIMIT ?"
        )
        while rows := self._state.read(query, self._lane, last_number, self._state.counter, BATCH).fetchall():
            for number, side, record_id, state in rows:
                last_number = number
                item = self.item(Side(side), record_id)
                # A missing or changed item was processed meanwhile, together with its counterpart.
                if item is not None and item.state.value == state:
                    yield item

    def item(self, side: Side, id: str) -> QueueItem | None:
        """Return the item of a record, None when there is none."""
        query = "SELECT number, state, data FROM todo WHERE lane = ? AND side = ? AND id = ?"
        row = self._state.read(query, self._lane, side.value, id).fetchone()
        return QueueItem(row[0], side, id, ItemState(row[1]), row[2]) if row else None

    def done(self, side: Side, id: str) -> None:
        """Remove a record."""
        self._state.write("DELETE FROM todo WHERE lane = ? AND side = ? AND id = ?", self._lane, side.value, id)

    def wait(
        self, side: Side, id: str, state: ItemState, problems: Sequence[Problem], *, waits_for_links: bool = False
    ) -> None:
        """Keep a record in a waiting state.

        Every cycle reports `problems`; `waits_for_links` means that the record only waits for its references.
        """
        texts = json.dumps([(p.system, p.id, p.text) for p in problems]) if problems else None
        if waits_for_links and not self.waits_for_links(id):
            self._state.counter += 1
        self._state.write(
            "INSERT INTO todo (lane, side, id, state, told, seen, due) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (lane, side, id) DO UPDATE"
            " SET state = excluded.state, told = excluded.told, seen = excluded.seen, due = excluded.due",
            self._lane,
            side.value,
            id,
            state.value,
            texts,
            self._state.counter,
            int(waits_for_links),
        )

    def open_pairs(self, links: str) -> int:
        """Return how many linked pairs are in the queue; `links` is the key of their links."""
        query = (
            "SELECT count(*) FROM todo JOIN links ON links.section = ? AND links.source = todo.id"
            " WHERE todo.lane = ? AND todo.side = 'source'"
        )
        return int(self._state.read(query, links, self._lane).fetchone()[0])

    def waits_for_links(self, id: str) -> bool:
        """Return whether a source record gets a counterpart as soon as its references have one."""
        query = "SELECT due FROM todo WHERE lane = ? AND side = 'source' AND id = ?"
        row = self._state.read(query, self._lane, id).fetchone()
        return bool(row and row[0])

    def problems(self, section: str) -> Iterator[Problem]:
        """Yield the problems of the waiting records."""
        rows = self._state.read("SELECT told FROM todo WHERE lane = ? AND told IS NOT NULL ORDER BY number", self._lane)
        for (texts,) in rows:
            yield from (Problem(section, *problem) for problem in json.loads(texts))
