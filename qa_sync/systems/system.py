"""The protocol of a system, and the records that it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json


class Record(Struct, frozen=True):
    """One record as a system returned it: `system` is its label, `data` the JSON object."""

    system: str
    datatype: str
    id: str
    data: Mapping[str, Json]


class ExchangeSummary(Struct, frozen=True):
    """A request and its response as reports show them: without headers, redacted, long bodies cut.

    `status` is None if there was no response; `sent` and `answer` are the bodies (empty: none).
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
    none of them retries a create blindly. What a write returns is no proof: it is verified only by reading the record.
    """

    label: str
    """The name of the system in the spec (`Wix.com`)."""

    cards: Mapping[str, EntityCard]
    """The entity cards by datatype."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records, page by page; with `since`, only those changed since then, if the API supports it."""

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id, or None if there is none."""

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        """Create a record from wire values by write path; return it as the response shows it, maybe with its id only.

        `found` searches for the record by its mark or key and returns its id, or None. With it, a create whose response
        was lost is searched for before it is retried; without it, a lost response raises UncertainWrite.
        """

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        """Change the given wire values (by write path) of a record that was just read.

        Return the record as the response shows it, None when it shows none.
        """

    def delete(self, datatype: str, id: str) -> None:
        """Delete a record; a record that does not exist any more is not an error."""
