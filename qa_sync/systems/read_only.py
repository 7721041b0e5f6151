"""A system that rejects every write: the last safeguard before real records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NoReturn

from qa_sync.errors import RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json

METHOD_NOT_ALLOWED = 405


class ReadOnlySystem:
    """Passes reads on to a system, and rejects every write with the reason why nothing may be written."""

    def __init__(self, system: System, read_only_reason: str) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system
        self._reason = read_only_reason

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield all records of the system."""
        return self._system.list(datatype, since)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the system's record with that id."""
        return self._system.lookup(datatype, id)

    def insert(  # the protocol's signature
        self,
        datatype: str,  # noqa: ARG002
        values: Mapping[str, Json],  # noqa: ARG002
        found: Callable[[], str | None] | None = None,  # noqa: ARG002
    ) -> Record:
        """Raise RequestRejected."""
        self._raise_rejected()

    def update(self, record: Record, values: Mapping[str, Json]) -> None:  # noqa: ARG002
        """Raise RequestRejected."""
        self._raise_rejected()

    def delete(self, datatype: str, id: str) -> None:  # noqa: ARG002
        """Raise RequestRejected."""
        self._raise_rejected()

    def _raise_rejected(self) -> NoReturn:
        raise RequestRejected(self._reason, status=METHOD_NOT_ALLOWED)
