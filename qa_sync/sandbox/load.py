"""How busy a vendor seems: how late its lists are, and how much it lets itself be asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from qa_sync.systems.http.rate_limits import Rate


class Load(Struct, frozen=True):
    """Lists show a write after `lag`; above `rate` a request is refused, except at the port that is `exempt_port`."""

    lag: timedelta = timedelta(0)
    rate: Rate | None = None
    exempt_port: int | None = None


NO_LOAD = Load()
"""No lag and no limit: recordings and the tests of others stay as they are."""


class RateMeter:
    """Counts requests; no more than the rate allows pass in any window of it. A refused one does not count."""

    def __init__(self, rate: Rate, now: Callable[[], datetime]) -> None:
        self._rate = rate
        self._window = timedelta(seconds=rate.seconds)
        self._now = now
        self._passed: deque[datetime] = deque()

    def allows(self) -> bool:
        """Return whether one more is allowed, and count it when it is."""
        now = self._now()
        while self._passed and self._passed[0] <= now - self._window:
            self._passed.popleft()
        if len(self._passed) >= self._rate.requests:
            return False
        self._passed.append(now)
        return True
