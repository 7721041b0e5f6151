"""Reads the lists of a system: page by page, through a parent's records, with a look-up of each row where it needs one.

Source: docs/explanation/connector-format-facts.rst, "Paging" and "What pipes add".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.responses.pagination import PageCursor, pages_with_cursor
from qa_sync.systems.responses.parsing import NotModified
from qa_sync.systems.rest.response_records import read_record
from qa_sync.systems.rest.service_connections import ServiceConnections
from qa_sync.systems.system import Record
from qa_sync.values.canonical import to_wire
from qa_sync.values.form import Json

Pages = Iterator[tuple[list[Json], PageCursor | None]]


class ListReader(Struct, frozen=True):
    """Reads lists; `records` are all records of a datatype, `look_up` reads one (None: it does not exist).

    `wrote_since` says whether this run has written to a datatype since a time.
    """

    services: ServiceConnections
    records: Callable[[str], Iterator[Record]]
    look_up: Callable[[str, str], Record | None]
    wrote_since: Callable[[str, datetime], bool]

    def pages(
        self, card: EntityCard, operation: Operation, since: datetime | None, start: PageCursor | None = None
    ) -> Iterator[tuple[Iterator[Record], PageCursor | None]]:
        """Yield the records of each page, and a cursor from which to continue later (None: there is no such cursor)."""
        for begin in self._starts(operation):
            for rows, cursor in self._pages(card, operation, begin, since, start):
                yield self._records(card, operation, rows), None if operation.children else cursor

    def _pages(
        self,
        card: EntityCard,
        operation: Operation,
        begin: dict[str, object],
        since: datetime | None,
        start: PageCursor | None,
    ) -> Pages:
        changed = operation.since_initial if since is None else to_wire(since, card.modified_form)
        services = self.services.of(operation)
        try:
            yield from pages_with_cursor(operation, *services, {**begin, "since": changed}, start)
        except NotModified:
            # `Nothing changed` is no answer about what this run has written meanwhile: that is read without condition.
            if since is not None and self.wrote_since(card.datatype, since):
                yield from pages_with_cursor(operation, *services, {**begin, "since": None})

    def _starts(self, operation: Operation) -> Iterator[dict[str, object]]:
        """Yield the initial variables of a list: once without any, or once per record of the parent datatype."""
        if operation.children is None:
            yield {}
            return
        from qa_sync.systems.connectors.pipes.parent_lists import parent_variables  # noqa: PLC0415  rarely needed

        for parent in self.records(operation.children.parent):
            yield parent_variables(operation.children, parent.data)

    def _records(self, card: EntityCard, operation: Operation, rows: Iterable[Json]) -> Iterator[Record]:
        """Yield the records of a list's rows; a row whose record is looked up may have lost it meanwhile."""
        for row in rows:
            record: Record | None = read_record(self.services, card, operation, row)
            if record and operation.looks_up_rows:
                record = self.look_up(card.datatype, record.id)
            if record:
                yield record
