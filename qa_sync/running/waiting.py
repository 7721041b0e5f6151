"""The one way of waiting: look, let time pass, look again, until a look satisfies or the deadline has passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from qa_sync.clock import Clock

T = TypeVar("T")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Waited(Generic[T]):
    """The last look and how many there were."""

    last: T
    looks: int


def until(
    satisfied: Callable[[T], bool],
    look: Callable[[], T],
    clock: Clock,
    timeout_s: float,
    first_pause_s: float = FIRST_PAUSE_S,
) -> Waited[T]:
    """Look until `satisfied` or `timeout_s` has passed; there is always at least one look, and one at the deadline."""
    deadline = clock.now() + timedelta(seconds=timeout_s)
    pause, looks = first_pause_s, 1
    last = look()
    while not satisfied(last) and (left := (deadline - clock.now()).total_seconds()) > 0:
        clock.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE_S)
        last = look()
        looks += 1
    return Waited(last, looks)
