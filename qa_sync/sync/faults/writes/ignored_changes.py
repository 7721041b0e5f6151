"""Faults that compare too loosely: they take an edit for none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from qa_sync.sync.faults.property_kinds import by_write_path, is_free_text
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.store.encoding import to_json
from qa_sync.sync.writer import NOTHING_WRITTEN, Writer, Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Json

Compared = Callable[[PropertyCard, Json], Json]
"""Returns what of a value is compared; values of which it is the same are not written."""


def ignoring(compared: Compared) -> Callable[[Writer], Writer]:
    """Return a fault that does not write what it takes for equal."""
    return lambda inner: IgnoreChanges(inner, compared)


class IgnoreChanges(FaultyWriter):
    """Treats two values as equal of which something else is equal."""

    def __init__(self, inner: Writer, compared: Compared) -> None:
        super().__init__(inner)
        self._compared = compared

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Write only values that differ for this fault."""
        cards = by_write_path(end)
        changed = {
            path: value
            for path, value in values.items()
            if path not in cards or not self._is_same(cards[path], value, paths.read(record.data, cards[path].path))
        }
        return self.inner.update(lane, end, record, changed) if changed else NOTHING_WRITTEN

    def _is_same(self, card: PropertyCard, one: Json, other: Json) -> bool:
        return type(one) is type(other) and self._compared(card, one) == self._compared(card, other)


class IgnoreKnownValues(FaultyWriter):
    """Treats an update as processed when it has written each of its values to the record before."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._written: set[tuple[str, str, str, str]] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record and remember its values."""
        made = self.inner.insert(lane, end, values)
        self._written |= _written(end, made.id if made else None, values)
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Write values of which one is new for this fault."""
        written = _written(end, record.id, values)
        is_known = written <= self._written
        self._written |= written
        return NOTHING_WRITTEN if is_known else self.inner.update(lane, end, record, values)


def _written(end: LaneEnd, id: str | None, values: Values) -> set[tuple[str, str, str, str]]:
    return {(end.system.label, id or "", path, to_json(value)) for path, value in values.items()}


def _of_text(change: Callable[[str], str]) -> Compared:
    def of_text(card: PropertyCard, value: Json) -> Json:
        return change(value) if isinstance(value, str) and is_free_text(card) else value

    return of_text


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _in_any_order(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Compared
    return sorted(map(str, value)) if isinstance(value, list) else value


case_folded = _of_text(str.casefold)
without_accents = _of_text(_without_accents)
without_blanks = _of_text(lambda text: "".join(text.split()))
in_any_order: Compared = _in_any_order
