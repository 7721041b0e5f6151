"""Reads a system's records into a snapshot, page by page, and resumes an interrupted read.

A later read requests only changed records if the API supports it; it does not notice deleted records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.progress import Progress
from qa_sync.audit.records.parquet_parts import PartWriter, Row, next_number, row_of
from qa_sync.audit.records.snapshots import PartialRead, Snapshot, discard, finished, load, save
from qa_sync.clock import Clock
from qa_sync.errors import NoVerdict
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.responses.pagination import PageCursor
from qa_sync.systems.system import Record

CLOCK_SKEW: Final = timedelta(minutes=10)
"""The clock difference of a system up to which no changed record is missed."""

Pages = Iterator[tuple[Sequence[Record], PageCursor | None]]


class Readable(Protocol):
    """The operations of a system that an audit uses, which are all read-only."""

    label: str
    cards: Mapping[str, EntityCard]

    def list_pages(self, datatype: str, since: datetime | None = None, start: PageCursor | None = None) -> Pages:
        """Yield records page by page."""

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return one record."""


class FetchSource(Struct, frozen=True):
    """An entity of a system, with the identity of its snapshot.

    `since`: whether the API can list only changed records.
    """

    system: Readable
    card: EntityCard
    identity: Mapping[str, str]
    since: bool


class FetchOptions(Struct, frozen=True):
    """The options of a read: `fresh` ignores an existing snapshot; `stop` ends the read after the current page."""

    clock: Clock
    fresh: bool
    stop: Event
    report: Callable[[str], None]


def fetch_entity(source: FetchSource, columns: tuple[str, ...], folder: Path, manner: FetchOptions) -> Snapshot:
    """Read an entity into the folder and return its complete snapshot.

    Raises what the system raises, UsageError for a foreign snapshot, and NoVerdict when stopped; the records read
    until then are kept.
    """
    if manner.fresh:
        discard(folder)
    before = load(folder, source.identity, columns)
    snapshot = _begun(source, before, columns, manner.clock.now().replace(microsecond=0))
    save(folder, snapshot)
    discard(folder, snapshot)
    if before and before.reading:
        manner.report(f"{source.system.label} {source.card.names[0]}: resuming after {before.rows} records")
    parts = PartWriter(folder, snapshot.columns, next_number(snapshot.parts))
    for snapshot in _read(source, snapshot, parts, manner):  # noqa: B020 - each replaces the one before
        save(folder, snapshot)
    return snapshot


def _begun(source: FetchSource, before: Snapshot | None, columns: tuple[str, ...], now: datetime) -> Snapshot:
    if before is None:
        return Snapshot(source.identity, columns, reading=PartialRead(now))
    if before.reading is not None:
        return before
    if source.since and before.as_of is not None:
        return replace(before, reading=PartialRead(now, since=before.as_of - CLOCK_SKEW))
    return Snapshot(source.identity, columns, reading=PartialRead(now))


def _read(source: FetchSource, snapshot: Snapshot, parts: PartWriter, manner: FetchOptions) -> Iterator[Snapshot]:
    reading = snapshot.reading
    assert reading is not None  # noqa: S101 - set by _begun
    progress = Progress(manner.report, f"{source.system.label} {source.card.names[0]}", "records read")
    for records, mark in source.system.list_pages(source.card.datatype, reading.since, reading.cursor):
        parts.add(_row(source, r, snapshot.columns) for r in records)
        progress.add(len(records))
        if parts.full:
            snapshot = replace(snapshot, parts=(*snapshot.parts, parts.write()), reading=replace(reading, cursor=mark))
            yield snapshot
        if manner.stop.is_set():
            raise NoVerdict(f"{source.system.label}: the read was stopped; the next audit continues from here")
    if parts.empty and snapshot.parts:
        yield finished(snapshot)
    else:
        yield finished(replace(snapshot, parts=(*snapshot.parts, parts.write())))


def _row(source: FetchSource, record: Record, columns: tuple[str, ...]) -> Row:
    try:
        return row_of(record.id, record.data, source.card, columns)
    except RecursionError:
        raise NoVerdict(f"{source.system.label}: the record {record.id} is nested too deeply") from None
