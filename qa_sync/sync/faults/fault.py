"""What a fault is: something put round the engine from outside, so that the engine itself knows of none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from qa_sync.sync.lanes import Lane
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import System

T = TypeVar("T")


def unchanged(thing: T) -> T:
    """Return what is given: nothing is put round it."""
    return thing


class Fault(Struct, frozen=True):
    """A misbehaviour: its name, a sentence for a person, and what it puts round the engine's parts.

    `writer` wraps every write, `lane` changes what a section is believed to say, `system` wraps what is read (and,
    below the writer, written) on either side.
    """

    name: str
    description: str
    writer: Callable[[Writer], Writer] = unchanged
    lane: Callable[[Lane], Lane] = unchanged
    system: Callable[[System], System] = unchanged
