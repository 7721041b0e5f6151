"""The Writer, which performs every write of the engine, so that a fault can wrap it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.systems.rest.uncertain_writes import Found
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Writer(Protocol):
    """Writes wire values by write path to one end of a lane."""

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json], found: Found | None = None) -> str | None:
        """Create a record and return its id, None when nothing was created; `found` as in `System.insert`."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Update a fresh record; return the write paths that were sent, which do not count as edits."""


class PlainWriter:
    """Writes values unchanged."""

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json], found: Found | None = None) -> str | None:  # noqa: ARG002 - a Writer's
        """Create a record and return its id."""
        return end.system.insert(end.card.datatype, values, found)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> frozenset[str]:  # noqa: ARG002
        """Update a fresh record; return the write paths."""
        end.system.update(record, values)
        return frozenset(values)
