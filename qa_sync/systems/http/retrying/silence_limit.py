"""Limits how long a silent system delays an interrupted run: ten seconds; a run that goes on waits for all retries.

The cleanup after an interruption uses the same connections, so its requests are sent and retried as usual, until a
system was silent for too long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import httpx

from qa_sync.clock import StopFlag
from qa_sync.systems.http.request_extensions import MAX_SECONDS

SILENCE_S: Final = 10.0
"""The seconds without a response after which an interrupted run gives a system up."""


LEAST_S: Final = 2.0
"""The seconds that every system has to respond."""


class SystemGivenUp(httpx.ConnectTimeout):
    """A request was not sent, because the run is interrupted and its system was silent for too long."""

    def __init__(self) -> None:
        super().__init__(f"no response within {SILENCE_S:g} s after the interruption")


class SilenceLimit:
    """The silence that one system is allowed; `stop` is set when the run is interrupted, `now` is a monotonic clock."""

    def __init__(self, stop: StopFlag | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._stop = stop or StopFlag()
        self._now = now
        self._began: float | None = None
        self._responded = 0.0

    def remaining_s(self) -> float | None:
        """Return the seconds until the system is given up, None while the run is not interrupted."""
        if not self._stop.is_set():
            return None
        if self._began is None:
            # A system that is called late has at least a moment, even if another one has used up the time.
            self._began = max(self._stop.set_at, self._now() - SILENCE_S + LEAST_S)
        return max(self._began, self._responded) + SILENCE_S - self._now()

    def responded(self) -> None:
        """Note that the system has responded."""
        self._responded = self._now()

    def shorten(self, request: httpx.Request) -> None:
        """Let a request of an interrupted run wait no longer than the system has left; raises GivenUp."""
        left_s = self.remaining_s()
        if left_s is None:
            return
        if left_s <= 0:
            raise SystemGivenUp
        timeouts = request.extensions.get("timeout", {})
        shorter = {name: left_s if seconds is None else min(seconds, left_s) for name, seconds in timeouts.items()}
        request.extensions = {**request.extensions, "timeout": shorter, MAX_SECONDS: left_s}
