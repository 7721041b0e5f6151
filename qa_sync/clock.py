"""Time, passed in: a real clock for live systems, a virtual one where waiting costs nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Event
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


class MonotonicClock:
    """The machine's clock as it was at first, going on evenly.

    When somebody sets the machine's clock meanwhile, nothing is waited for longer or shorter.
    """

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._began_s = _monotonic_s()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._began + timedelta(seconds=_monotonic_s() - self._began_s)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class InterruptibleClock(MonotonicClock):
    """An even clock; `stop` ends every wait at once, as Ctrl-C does."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = Event()

    def sleep(self, seconds: float) -> None:
        """Wait; raises KeyboardInterrupt when the run is stopped meanwhile."""
        if self.stop.wait(seconds):
            raise KeyboardInterrupt


def _monotonic_s() -> float:
    """Return seconds that nobody can set; where the system counts them, those in which it was suspended too."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class RecordingClock:
    """Another clock, and what it showed each time that it was looked at, in seconds after `started`."""

    def __init__(self, clock: Clock, started: datetime) -> None:
        self._clock = clock
        self._started = started
        self.times: list[float] = []

    def now(self) -> datetime:
        """Return the time in UTC, and note it."""
        now = self._clock.now()
        self.times.append((now - self._started).total_seconds())
        return now

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        self._clock.sleep(seconds)


class ReplayClock:
    """The noted times again, one after the other; afterwards it stands still until somebody sleeps."""

    def __init__(self, started: datetime, times: Iterable[float]) -> None:
        self._times = iter(times)
        self._started = started
        self._now = started

    def now(self) -> datetime:
        """Return the next noted time in UTC."""
        noted = next(self._times, None)
        if noted is not None:
            self._now = self._started + timedelta(seconds=noted)
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the time on at once; the next noted time says how far it really was."""
        self._now += timedelta(seconds=seconds)


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
