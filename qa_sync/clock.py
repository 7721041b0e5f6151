"""Clocks, passed in as arguments: a real one for live systems, a virtual one for the sandbox and replays."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import inf
from select import select
from threading import Event
from typing import Final, Protocol

LOOK_S: Final = 0.5
"""How often a wait looks whether it is to stop."""


class Clock(Protocol):
    """The clock of a run."""

    def now(self) -> datetime:
        """Return the current time in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        time.sleep(seconds)


class MonotonicClock:
    """A clock that starts at the machine's time and then runs monotonically.

    If the machine's clock is changed during a run, waits become neither longer nor shorter.
    """

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._began_s = _monotonic_s()

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return self._began + timedelta(seconds=_monotonic_s() - self._began_s)

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        time.sleep(seconds)


class StopFlag(Event):
    """A flag that a signal handler may set; `Event.set` could wait for a lock that the interrupted code holds."""

    def __init__(self) -> None:
        super().__init__()
        self._is_set = False
        self.set_at = inf

    def set(self) -> None:
        """Set the flag, and note when in monotonic seconds."""
        if not self._is_set:
            self.set_at = time.monotonic()
            self._is_set = True

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is set, at most `timeout` seconds; return whether it is set."""
        until = inf if timeout is None else time.monotonic() + timeout
        while not self._is_set and (left := until - time.monotonic()) > 0:
            select((), (), (), min(left, LOOK_S))
        return self._is_set


class InterruptibleClock(MonotonicClock):
    """A monotonic clock; setting `stop` ends every wait immediately, as Ctrl-C does."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = StopFlag()

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds; raises KeyboardInterrupt if the run is stopped meanwhile."""
        if self.stop.wait(seconds):
            raise KeyboardInterrupt


class RequestClock:
    """The clock of the waits between requests, of a run and of the cleanup after its interruption.

    Setting `stop` ends a wait that has begun before; a later one belongs to the cleanup.
    """

    def __init__(self, clock: Clock, stop: StopFlag) -> None:
        self._clock = clock
        self._stop = stop
        self.now = clock.now

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds; raises KeyboardInterrupt if the run is stopped meanwhile."""
        if self._stop.is_set():
            self._clock.sleep(seconds)
            return
        while seconds > 0:
            self._clock.sleep(min(seconds, LOOK_S))
            seconds -= LOOK_S
            if self._stop.is_set():
                raise KeyboardInterrupt


def _monotonic_s() -> float:
    """Return monotonic seconds; includes the time in which the machine was suspended, where the platform counts it."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class RecordingClock:
    """Wraps another clock and records each time it returns, in seconds after `started`."""

    def __init__(self, clock: Clock, started: datetime, times: list[float] | None = None) -> None:
        self._clock = clock
        self._started = started
        self.times = [] if times is None else times

    def beside(self, clock: Clock) -> RecordingClock:
        """Return a recording clock that records the times of another clock in the same order."""
        return RecordingClock(clock, self._started, self.times)

    def now(self) -> datetime:
        """Return the current time in UTC and record it."""
        now = self._clock.now()
        self.times.append((now - self._started).total_seconds())
        return now

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        self._clock.sleep(seconds)


class ReplayClock:
    """Returns recorded times in order; after the last one, only `sleep` advances it."""

    def __init__(self, started: datetime, times: Iterable[float]) -> None:
        self._times = iter(times)
        self._started = started
        self._now = started

    def now(self) -> datetime:
        """Return the next recorded time in UTC."""
        recorded = next(self._times, None)
        if recorded is not None:
            self._now = self._started + timedelta(seconds=recorded)
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the time without waiting; the next recorded time corrects it."""
        self._now += timedelta(seconds=seconds)


class VirtualClock:
    """A clock that only `sleep` advances; used by the sandbox and by replays."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the virtual time in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the time without waiting."""
        self._now += timedelta(seconds=seconds)
