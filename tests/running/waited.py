"""Waits alone for what a generator needs, on a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from qa_sync.clock import VirtualClock
from qa_sync.running.needs import Cycle, DuringCycle, Need, Pause, Satisfied

T = TypeVar("T")


def waited(steps: Generator[Need, Satisfied, T], clock: VirtualClock, run_sync: Callable[[], None] = lambda: None) -> T:
    """Return the result of the generator, after all that it waits for."""
    try:
        need = next(steps)
        while True:
            match need:
                case Pause(seconds):
                    clock.sleep(seconds)
                case Cycle():
                    run_sync()
                case DuringCycle(action):
                    run_sync()
                    action()
            need = steps.send(Satisfied(clock.now()))
    except StopIteration as end:
        result: T = end.value
        return result
