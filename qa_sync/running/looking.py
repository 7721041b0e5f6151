"""Looks for a change after the sync has worked, until it is there or it cannot come anymore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec.structs import replace

from qa_sync.running.environment import Environment
from qa_sync.running.polling import PollPolicy, PollResult, poll

T = TypeVar("T")

SOON_S: Final = 0.25
"""When the first look is made for an arrival that is to be seen at once, where the sync runs by itself."""


def look_until(
    satisfied: Callable[[T], bool],
    look: Callable[[], T],
    environment: Environment,
    written_at: datetime,
    *,
    at_once: bool = False,
) -> Iterator[PollResult[T]]:
    """Let the sync work before each look, and poll as `poll` does; `written_at` is when the change was made.

    Where the sync runs by itself, the first look comes after one cycle, and one look when the maximum latency is over.
    `at_once`: the first look comes as soon as possible.
    """
    control, max_lag_s = environment.control, environment.max_lag_s
    due = None if max_lag_s is None else written_at + timedelta(seconds=max_lag_s)
    run_sync = (control.run_at_once if at_once else None) or environment.let_sync_work

    def read() -> T:
        if control.interval_s is None:
            run_sync()
        return look()

    return poll(satisfied, read, environment.sync_clock, _poll_policy(environment, at_once=at_once), due)


def _poll_policy(environment: Environment, *, at_once: bool) -> PollPolicy:
    """Return how to poll; where the sync runs by itself, nothing but the pauses lets it work."""
    interval_s = environment.control.interval_s
    if interval_s is None:
        return environment.poll_policy
    return replace(environment.poll_policy, before_s=min(interval_s, SOON_S) if at_once else interval_s)
