"""Time, passed in: a real clock for live systems, a virtual one where waiting costs nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the run knows of time."""

    def now(self) -> datetime:
        """Return the time in UTC."""

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class VirtualClock:
    """A clock that stands still until somebody sleeps; the sandbox and replays run on it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the virtual time in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the time on at once."""
        self._now += timedelta(seconds=seconds)
