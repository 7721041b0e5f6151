"""A record with the canonical value of every property that the rows of a lane name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from msgspec import Struct

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import LaneEnd, Row, Side
from qa_sync.sync.store.encoding import encode
from qa_sync.sync.store.links import Place
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Canonical
from qa_sync.values.regions import with_country

EMPTY = encode(None)


class RecordView(Struct, frozen=True):
    """A record with its canonical values by property path, and their encoded `texts`.

    `unconvertible` holds the reason why a property has no canonical value.
    """

    end: LaneEnd
    record: Record
    values: Mapping[str, Canonical]
    texts: Mapping[str, str]
    unconvertible: Mapping[str, str]

    @property
    def modified(self) -> datetime | None:
        """The record's last change, None when unknown."""
        return modified(self.end, self.record)

    def value(self, row: Row) -> Canonical:
        """Return the canonical value of the row's property on this side."""
        return self.values[row.card(self.end.side).path]

    def synced_texts(self, row: Row) -> list[tuple[Place, str]]:
        """Return the row's value on this side in the form that the store keeps, nothing when it has none."""
        path = row.card(self.end.side).path
        return [((self.end.side, path), self.texts[path])] if path in self.texts else []

    def applies(self, row: Row) -> bool:
        """Return whether the record meets the row's conditions; raises NotConvertible for a condition on a list."""
        return all(self._meets(w.path, w.value) for w in row.when(self.end.side))

    def _meets(self, path: str, value: str) -> bool:
        actual = paths.read(self.record.data, path)
        if isinstance(actual, list):
            raise NotConvertible(f"a condition on a list ({path}) is not supported")
        return actual is not None and str(actual) == value


def by_side(a: RecordView, b: RecordView) -> dict[Side, RecordView]:
    """Return two views by side."""
    return {a.end.side: a, b.end.side: b}


def read_view(end: LaneEnd, record: Record, rows: Iterable[Row]) -> RecordView:
    """Return the view of a record with the properties of the rows."""
    values: dict[str, Canonical] = {}
    unconvertible: dict[str, str] = {}
    on_source = end.side is Side.SOURCE
    for row in rows:
        path = (row.source if on_source else row.target).path
        if path in values or path in unconvertible:
            continue
        try:
            form = with_country(end.card.properties[path].form, partial(paths.read, record.data))
            values[path] = to_canonical(paths.read(record.data, path), form)
        except NotConvertible as error:
            unconvertible[path] = error.message
    texts = {path: encode(value) for path, value in values.items()}
    return RecordView(end, record, values, texts, unconvertible)


def is_empty(value: Canonical) -> bool:
    """Return whether a value is empty; a list is empty when each element is."""
    return all(is_empty(v) for v in value) if isinstance(value, tuple) else value is None


def flatten(value: Canonical) -> Iterator[Canonical]:
    """Yield the elements of a value, none for an empty one."""
    if isinstance(value, tuple):
        for element in value:
            yield from flatten(element)
    elif value is not None:
        yield value


def modified(end: LaneEnd, record: Record) -> datetime | None:
    """Return a record's last change, None when unknown."""
    if end.card.modified is None:
        return None
    try:
        moment = to_canonical(paths.read(record.data, end.card.modified), end.card.modified_form)
    except NotConvertible:
        return None  # an unreadable timestamp counts as missing
    return moment if isinstance(moment, datetime) else None
