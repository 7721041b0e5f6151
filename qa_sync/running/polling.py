"""Polling, the only way to wait: the wait ends when every claim has its final verdict, or when the timeout expires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import inf
from typing import Generic, TypeVar

from msgspec import Struct

from qa_sync.clock import Clock

T = TypeVar("T")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
GROWTH = 1.5

EVEN_PAUSES = 5
"""The pauses of one length that follow the first poll where a sync runs by itself: together as long as its cycle."""


class PollResult(Struct, Generic[T], frozen=True):
    """The result of the last poll, the number of polls, the time waited in seconds, and whether polling is over."""

    latest: T
    polls: int
    waited_s: float = 0.0
    is_last: bool = True


def no_jitter(pause_s: float) -> float:
    """Return the pause unchanged."""
    return pause_s


class PollPolicy(Struct, frozen=True):
    """The timeout and the first pause in seconds, and the jitter of pauses.

    `jitter` shortens a pause at random, so that sections in parallel do not poll at the same time. `even_pauses` are as
    long as the first, later ones grow; `before_s` is the pause before the first poll in seconds.
    """

    timeout_s: float
    first_pause_s: float = FIRST_PAUSE_S
    jitter: Callable[[float], float] = no_jitter
    even_pauses: int = 0
    before_s: float = 0.0


def poll(
    satisfied: Callable[[T], bool],
    read: Callable[[], T],
    clock: Clock,
    poll_policy: PollPolicy,
    due: datetime | None = None,
) -> Iterator[PollResult[T]]:
    """Poll until `satisfied` accepts a result (a final failure as well) or the timeout expires; yield each state.

    There is always at least one poll, and one at the deadline. No pause goes beyond `due` (None: there is
    no such time). The last yielded state has `is_last`.
    """
    started = clock.now()
    deadline = started + timedelta(seconds=poll_policy.timeout_s)
    pause, polls = poll_policy.first_pause_s, 1
    if poll_policy.before_s:
        clock.sleep(min(poll_policy.before_s, _seconds_until(due, started)))
    latest = read()
    while not satisfied(latest) and (left := (deadline - (now := clock.now())).total_seconds()) > 0:
        yield PollResult(latest, polls, poll_policy.timeout_s - left, is_last=False)
        clock.sleep(min(poll_policy.jitter(pause), left, _seconds_until(due, now)))
        if polls >= poll_policy.even_pauses:
            pause = min(pause * GROWTH, max(LONGEST_PAUSE_S, pause))
        latest = read()
        polls += 1
    yield PollResult(latest, polls)


def _seconds_until(due: datetime | None, now: datetime) -> float:
    """Return the seconds until a time, infinity when it has passed or there is none."""
    left_s = (due - now).total_seconds() if due else 0.0
    return left_s if left_s > 0 else inf
