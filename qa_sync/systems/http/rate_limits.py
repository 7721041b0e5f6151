"""Limits on concurrent requests and on the request rate of one system, shared by all its clients."""

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
"""A tenth of the rate may be sent in one burst."""


class Rate(Struct, frozen=True):
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


class TokenBucket:
    """A token bucket, stored as the time at which it will be full; no window of the rate exceeds its limit.

    The bucket holds a burst, and refills so that burst and refill together make the rate.
    """

    def __init__(self, rate: Rate, clock: Clock) -> None:
        burst = max(1, rate.requests // BURST)
        self._interval = timedelta(seconds=rate.seconds / (rate.requests - burst + 1))
        self._tolerance = self._interval * (burst - 1)
        self._clock = clock
        self._full_at = clock.now()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a token; return the seconds until it is available."""
        with self._lock:
            now = self._clock.now()
            full_at = max(self._full_at, now)
            self._full_at = full_at + self._interval
            return max(0.0, (full_at - self._tolerance - now).total_seconds())


class RateLimiter:
    """The limits of one system; any number of connections and threads may share them.

    `at_once` is the largest number of concurrent requests; after a 429, all clients pause.
    """

    def __init__(self, clock: Clock, rate: Rate | None = None, at_once: int = MAX_CONCURRENT) -> None:
        self._clock = clock
        self._bucket = TokenBucket(rate, clock) if rate else None
        self._slots = threading.BoundedSemaphore(at_once)
        self._paused_until: datetime | None = None

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait until a request may be sent, and hold its slot."""
        # The slot comes first: otherwise many clients with old tokens could wait for a slot and then send in one burst.
        with self._slots:
            self._wait_while_paused()
            while self._bucket and (pause := self._bucket.take()) > 0:
                self._clock.sleep(pause)
                if not self._wait_while_paused():
                    break
            yield

    def pause_for(self, seconds: float) -> None:
        """Pause all requests for that many seconds."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._paused_until = max(until, self._paused_until or until)

    def _wait_while_paused(self) -> bool:
        """Return whether there was a pause; a token taken before it is outdated."""
        waited = False
        while (left := self._remaining_pause_s()) > 0:
            self._clock.sleep(left)
            waited = True
        return waited

    def _remaining_pause_s(self) -> float:
        until = self._paused_until
        return 0.0 if until is None else (until - self._clock.now()).total_seconds()
