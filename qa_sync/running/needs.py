"""What a scenario waits for; the scenarios of a section wait together, so that one cycle of the sync serves all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import TypeAlias, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Pause(Struct, frozen=True):
    """Time has to pass; `held`: without a cycle that the run starts; `exact`: not a moment more."""

    seconds: float
    held: bool = False
    exact: bool = False


class Cycle(Struct, frozen=True):
    """A cycle of the sync has to run; `at_once`: without any time before and after it, where the run can do so."""

    at_once: bool = False


class DuringCycle(Struct, frozen=True):
    """A cycle of the sync has to run, and the function is called while it works on one of the records with `ids`."""

    action: Callable[[], None]
    ids: frozenset[str]


Need = Pause | Cycle | DuringCycle


class Satisfied(Struct, frozen=True):
    """When a need was satisfied, by the clock by which the sync is judged.

    What the run did for other scenarios since is no time of the sync. `in_time`: the function of `DuringCycle` ended
    before the cycle did.
    """

    at: datetime
    in_time: bool = True


Waiting: TypeAlias = Generator[Need, Satisfied, T]
"""Yields needs, and returns a result."""
