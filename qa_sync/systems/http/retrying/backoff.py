"""What the requests to one system know of its failures: they are counted for the system, not for each request."""

from __future__ import annotations

import threading
from datetime import datetime

from qa_sync.clock import Clock


class SharedBackoff:
    """Counts the failures in a row of one system; all its requests share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._noted_at: datetime | None = None

    def note_failure(self, sent_at: datetime) -> int:
        """Return the number of failures in a row, including that of a request sent at that time.

        Requests that were sent before the last failure was noted belong to the same failure.
        """
        with self._lock:
            if self._noted_at is None or sent_at >= self._noted_at:
                self._failures += 1
                self._noted_at = self._clock.now()
            return max(1, self._failures)

    def note_response(self) -> None:
        """Note that the system responds."""
        self._failures = 0
