"""Faults that write to the wrong record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from qa_sync.errors import RequestRejected
from qa_sync.sync.faults.property_kinds import by_write_path, is_edited, is_free_text, truncated
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import NOTHING_WRITTEN, Written
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class WrongRecord(FaultyWriter):
    """Updates another record of the same entity, if one exists."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update the first other record, except its unique properties."""
        listed = end.system.list(end.card.datatype)
        other = next((r.id for r in listed if r.id != record.id), None)
        fresh = other and end.system.lookup(end.card.datatype, other)
        if not fresh:
            return self.inner.update(lane, end, record, values)
        cards = by_write_path(end)
        common = {path: v for path, v in values.items() if path not in cards or not cards[path].unique}
        self.inner.update(lane, end, fresh, common)
        return NOTHING_WRITTEN


class FirstReference(FaultyWriter):
    """Points every reference to the first record."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with references to first records."""
        return self.inner.insert(lane, end, _with_first_references(end, values))

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with references to first records."""
        return self.inner.update(lane, end, record, _with_first_references(end, values))


def _with_first_references(end: LaneEnd, values: Values) -> Values:
    cards = by_write_path(end)
    return {path: _first_of(end, cards[path], v) if path in cards else v for path, v in values.items()}


def _first_of(end: LaneEnd, card: PropertyCard, value: Json) -> Json:
    """Return a reference to the first record of the referenced entity, with the JSON type of `value`."""
    if card.references is None or not value:
        return value
    if isinstance(value, list):
        return [_first_of(end, card, each) for each in value]
    ids = sorted((record.id for record in end.system.list(card.references)), key=lambda one: (len(one), one))
    return type(value)(ids[0]) if ids else value


class CrossSection(FaultyWriter):
    """Also writes to a record of every other entity in the same system on each write."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record and update one of another section."""
        made = self.inner.insert(lane, end, values)
        _write_to_others(end, values)
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and one of another section."""
        sent = self.inner.update(lane, end, record, values)
        _write_to_others(end, values)
        return sent


def _write_to_others(end: LaneEnd, values: Values) -> None:
    """Write the first text of the values to the first text property of a record of every other entity."""
    cards = by_write_path(end)
    texts = (_first(value) for path, value in values.items() if path in cards)
    text = next((t for t in texts if t is not None), None)
    if text is None:
        return
    for card, record in _other_entity_records(end.system, end.card):
        place = next((p for p in card.properties.values() if is_edited(p) and is_free_text(p)), None)
        if place is not None:
            with suppress(RequestRejected):
                end.system.update(record, {place.write_path: truncated(place, text)})


def _first(value: Json) -> str | None:
    """Return the value, or the first element of a list, if it is a text."""
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else None


def _other_entity_records(system: System, own: EntityCard) -> Iterator[tuple[EntityCard, Record]]:
    """Yield the first record of every other entity, re-read."""
    others = (card for card in system.cards.values() if card.datatype != own.datatype)
    for card in (c for c in others if not c.cannot.keys() & {"list", "lookup", "update"}):
        listed = next(system.list(card.datatype), None)
        fresh = listed and system.lookup(card.datatype, listed.id)
        if fresh:
            yield card, fresh
