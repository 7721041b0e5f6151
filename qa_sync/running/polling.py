"""The one way of waiting: look, let time pass, look again, until a look satisfies or the deadline has passed."""

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
    """The last look, how many there were, and whether that was all; `waited_s` is how long it took until now."""

    latest: T
    polls: int
    waited_s: float = 0.0
    is_last: bool = True


def no_jitter(pause_s: float) -> float:
    """Return a pause as it is."""
    return pause_s


class PollPolicy(Struct, frozen=True):
    """How long is waited in all, how long between the first two looks, and by how much a pause varies.

    `jitter` makes a pause shorter at random, so that what waits side by side does not ask all at once.
    """

    timeout_s: float
    first_pause_s: float = FIRST_PAUSE_S
    jitter: Callable[[float], float] = no_jitter


def poll(
    satisfied: Callable[[T], bool], read: Callable[[], T], clock: Clock, poll_policy: PollPolicy
) -> Iterator[PollResult[T]]:
    """Look until `satisfied` (which a known-bad state is as well) or the time is over; yield how it is after each look.

    There is always at least one look, and one at the deadline; pauses grow. What is yielded last is over.
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
