"""Says now and then how far something long has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

MEGABYTE: Final = 1_000_000

EVERY_S: Final = 5.0
"""Seconds between two lines; what takes less says nothing."""


class Progress:
    """Counts, and reports a line such as `people.csv: 40,000 records read` every few seconds of the clock.

    With the `size` of the files in bytes, also how much of it is read.
    """

    def __init__(
        self,
        report: Callable[[str], None],
        what: str,
        unit: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        size: int = 0,
    ) -> None:
        self._report, self._what, self._unit, self._clock = report, what, unit, clock
        self._before, self._position, self._size = 0, 0, size
        self._count, self._said = 0, clock()

    def add(self, count: int) -> None:
        """Add what has been done."""
        self._count += count
        now = self._clock()
        if now - self._said >= EVERY_S:
            self._said = now
            self._report(f"{self._what}: {self._count:,} {self._unit}{self._of_size()}")

    def begin(self, before: int) -> None:
        """Begin the next file, after so many bytes of others."""
        self._before = self._position = before

    def at(self, position: int) -> None:
        """Take the position in the file that is read."""
        self._position = self._before + position

    def _of_size(self) -> str:
        return f", {of_size(self._position, self._size)}" if self._size else ""


class ByteProgress:
    """Reports a line such as `people.csv.gz: 12 MB of 80 MB unpacked` every few seconds of the clock."""

    def __init__(
        self, report: Callable[[str], None], what: str, done: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report, self._what, self._done, self._clock = report, what, done, clock
        self._said = clock()

    def at(self, position: int, size: int | None) -> None:
        """Take the position, and the size where it is known."""
        now = self._clock()
        if now - self._said >= EVERY_S:
            self._said = now
            self._report(f"{self._what}: {of_size(position, size)} {self._done}")


def of_size(position: int, size: int | None) -> str:
    """Return `12.5 MB of 80 MB`; without a size only the position."""
    return f"{_megabytes(position)} of {_megabytes(size)}" if size else _megabytes(position)


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:,.1f} MB".replace(".0 MB", " MB")
