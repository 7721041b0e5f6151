"""The protocol that every system speaks, and the record it answers with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a system answered it: `system` is its label, `datatype` its kind, `data` the JSON object."""

    system: str
    datatype: str
    id: str
    data: Mapping[str, Json]


class System(Protocol):
    """One business system.

    Every method may raise `SystemUnreachable`, `BadAnswer` or `Refused` (`Conflict`); none of them retries a create.
    A write returns nothing of value: it is believed only when it has been read back.
    """

    label: str
    """How the document calls the system (`Wix.com`)."""

    cards: Mapping[str, EntityCard]
    """The entity cards by datatype."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since when the API can tell."""

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, None when there is none."""

    def insert(self, datatype: str, values: Mapping[str, Json]) -> str:
        """Create a record from wire values by write path; return its id."""

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        """Change the given wire values (by write path) of a record that was just read."""

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record; a record that is already gone is no error."""
