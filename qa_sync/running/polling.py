"""The one way of waiting: look, let time pass, look again, until a look satisfies or the deadline has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Generic, TypeVar

from qa_sync.clock import Clock
from qa_sync.frozen import dataclass

T = TypeVar("T")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Waited(Generic[T]):
    """The last look, how many there were, and whether that was all; `waited_s` is how long it took until now."""

    last: T
    looks: int
    waited_s: float = 0.0
    over: bool = True


def whole(pause_s: float) -> float:
    """Return a pause as it is."""
    return pause_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited in all, how long between the first two looks, and by how much a pause varies.

    `jitter` makes a pause shorter at random, so that what waits side by side does not ask all at once.
    """

    timeout_s: float
    first_pause_s: float = FIRST_PAUSE_S
    jitter: Callable[[float], float] = whole


def until(
    satisfied: Callable[[T], bool], look: Callable[[], T], clock: Clock, patience: Patience
) -> Iterator[Waited[T]]:
    """Look until `satisfied` (which a known-bad state is as well) or the time is over; yield how it is after each look.

    There is always at least one look, and one at the deadline; pauses grow. What is yielded last is over.
    """
    deadline = clock.now() + timedelta(seconds=patience.timeout_s)
    pause, looks = patience.first_pause_s, 1
    last = look()
    while not satisfied(last) and (left := (deadline - clock.now()).total_seconds()) > 0:
        yield Waited(last, looks, patience.timeout_s - left, over=False)
        clock.sleep(min(patience.jitter(pause), left))
        pause = min(pause * GROWTH, LONGEST_PAUSE_S)
        last = look()
        looks += 1
    yield Waited(last, looks)
