"""Faults that make up values where a new record has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.sync.faults.property_kinds import (
    CODES,
    NUMBERS,
    TEXTS,
    by_write_path,
    is_free_text,
    is_written,
    truncated,
)
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


class FillFromAlike(FaultyWriter):
    """Creates records in which a value that is missing is that of an alike property."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with further values, as many of them as the system takes."""
        cards = {card.path: card for row in lane.rows for card in (row.card(end.side),)}
        known = [card for card in cards.values() if values.get(card.write_path)]
        free = (card for card in cards.values() if is_written(card) and not values.get(card.write_path))
        alike = {card.write_path: near for card in free if not card.unique and (near := alike_property(card, known))}
        more = {path: truncated(by_write_path(end)[path], values[near.write_path]) for path, near in alike.items()}
        try:
            return self.inner.insert(lane, end, {**values, **more})
        except Conflict:
            raise
        except RequestRejected:
            if not more:
                raise
        return self.inner.insert(lane, end, values)


def alike_property(card: PropertyCard, others: Sequence[PropertyCard]) -> PropertyCard | None:
    """Return the property whose values look alike: the same in another place, else another of the same kind."""
    if card.form.convert not in {*TEXTS, "email", "phone"} or card.concept in CODES:
        return None
    alike = [one for one in others if one.form == card.form and one.concept not in CODES]
    return max(alike, key=lambda one: _last_part(one) == _last_part(card), default=None)


def _last_part(card: PropertyCard) -> str:
    return (card.concept or card.path).rpartition(".")[2]
