"""The simulated load of a vendor: the delay of its lists, and its rate limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from qa_sync.systems.http.rate_limits import Rate


class Load(Struct, frozen=True):
    """Lists show a write after `lag`; requests above `rate` are rejected, except on `exempt_port`."""

    lag: timedelta = timedelta(0)
    rate: Rate | None = None
    exempt_port: int | None = None


NO_LOAD = Load()
"""No lag and no limit: the default."""


class RateMeter:
    """Counts requests; no window of the rate has more than it allows. A rejected request does not count."""

    def __init__(self, rate: Rate, now: Callable[[], datetime]) -> None:
        self._rate = rate
        self._window = timedelta(seconds=rate.seconds)
        self._now = now
        self._passed: deque[datetime] = deque()

    def allows(self) -> bool:
        """Return whether one more request is allowed, and count it if so."""
        now = self._now()
        while self._passed and self._passed[0] <= now - self._window:
            self._passed.popleft()
        if len(self._passed) >= self._rate.requests:
            return False
        self._passed.append(now)
        return True
