"""The definition of a fault: it wraps the engine from outside, so that no step of a cycle is about faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from qa_sync.sync.lanes import Lane
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import System

T = TypeVar("T")


def unchanged(thing: T) -> T:
    """Return the argument unwrapped."""
    return thing


class Fault(Struct, frozen=True):
    """A fault: its name, its description, and wrappers for parts of the engine.

    `writer` wraps every write; `lane` changes the section; `system` wraps reads (and, below the writer, writes) on both
    sides.
    """

    name: str
    description: str
    writer: Callable[[Writer], Writer] = unchanged
    lane: Callable[[Lane], Lane] = unchanged
    system: Callable[[System], System] = unchanged
