"""Polling, the only way to wait: the wait ends when every claim has its final verdict, or when the timeout expires."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.running.needs import Need, Pause, Satisfied

T = TypeVar("T")
E = TypeVar("E")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
GROWTH = 1.5

EVEN_PAUSES = 5
"""The pauses of one length that follow the first poll where a sync runs by itself: together as long as its cycle."""


class PollResult(Struct, Generic[T], frozen=True):
    """The result of the last poll, the number of polls, and the time waited in seconds."""

    latest: T
    polls: int
    waited_s: float = 0.0


Polling = Generator[E | Need, Satisfied, PollResult[T]]
"""Yields what it waits for, and its progress; returns the result of the last poll."""


def no_jitter(pause_s: float) -> float:
    """Return the pause unchanged."""
    return pause_s


class PollPolicy(Struct, frozen=True):
    """The timeout and the first pause in seconds, and the jitter of pauses.

    `jitter` shortens a pause at random, so that sections in parallel do not poll at the same time. `even_pauses` are as
    long as the first, later ones grow; `before_s` is the pause before the first poll in seconds, `before_each` what
    each poll needs before it.
    """

    timeout_s: float
    first_pause_s: float = FIRST_PAUSE_S
    jitter: Callable[[float], float] = no_jitter
    even_pauses: int = 0
    before_s: float = 0.0
    before_each: Sequence[Need] = ()


def poll(
    satisfied: Callable[[T], bool],
    read: Callable[[datetime], T],
    clock: Clock,
    poll_policy: PollPolicy,
    *,
    due: datetime | None = None,
    progress: Callable[[PollResult[T]], Sequence[E]] = lambda _: (),
) -> Polling[E, T]:
    """Poll until `satisfied` accepts a result (a final failure as well) or the timeout expires; return the last one.

    There is always at least one poll, and one at the deadline. `read` gets the time of the poll; no pause goes beyond
    `due` (None: there is no such time). `progress` returns what is yielded when another poll follows.
    """
    at = started = clock.now()
    deadline = started + timedelta(seconds=poll_policy.timeout_s)
    pause, polls = poll_policy.first_pause_s, 1
    before = [_pause(poll_policy.before_s, due, started)] if poll_policy.before_s else []
    for need in (*before, *poll_policy.before_each):
        at = (yield need).at
    latest = read(at)
    while not satisfied(latest) and (left := (deadline - (now := clock.now())).total_seconds()) > 0:
        yield from progress(PollResult(latest, polls, poll_policy.timeout_s - left))
        for need in (_pause(min(poll_policy.jitter(pause), left), due, now), *poll_policy.before_each):
            at = (yield need).at
        if polls >= poll_policy.even_pauses:
            pause = min(pause * GROWTH, max(LONGEST_PAUSE_S, pause))
        latest = read(at)
        polls += 1
    return PollResult(latest, polls)


def _pause(seconds: float, due: datetime | None, now: datetime) -> Pause:
    """Return a pause that ends when something is due, if that is sooner."""
    left_s = (due - now).total_seconds() if due else 0.0
    return Pause(left_s, exact=True) if 0 < left_s <= seconds else Pause(seconds)
