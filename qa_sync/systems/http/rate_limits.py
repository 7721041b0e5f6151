"""How much may be asked of one system: so many requests at once, so many in a while; shared by all who ask it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from qa_sync.clock import Clock

MAX_CONCURRENT: Final = 8
BURST: Final = 10
"""A tenth of what a while allows may go out in one go."""


class Rate(Struct, frozen=True):
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


class TokenBucket:
    """A token bucket, as the time at which it will be full again; in no window of the rate goes out more than it says.

    A bucket of `burst` tokens that fills so that burst and refill together make the rate.
    """

    def __init__(self, rate: Rate, clock: Clock) -> None:
        burst = max(1, rate.requests // BURST)
        self._interval = timedelta(seconds=rate.seconds / (rate.requests - burst + 1))
        self._tolerance = self._interval * (burst - 1)
        self._clock = clock
        self._full_at = clock.now()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a token; return how many seconds it is until it is there."""
        with self._lock:
            now = self._clock.now()
            full_at = max(self._full_at, now)
            self._full_at = full_at + self._interval
            return max(0.0, (full_at - self._tolerance - now).total_seconds())


class RateLimiter:
    """The limits of one system; any number of `Line`s and threads may share them.

    `at_once` bounds the requests that are under way; a system that says it has had enough is left alone by everybody.
    """

    def __init__(self, clock: Clock, rate: Rate | None = None, at_once: int = MAX_CONCURRENT) -> None:
        self._clock = clock
        self._bucket = TokenBucket(rate, clock) if rate else None
        self._slots = threading.BoundedSemaphore(at_once)
        self._paused_until: datetime | None = None

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        # The slot comes first: who waited for one with a token in his hand would be late, and many such come at once.
        with self._slots:
            self._wait_while_paused()
            while self._bucket and (pause := self._bucket.take()) > 0:
                self._clock.sleep(pause)
                if not self._wait_while_paused():
                    break
            yield

    def pause_for(self, seconds: float) -> None:
        """Let nobody ask for so long."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._paused_until = max(until, self._paused_until or until)

    def _wait_while_paused(self) -> bool:
        """Return whether there was anything to wait for; then a token is an old one."""
        waited = False
        while (left := self._remaining_pause_s()) > 0:
            self._clock.sleep(left)
            waited = True
        return waited

    def _remaining_pause_s(self) -> float:
        until = self._paused_until
        return 0.0 if until is None else (until - self._clock.now()).total_seconds()
