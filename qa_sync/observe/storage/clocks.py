"""Learns how far the clocks of the systems are from this machine's, from the times of the changes that it sees.

A change that a list shows was made since the list was read before, so its time bounds the difference from both sides.
What all changes allow is a range; nothing is assumed of when between two reads they are made, since a sync that runs at
fixed times makes them at the same moment of every interval.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from qa_sync.observe.storage.state import ObserveState

KEPT: Final = 101
"""The number of last changes that a difference is computed from."""
SLACK_S: Final = 2.0
"""What a bound may be wrong by, in seconds: many systems give whole seconds, and reading a list takes time."""
OUTLIERS: Final = 0.05
"""The share of changes on each side that do not count: a list may show one late."""
KNOWN: Final = 5
"""From so many changes on, a single one that is late says something of the list, and not of the clock."""


class SystemClocks:
    """The differences of the systems' clocks, kept in the state."""

    def __init__(self, state: ObserveState) -> None:
        self._state = state
        self._seen: dict[str, list[tuple[float, float]]] = {}

    def load(self) -> None:
        """Read the state, which may have been rolled back, when they are needed next."""
        self._seen = {}

    def note(self, system: str, stamp: datetime, last: datetime, now: datetime) -> None:
        """Note that a system gave the time `stamp` to a change that was made between two reads."""
        half_s = (now - last).total_seconds() / 2
        seen = [*self._of(system), ((stamp - last).total_seconds() - half_s, half_s)][-KEPT:]
        self._seen[system] = seen
        self._state.set_about(f"clock/{system}", json.dumps(seen))

    def offset(self, system: str) -> timedelta:
        """Return how far a clock is ahead; zero where it may be right."""
        low, high = self._range(system)
        return timedelta(0) if low <= 0 <= high else timedelta(seconds=(low + high) / 2)

    def doubt(self, system: str) -> timedelta:
        """Return by how much the difference may be wrong: the less, the more changes were seen."""
        low, high = self._range(system)
        ahead = self.offset(system).total_seconds()
        return timedelta(seconds=max(high - ahead, ahead - low))

    def _range(self, system: str) -> tuple[float, float]:
        """Return the least and the greatest difference in seconds that the changes allow, without the outliers."""
        seen = self._of(system)
        if not seen:
            return 0.0, 0.0
        left_out = int(OUTLIERS * len(seen))
        low = sorted(ahead - half for ahead, half in seen)[-1 - left_out] - SLACK_S
        high = sorted(ahead + half for ahead, half in seen)[left_out] + SLACK_S
        return min(low, high), max(low, high)

    def true_time(self, system: str, stamp: datetime) -> datetime:
        """Return a time of a system by this machine's clock."""
        return stamp - self.offset(system)

    def is_before(self, system: str, stamp: datetime, time: datetime) -> bool:
        """Return whether a time of a system is certainly before one of this machine; False until its clock is known."""
        is_known = len(self._of(system)) >= KNOWN
        return is_known and self.true_time(system, stamp) + self.doubt(system) < time

    def _of(self, system: str) -> list[tuple[float, float]]:
        if system not in self._seen:
            stored = json.loads(self._state.about(f"clock/{system}") or "[]")
            self._seen[system] = [(ahead, half) for ahead, half in stored]
        return self._seen[system]
