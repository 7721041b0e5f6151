"""A dry run: reports the writes of a sync without sending them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from qa_sync.errors import InternalError
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import NOTHING_WRITTEN, Written
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.rest.uncertain_writes import Found
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class PlannedWrite(Struct, frozen=True):
    """A planned write: `id` is None for a create; `made` is the placeholder id in references to the new record."""

    section: str
    system: str
    entity: str
    id: str | None
    made: str | None
    values: Mapping[str, Json]


class DryRunWriter:
    """A Writer that reports writes instead of sending them; a planned record has a negative number as id."""

    def __init__(self, report: Callable[[PlannedWrite], None]) -> None:
        self._report = report
        self._created = 0

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json]) -> Record | None:
        """Report a create and return a placeholder id, so that records that refer to it are reported too."""
        self._created -= 1
        self._report(_planned(lane, end, None, str(self._created), values))
        return Record(end.system.label, end.card.datatype, str(self._created), {})

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> Written:
        """Report an update."""
        self._report(_planned(lane, end, record.id, None, values))
        return NOTHING_WRITTEN


def _planned(lane: Lane, end: LaneEnd, id: str | None, made: str | None, values: Mapping[str, Json]) -> PlannedWrite:
    return PlannedWrite(lane.section.key, end.system.label, end.card.names[0], id, made, dict(values))


class ReadOnlyView:
    """A read-only system without records for placeholder ids."""

    def __init__(self, system: System) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the system's records."""
        return self._system.list(datatype, since)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the system's record, or None for a placeholder id."""
        return None if id.startswith("-") else self._system.lookup(datatype, id)

    def insert(self, datatype: str, values: Mapping[str, Json], found: Found | None = None) -> Record:  # noqa: ARG002
        """Raise InternalError."""
        raise InternalError(f"a dry run tried to create a {datatype}")

    def update(self, record: Record, values: Mapping[str, Json]) -> None:  # noqa: ARG002
        """Raise InternalError."""
        raise InternalError(f"a dry run tried to update {record.id}")

    def delete(self, datatype: str, id: str) -> None:
        """Raise InternalError."""
        raise InternalError(f"a dry run tried to delete the {datatype} {id}")
