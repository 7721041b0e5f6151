"""Faults that alter written values, property by property."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.sync.faults.property_kinds import by_write_path, is_written, truncated
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import NOTHING_WRITTEN, Writer, Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

Change = Callable[[PropertyCard, Json], Json]
"""Returns the altered wire value of a property, or LEFT_OUT to omit it."""

LEFT_OUT = object()


def altering(change: Change) -> Callable[[Writer], Writer]:
    """Return a fault that changes each written value; for a list, `change` gets the whole list."""
    return lambda inner: AlterValues(inner, change)


def altering_on_create(change: Change) -> Callable[[Writer], Writer]:
    """Return a fault that changes the values of creates only."""
    return lambda inner: AlterOnCreate(inner, change)


def on_each_element(change: Change) -> Change:
    """Return a change that applies `change` to every element of a list."""

    def change_each(card: PropertyCard, value: Json) -> Json:
        return [change_each(card, v) for v in value] if isinstance(value, list) else change(card, value)

    return change_each


class AlterValues(FaultyWriter):
    """Writes altered values; values that a system rejects are omitted, or sent unaltered when they are required.

    So a fault affects single properties instead of preventing whole records.
    """

    def __init__(self, inner: Writer, change: Change) -> None:
        super().__init__(inner)
        self._change = change

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with altered values."""
        try:
            return self.inner.insert(lane, end, self._altered(end, values))
        except Conflict:
            raise
        except RequestRejected:
            return self.inner.insert(lane, end, self._without_optional(end, values))

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with altered values."""
        try:
            return self._sent(lane, end, record, self._altered(end, values))
        except Conflict:
            raise
        except RequestRejected:
            return self._sent(lane, end, record, self._without_optional(end, values))

    def _sent(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        return self.inner.update(lane, end, record, values) if values else NOTHING_WRITTEN

    def _altered(self, end: LaneEnd, values: Values) -> Values:
        cards = by_write_path(end)
        altered = {path: self._altered_value(cards.get(path), value) for path, value in values.items()}
        sent = {path for path in altered if altered[path] is not LEFT_OUT or _is_required(cards.get(path))}
        return {path: values[path] if altered[path] is LEFT_OUT else altered[path] for path in values if path in sent}

    def _without_optional(self, end: LaneEnd, values: Values) -> Values:
        cards = by_write_path(end)
        same = {path for path, value in values.items() if self._altered_value(cards.get(path), value) == value}
        return {path: v for path, v in values.items() if path in same or _is_required(cards.get(path))}

    def _altered_value(self, card: PropertyCard | None, value: Json) -> Json:
        if card is None or not is_written(card):
            return value
        changed = self._change(card, value)
        return changed if changed is LEFT_OUT else truncated(card, changed)


class AlterOnCreate(AlterValues):
    """Creates records with altered values; later updates are unaltered."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with unaltered values."""
        return self.inner.update(lane, end, record, values)


def _is_required(card: PropertyCard | None) -> bool:
    return card is not None and card.required
