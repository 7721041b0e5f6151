"""The offsets of the systems' clocks from the local clock: comparing two edit times compares two clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from qa_sync.clock import Clock
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.database import SyncStore

STAMP_RESOLUTION: Final = timedelta(seconds=1)
"""The coarsest resolution of a timestamp: most systems omit fractions of a second."""

NO_OFFSET: Final = timedelta(0)


class ClockOffsets:
    """The measured offsets; `clock` is the local one (None: nothing is measured, and every offset is zero)."""

    def __init__(self, state: SyncStore, clock: Clock | None) -> None:
        self._state = state
        self._clock = clock

    def now(self) -> datetime | None:
        """Return the local time, None without a clock."""
        return self._clock.now() if self._clock else None

    def measure(self, before: RecordView, after: RecordView, began: datetime | None) -> None:
        """Compare the timestamp of an own write with the local time, which was between `began` and now."""
        ended, was, stamp = self.now(), before.modified, after.modified
        if began is None or ended is None or was is None or stamp is None or stamp <= was:
            return  # a write that did not change the timestamp shows no offset
        least, most = stamp - ended, stamp + STAMP_RESOLUTION - began
        offset = least if least > NO_OFFSET else min(most, NO_OFFSET)
        label = after.end.system.label
        if abs(offset - self.offset(label)) > STAMP_RESOLUTION:
            self._state.write("INSERT OR REPLACE INTO clocks VALUES (?, ?)", label, offset.total_seconds())

    def offset(self, label: str) -> timedelta:
        """Return how far a system's clock is ahead of the local clock."""
        row = self._state.read("SELECT ahead_s FROM clocks WHERE system = ?", label).fetchone()
        return timedelta(seconds=row[0]) if row else NO_OFFSET
