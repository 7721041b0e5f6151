"""Reads the lists of the systems and finds what has changed since they were read last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Final, Protocol

from msgspec import Struct

from qa_sync.audit.expressions.cells import Kind, decode_cell, encode_cell
from qa_sync.audit.records.record_values import modified_of, value_of
from qa_sync.observe.model import Change, EntityKey, ReadRecord
from qa_sync.observe.storage.clocks import SystemClocks
from qa_sync.observe.storage.state import ObserveState
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json
from qa_sync.values.paths import omit

CLOCK_SKEW: Final = timedelta(minutes=10)
"""The clock difference of a system up to which no change is missed."""


PART: Final = 10_000
"""The number of records after which a first read is committed."""
RESOLUTION: Final = timedelta(seconds=1)
"""The resolution of the times of many systems."""


UNDATED, LISTED_LATE, REPEATED = "undated", "listed late", "repeated"
"""What is counted of the changes of an entity: no time of their own, not in the list at first, on two of its pages."""


def counter(entity: EntityKey, name: str) -> str:
    """Return the name of a count of an entity."""
    return "/".join((*entity, name))


class ReadableSystem(Protocol):
    """The operations of a system that an observation uses, which are all read-only."""

    label: str
    cards: Mapping[str, EntityCard]

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, with `since` only those changed since then."""

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return one record."""


class EntityReader(Struct, frozen=True):
    """Reads an entity; `paths` are the properties that sections need, `since`: the system can list only changes.

    `index` stores the keys of a record that is new or has changed; `start` is the time from which the next read follows
    changes (None: from the last read).
    """

    entity: EntityKey
    system: ReadableSystem
    paths: tuple[str, ...]
    since: bool
    index: Callable[[EntityKey, ReadRecord], None]
    clocks: SystemClocks
    start: datetime | None = None

    @property
    def card(self) -> EntityCard:
        """The card of the entity."""
        return self.system.cards[self.entity.datatype]

    def read(self, state: ObserveState, now: datetime, tick: int) -> list[Change]:
        """Read the list, store it, and return the changes; the first read only stores.

        Raises what the system raises.
        """
        last = state.read_since(self.entity)
        changes_only = self.since and last is not None
        since = min(last, self.start or last) - CLOCK_SKEW if changes_only and last else None
        records = self.system.list(self.entity.datatype, since)
        changes, seen = [], set[str]()
        for number, record in enumerate(records, 1):
            if last is None and self.start is None and number % PART == 0:
                state.commit_part()
            if changes_only and record.id in seen:
                state.count(counter(self.entity, REPEATED))
            seen |= {record.id} if changes_only else set()
            change = self.store(state, record, now, tick, is_first=last is None)
            if change is not None:
                changes.append(change)
            elif not changes_only:
                state.mark_read(self.entity, record.id, tick)
        if not changes_only and last is not None:
            changes += [self.deleted(state, one, now) for one in state.not_read(self.entity, tick)]
        state.set_read(self.entity, now)
        return [c for c in changes if self.start is None or not c.is_stamped or c.at >= self.start]

    def look_up(self, state: ObserveState, id: str, now: datetime, tick: int) -> Change | None:
        """Read one record again; return how it differs from how it was last read, None if it does not."""
        record = self.system.lookup(self.entity.datatype, id)
        if record is not None:
            return self.store(state, record, now, tick)
        return self.deleted(state, id, now) if state.record(self.entity, id) else None

    def deleted(self, state: ObserveState, id: str, now: datetime) -> Change:
        """Store that a record is deleted, and return the change."""
        before = state.record(self.entity, id)
        state.delete_record(self.entity, id)
        return Change(self.entity, id, before, None, now, is_stamped=False)

    def store(
        self, state: ObserveState, record: Record, now: datetime, tick: int, *, is_first: bool = False
    ) -> Change | None:
        """Store a record if it has changed, and return the change."""
        after = _read_record(record, self.card, self.paths)
        before = None if is_first else state.record(self.entity, record.id)
        if before == after:
            return None
        state.put_record(self.entity, after, tick)
        self.index(self.entity, after)
        if is_first:
            return self._found(after)
        last = state.read_since(self.entity)
        if after.modified is None or last is None or not self._is_of_change(before, after, after.modified, last):
            state.count(counter(self.entity, UNDATED))
            return Change(self.entity, record.id, before, after, now, is_stamped=False)
        if before is None or before.modified != after.modified:
            if self.clocks.is_before(self.entity.system, after.modified, last - RESOLUTION):
                state.count(counter(self.entity, LISTED_LATE))
            self.clocks.note(self.entity.system, after.modified, last, now)
        at = min(self.clocks.true_time(self.entity.system, after.modified), now)
        return Change(self.entity, record.id, before, after, at, is_stamped=True)

    def _found(self, after: ReadRecord) -> Change | None:
        """Return that the first read found a record changed since the time from which to follow."""
        if self.start is None or after.modified is None or after.modified < self.start:
            return None
        return Change(self.entity, after.id, None, after, after.modified, is_stamped=True, is_found=True)

    def _is_of_change(self, before: ReadRecord | None, after: ReadRecord, stamp: datetime, last: datetime) -> bool:
        """Return whether the time of a record's last change is that of this change.

        Two changes within the resolution of the times have the same one; an older time that stays says nothing.
        """
        if before is None or before.modified != after.modified:
            return True
        return self.clocks.true_time(self.entity.system, stamp) >= last - RESOLUTION


def _read_record(record: Record, card: EntityCard, paths: tuple[str, ...]) -> ReadRecord:
    cells = {path: encode_cell(value_of(record.data, path, card.properties.get(path))) for path in paths}
    # As the state has them, so that a value that is only written in another way is no change.
    values = {path: decode_cell(*cell) for path, cell in cells.items() if cell[0] != Kind.EMPTY}
    text = modified_of(record.data, card)
    return ReadRecord(record.id, values, _instant(text), _fingerprint(record.data, card))


def _instant(text: str | None) -> datetime | None:
    """Return the time of a last change; None for a mere date, which says too little."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _fingerprint(data: Mapping[str, Json], card: EntityCard) -> str:
    """Return a fingerprint of a record without what the system computes by itself."""
    own = [card.modified, card.revision.read if card.revision else None, *card.volatile]
    kept = reduce(omit, [path for path in own if path], data)
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()[:16]
