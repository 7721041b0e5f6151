"""Says now and then how far something long has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 5.0
"""Seconds between two lines; what takes less says nothing."""


class Progress:
    """Counts, and reports a line such as `people.csv: 40,000 records read` every few seconds of the clock."""

    def __init__(
        self, report: Callable[[str], None], what: str, unit: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report, self._what, self._unit, self._clock = report, what, unit, clock
        self._count, self._said = 0, clock()

    def add(self, count: int) -> None:
        """Add what has been done."""
        self._count += count
        now = self._clock()
        if now - self._said >= EVERY_S:
            self._said = now
            self._report(f"{self._what}: {self._count:,} {self._unit}")
