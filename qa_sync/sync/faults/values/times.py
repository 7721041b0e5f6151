"""Faults that alter times: dates written one day early, timestamps read in another time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from qa_sync.errors import NotConvertible
from qa_sync.sync.faults.values.altered_values import Change, on_each_element
from qa_sync.sync.faults.wrappers import FaultySystem
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.form import Json

SHIFT = timedelta(hours=12)
"""The error of the time zone: half a day, so that it also changes dates."""


def _day_earlier(card: PropertyCard, value: Json) -> Json:
    if card.form.convert != "date" or not isinstance(value, str) or not value:
        return value
    return (date.fromisoformat(value) - timedelta(days=1)).isoformat()


day_earlier: Change = on_each_element(_day_earlier)


class ShiftInstants(FaultySystem):
    """Reads every timestamp of a record 12 hours early, except its modification time."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records with shifted timestamps."""
        return (self._shifted(record) for record in self.inner.list(datatype, since))

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return a record with shifted timestamps."""
        record = self.inner.lookup(datatype, id)
        return record and self._shifted(record)

    def _shifted(self, record: Record) -> Record:
        card = self.cards[record.datatype]
        instants = [p for p in card.properties.values() if p.form.convert == "instant" and p.path != card.modified]
        data: Json = record.data
        for instant in instants:
            data = _shift_instants(data, instant)
        return replace(record, data=data)


def _shift_instants(data: Json, card: PropertyCard) -> Json:
    try:
        moment = to_canonical(paths.read(data, card.path), card.form)
    except NotConvertible:
        return data
    if not isinstance(moment, datetime):
        return data
    return paths.write(data, card.path, to_wire(moment - SHIFT, card.form))
