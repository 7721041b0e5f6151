"""Looks for a change after the sync has worked, until it is there or it cannot come anymore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec.structs import replace

from qa_sync.running.environment import Environment
from qa_sync.running.needs import Cycle
from qa_sync.running.polling import Polling, PollPolicy, PollResult, poll

T = TypeVar("T")
E = TypeVar("E")

SOON_S: Final = 0.25
"""When the first look is made for an arrival that is to be seen at once, where the sync runs by itself."""


def look_until(
    satisfied: Callable[[T], bool],
    look: Callable[[datetime], T],
    environment: Environment,
    written_at: datetime,
    *,
    at_once: bool = False,
    progress: Callable[[PollResult[T]], Sequence[E]] = lambda _: (),
) -> Polling[E, T]:
    """Let the sync work before each look, and poll as `poll` does; `written_at` is when the change was made.

    Where the sync runs by itself, the first look comes after one cycle, and one look when the maximum latency is over.
    `at_once`: the first look comes as soon as possible. `look` gets the time of the look.
    """
    max_lag_s = environment.max_lag_s
    due = None if max_lag_s is None else written_at + timedelta(seconds=max_lag_s)
    policy = _poll_policy(environment, at_once=at_once)
    return poll(satisfied, look, environment.sync_clock, policy, due=due, progress=progress)


def _poll_policy(environment: Environment, *, at_once: bool) -> PollPolicy:
    """Return how to poll; where the sync runs by itself, nothing but the pauses lets it work."""
    interval_s = environment.control.interval_s
    if interval_s is None:
        return replace(environment.poll_policy, before_each=(Cycle(at_once),))
    return replace(environment.poll_policy, before_s=min(interval_s, SOON_S) if at_once else interval_s)
