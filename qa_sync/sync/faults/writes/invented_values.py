"""Faults that make up values where a new record has none."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.sync.faults.property_kinds import NUMBERS, is_free_text, is_written
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

NULL = "null"

MadeUp = Callable[[PropertyCard], Json]
"""Returns the value of a property that has none, or None."""


def inventing(made_up: MadeUp) -> Callable[[Writer], Writer]:
    """Return a fault that gives new records made-up values."""
    return lambda inner: Invent(inner, made_up)


class Invent(FaultyWriter):
    """Creates records with made-up values in the properties of rows that have none."""

    def __init__(self, inner: Writer, made_up: MadeUp) -> None:
        super().__init__(inner)
        self._made_up = made_up

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with further values; without those that the system rejects."""
        cards = (row.card(end.side) for row in lane.rows)
        free = (card for card in cards if not values.get(card.write_path) and is_written(card))
        more = {card.write_path: made for card in free if (made := self._made_up(card)) is not None}
        missing = {path: value for path, value in more.items() if "." not in path}
        for added in (missing, {}):
            try:
                return self.inner.insert(lane, end, {**values, **added})
            except Conflict:
                raise
            except RequestRejected:
                if not added:
                    raise
        return None


def null_text(card: PropertyCard) -> Json:
    """Return null as a text."""
    return NULL if is_free_text(card) else None


def zero(card: PropertyCard) -> Json:
    """Return 0 or false."""
    if card.form.convert == "boolean":
        return False
    return ("0" if card.form.type == "string" else 0) if card.form.convert in NUMBERS else None
