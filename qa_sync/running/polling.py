"""Polling, the only way to wait: the wait ends when every claim has its final verdict, or when the timeout expires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from qa_sync.clock import Clock

T = TypeVar("T")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
GROWTH = 1.5


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

    `jitter` shortens a pause at random, so that sections in parallel do not poll at the same time.
    """

    timeout_s: float
    first_pause_s: float = FIRST_PAUSE_S
    jitter: Callable[[float], float] = no_jitter


def poll(
    satisfied: Callable[[T], bool], read: Callable[[], T], clock: Clock, poll_policy: PollPolicy
) -> Iterator[PollResult[T]]:
    """Poll until `satisfied` accepts a result (a final failure as well) or the timeout expires; yield each state.

    There is always at least one poll, and one at the deadline; pauses grow. The last yielded state has `is_last`.
    """
    deadline = clock.now() + timedelta(seconds=poll_policy.timeout_s)
    pause, polls = poll_policy.first_pause_s, 1
    latest = read()
    while not satisfied(latest) and (left := (deadline - clock.now()).total_seconds()) > 0:
        yield PollResult(latest, polls, poll_policy.timeout_s - left, is_last=False)
        clock.sleep(min(poll_policy.jitter(pause), left))
        pause = min(pause * GROWTH, LONGEST_PAUSE_S)
        latest = read()
        polls += 1
    yield PollResult(latest, polls)
