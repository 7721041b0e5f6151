"""What would be written, without writing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from qa_sync.errors import InternalError
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.rest.uncertain_writes import Found
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class PlannedWrite(Struct, frozen=True):
    """A write that would be made: `id` is None for a create, `made` the stand-in that references to it show."""

    section: str
    system: str
    entity: str
    id: str | None
    made: str | None
    values: Mapping[str, Json]


class DryRunWriter:
    """A Writer that tells instead of writing; what it would create gets a negative number for an id."""

    def __init__(self, tell: Callable[[PlannedWrite], None]) -> None:
        self._report = tell
        self._created = 0

    def insert(self, lane: Lane, end: LaneEnd, values: Mapping[str, Json], found: Found | None = None) -> str | None:  # noqa: ARG002 - a Writer's
        """Tell of a create and return a stand-in for its id, so that what refers to it is told as well."""
        self._created -= 1
        self._report(_planned(lane, end, None, str(self._created), values))
        return str(self._created)

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Tell of an update."""
        self._report(_planned(lane, end, record.id, None, values))
        return frozenset()


def _planned(lane: Lane, end: LaneEnd, id: str | None, made: str | None, values: Mapping[str, Json]) -> PlannedWrite:
    return PlannedWrite(lane.section.key, end.system.label, end.card.names[0], id, made, dict(values))


class ReadOnlyView:
    """A system that is read only, and that knows nothing of stand-ins."""

    def __init__(self, system: System) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the system's records."""
        return self._system.list(datatype, since)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the system's record, None for a stand-in."""
        return None if id.startswith("-") else self._system.lookup(datatype, id)

    def insert(self, datatype: str, values: Mapping[str, Json], found: Found | None = None) -> str:  # noqa: ARG002
        """Raise InternalError."""
        raise InternalError(f"a rehearsal would have created a {datatype}")

    def update(self, record: Record, values: Mapping[str, Json]) -> None:  # noqa: ARG002
        """Raise InternalError."""
        raise InternalError(f"a rehearsal would have changed {record.id}")

    def delete(self, datatype: str, id: str) -> None:
        """Raise InternalError."""
        raise InternalError(f"a rehearsal would have removed the {datatype} {id}")
