"""The offsets of the systems' clocks, measured by own writes: edit times of two systems come from two clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from qa_sync.clock import Clock
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.database import SyncStore

STAMP_RESOLUTION: Final = timedelta(seconds=1)
"""How coarse a stamp may be: most systems leave fractions of a second out."""

NO_OFFSET: Final = timedelta(0)


class ClockOffsets:
    """What is known of the systems' clocks; `clock` is ours (None: nothing is learnt, and all count as right)."""

    def __init__(self, state: SyncStore, clock: Clock | None) -> None:
        self._state = state
        self._clock = clock

    def now(self) -> datetime | None:
        """Return our time, None without a clock."""
        return self._clock.now() if self._clock else None

    def measure(self, before: RecordView, after: RecordView, began: datetime | None) -> None:
        """Compare the stamp that a write of ours left with the time between `began` and now, when it was made."""
        ended, was, stamp = self.now(), before.modified, after.modified
        if began is None or ended is None or was is None or stamp is None or stamp <= was:
            return  # what leaves no stamp of its own tells nothing
        least, most = stamp - ended, stamp + STAMP_RESOLUTION - began
        offset = least if least > NO_OFFSET else min(most, NO_OFFSET)
        label = after.end.system.label
        if abs(offset - self.offset(label)) > STAMP_RESOLUTION:
            self._state.write("INSERT OR REPLACE INTO clocks VALUES (?, ?)", label, offset.total_seconds())

    def offset(self, label: str) -> timedelta:
        """Return how far a system's clock is ahead of ours."""
        row = self._state.read("SELECT ahead_s FROM clocks WHERE system = ?", label).fetchone()
        return timedelta(seconds=row[0]) if row else NO_OFFSET
