"""The protocol that every system speaks, and the record it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json


class Record(Struct, frozen=True):
    """One record as a system answered it: `system` is its label, `datatype` its kind, `data` the JSON object."""

    system: str
    datatype: str
    id: str
    data: Mapping[str, Json]


class ExchangeSummary(Struct, frozen=True):
    """A request and its answer as reports show them: without headers, cleaned of secrets, long bodies in part.

    `status` is None when there was no answer; bodies are empty texts when there were none.
    """

    system: str
    method: str
    url: str
    sent: str
    status: int | None
    answer: str


class System(Protocol):
    """One business system.

    Every method may raise `SystemUnreachable`, `InvalidResponse` (`UncertainWrite`) or `RequestRejected` (`Conflict`);
    none of them repeats a create blindly. A write returns nothing of value: it is believed only when it has been read
    back.
    """

    label: str
    """How the document calls the system (`Wix.com`)."""

    cards: Mapping[str, EntityCard]
    """The entity cards by datatype."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since when the API can tell."""

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, None when there is none."""

    def insert(self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None) -> str:
        """Create a record from wire values by write path; return its id.

        `found` looks for the record by what is its own (a mark, a key) and returns its id, None when it is not there:
        with it a create whose answer was lost is looked for before it is tried again, without it that is
        UncertainWrite.
        """

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        """Change the given wire values (by write path) of a record that was just read."""

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record; a record that is already gone is no error."""
