"""What a lane has to look at: records that changed, and those that wait for something; in SQLite, so a kill loses none.

new     listed, and different from before            again   something went wrong; the next cycle tries again
links   waits until something is linked              stands  a problem that stays until one of the records changes
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
"""How many items are in memory at once."""


class ItemState(StrEnum):
    """Why an item is there; `done` items are not there any more."""

    NEW = "new"
    AGAIN = "again"
    LINKS = "links"
    STANDS = "stands"
    DONE = "done"


class QueueItem(Struct, frozen=True):
    """One record to look at; `data` is what the list showed as text (None: to be read), `seen` the counter then."""

    number: int
    side: Side
    id: str
    state: ItemState
    data: str | None
    seen: int


class WorkQueue:
    """The items of one lane."""

    def __init__(self, state: SyncStore, lane: str) -> None:
        self._state = state
        self._lane = lane

    def add(self, side: Side, id: str, data: str | None) -> None:
        """Have a record looked at, whatever it waited for."""
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
        """Yield in their order what there is to do, as it is when its turn comes; what is added meanwhile comes too.

        What waits for links is left out as long as nothing was linked since it was looked at.
        """
        last_number = 0
        query = (
            "SELECT number, side, id, state FROM todo WHERE lane = ? AND number > ?"
            " AND (state IN ('new', 'again') OR (state = 'links' AND seen <> ?)) ORDER BY number LIMIT ?"
        )
        while rows := self._state.read(query, self._lane, last_number, self._state.counter, BATCH).fetchall():
            for number, side, one, state in rows:
                last_number = number
                item = self.item(Side(side), one)
                # Otherwise its counterpart was looked at meanwhile, and so was it.
                if item is not None and item.state.value == state:
                    yield item

    def item(self, side: Side, id: str) -> QueueItem | None:
        """Return the item of a record, None when there is none."""
        query = "SELECT number, state, data, seen FROM todo WHERE lane = ? AND side = ? AND id = ?"
        row = self._state.read(query, self._lane, side.value, id).fetchone()
        return QueueItem(row[0], side, id, ItemState(row[1]), row[2], row[3]) if row else None

    def done(self, side: Side, id: str) -> None:
        """Take a record off the list."""
        self._state.write("DELETE FROM todo WHERE lane = ? AND side = ? AND id = ?", self._lane, side.value, id)

    def wait(
        self, side: Side, id: str, state: ItemState, problems: Sequence[Problem], *, waits_for_links: bool = False
    ) -> None:
        """Let a record wait.

        Every cycle reports `problems`; `waits_for_links` says that the record only waits for its references.
        """
        texts = json.dumps([(p.system, p.id, p.text) for p in problems]) if problems else None
        if waits_for_links and not self.waits_for_links(id):
            self._state.counter += 1
        seen = self._state.counter
        self._state.write(
            "INSERT INTO todo (lane, side, id, state, told, seen, due) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (lane, side, id) DO UPDATE"
            " SET state = excluded.state, told = excluded.told, seen = excluded.seen, due = excluded.due",
            self._lane,
            side.value,
            id,
            state.value,
            texts,
            seen,
            int(waits_for_links),
        )

    def open_pairs(self, links: str) -> int:
        """Return how many linked pairs still have to be looked at; `links` is the key of their links."""
        query = (
            "SELECT count(*) FROM todo JOIN links ON links.section = ? AND links.source = todo.id"
            " WHERE todo.lane = ? AND todo.side = 'source'"
        )
        return int(self._state.read(query, links, self._lane).fetchone()[0])

    def waits_for_links(self, id: str) -> bool:
        """Return whether a source record gets a counterpart as soon as what it refers to has one."""
        query = "SELECT due FROM todo WHERE lane = ? AND side = 'source' AND id = ?"
        row = self._state.read(query, self._lane, id).fetchone()
        return bool(row and row[0])

    def problems(self, section: str) -> Iterator[Problem]:
        """Yield the problems that stand."""
        rows = self._state.read("SELECT told FROM todo WHERE lane = ? AND told IS NOT NULL ORDER BY number", self._lane)
        for (texts,) in rows:
            yield from (Problem(section, *problems) for problems in json.loads(texts))
