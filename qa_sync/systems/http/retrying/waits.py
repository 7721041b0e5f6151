"""Reports long waits for one system: what it returns, when the next attempt is, and when it is given up.

Source: docs/explanation/waiting.rst, "A system that is away".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Final

import httpx

LEAST_S: Final = 5.0
"""The shortest wait in seconds that is reported; shorter ones are over before they are read."""
MINUTE_S: Final = 60
LONG_S: Final = 2 * MINUTE_S

Notify = Callable[[str], None]
"""Takes a line for the user."""


def ignore_notice(_: str) -> None:
    """Drop a line."""


class WaitReporter:
    """Reports the waits for one system; its requests wait at the same time, so that each wait is reported once."""

    def __init__(self, label: str, notify: Notify = ignore_notice) -> None:
        self._label = label
        self._notify = notify
        self._lock = Lock()
        self._reported_until: datetime | None = None

    def report(self, response: httpx.Response | None, delay_s: float, left_s: float, now: datetime) -> None:
        """Report a wait of `delay_s` seconds, after which attempts go on until `left_s` seconds from now.

        `response` is the last one, None without one.
        """
        if delay_s < LEAST_S:
            return
        with self._lock:
            if self._reported_until is not None and now < self._reported_until:
                return
            self._reported_until = now + timedelta(seconds=delay_s)
        after = f", given up in {duration(left_s)}" if left_s > delay_s else ", the last one"
        self._notify(f"{self._label} {answer_of(response)}, next attempt in {duration(delay_s)}{after}")


def answer_of(response: httpx.Response | None) -> str:
    """Return what a system does, such as `answers 503 (maintenance)`."""
    if response is None:
        return "does not answer"
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and b"maintenance" in response.content.lower():
        return "answers 503 (maintenance)"
    try:
        reason = HTTPStatus(response.status_code).phrase.lower()
    except ValueError:
        return f"answers {response.status_code}"
    return f"answers {response.status_code} ({reason})"


def duration(seconds: float) -> str:
    """Return a duration in whole seconds, or in minutes from two minutes on."""
    return f"{seconds:.0f} s" if seconds < LONG_S else f"{seconds / MINUTE_S:.0f} min"
