"""The Writer, which performs every write of the engine, so that a fault can wrap it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from msgspec import Struct

from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Written(Struct, frozen=True):
    """An update: the write paths that were sent, which are no edits, and the record that the response shows, if any."""

    paths: frozenset[str] = frozenset()
    shown: Record | None = None


NOTHING_WRITTEN: Final = Written()


class Writer(Protocol):
    """Writes wire values by write path to one end of a lane."""

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json]) -> Record | None:
        """Create a record and return it as the response shows it, None when nothing was created.

        Raises what `System.insert` raises.
        """

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> Written:
        """Update a fresh record."""


class PlainWriter:
    """Writes values unchanged."""

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json]) -> Record | None:  # noqa: ARG002 - a Writer's
        """Create a record and return it."""
        return end.system.insert(end.card.datatype, values)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> Written:  # noqa: ARG002
        """Update a fresh record."""
        return Written(frozenset(values), end.system.update(record, values))


class AnnouncingWriter(PlainWriter):
    """Says what a system sends to people before the first write of such a record; `announced` was already said.

    `announce` gets the label of the system and what its card says (`announces`).
    """

    def __init__(self, announce: Callable[[str, str], None], announced: Iterable[tuple[str, str]] = ()) -> None:
        self._announce = announce
        self._announced = set(announced)

    def end_cycle(self) -> None:
        """Say everything again in the next cycle."""
        self._announced.clear()

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json]) -> Record | None:
        """Say what people are sent, then create a record."""
        self._say(end)
        return super().insert(lane, end, values)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> Written:
        """Say what people are sent, then update a record."""
        self._say(end)
        return super().update(lane, end, record, values)

    def _say(self, end: LaneEnd) -> None:
        said = end.system.label, end.card.announces
        if end.card.announces and said not in self._announced:
            self._announced.add(said)
            self._announce(*said)
