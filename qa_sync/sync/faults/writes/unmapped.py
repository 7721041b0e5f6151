"""Faults that damage what the section does not map: flags, numbers, references, elements of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from qa_sync.errors import RequestRejected
from qa_sync.sync.faults.property_kinds import is_edited
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Written
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Selector

_SELECTOR = re.compile(r"\[([^=\]]+)=([^\]]*)\]")

NUMBERS = frozenset({"decimal", "integer"})


class DamageUnmapped(FaultyWriter):
    """Updates a record, and then damages it; each fault says how."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record, and damage what the section does not map, as far as the system accepts it."""
        sent = self.inner.update(lane, end, record, values)
        fresh = end.system.lookup(record.datatype, record.id)
        damage = self.damage(lane, end, fresh) if fresh else {}
        if fresh and damage:
            with suppress(RequestRejected):
                end.system.update(fresh, damage)
        return sent

    def damage(self, lane: Lane, end: LaneEnd, record: Record) -> Mapping[str, Json]:
        """Return the values that the record is damaged with, by write path."""
        raise NotImplementedError


class ResetFlags(DamageUnmapped):
    """Turns flags."""

    def damage(self, lane: Lane, end: LaneEnd, record: Record) -> Mapping[str, Json]:
        """Return each flag with its other value."""
        flags = (card for card in _unmapped(lane, end) if card.form.type == "boolean" and is_edited(card))
        shown = ((card.write_path, paths.read(record.data, card.path)) for card in flags)
        return {path: not value for path, value in shown if isinstance(value, bool)}


class ClearValues(DamageUnmapped):
    """Clears numbers, dates and references."""

    def damage(self, lane: Lane, end: LaneEnd, record: Record) -> Mapping[str, Json]:
        """Return zero for each number, and nothing for each date."""
        damage: dict[str, Json] = {}
        shown = ((card, paths.read(record.data, card.path)) for card in _unmapped(lane, end) if is_edited(card))
        for card in (card for card, value in shown if not (value is None or isinstance(value, list))):
            if card.form.convert in NUMBERS:
                damage[card.write_path] = "0" if card.form.type == "string" else 0
            elif card.form.convert == "date":
                damage[card.write_path] = None
        return damage


class DropElements(DamageUnmapped):
    """Keeps only those elements of a list that rows select."""

    def damage(self, lane: Lane, end: LaneEnd, record: Record) -> Mapping[str, Json]:
        """Return the lists without their other elements, and the values of keyed elements as empty."""
        damage: dict[str, Json] = {}
        selected = [card.write_path for card in _mapped(lane, end) if _SELECTOR.search(card.write_path)]
        for path in selected:
            container = path[: path.index("[")]
            elements = paths.read(record.data, container)
            if not isinstance(elements, list):
                continue
            kept = [paths.find(elements, step) for step in _selectors(selected, container)]
            others = [element for place, element in enumerate(elements) if place not in kept]
            if others and "[key=" in path:
                damage |= {f"{container}[key={other['key']}].value": "" for other in others if isinstance(other, dict)}
            elif others:
                damage[container] = [element for place, element in enumerate(elements) if place in kept]
        return damage


class ResetLines(DamageUnmapped):
    """Clears what the section does not map in each line of an order."""

    def damage(self, lane: Lane, end: LaneEnd, record: Record) -> Mapping[str, Json]:
        """Return nothing for each such member that has values."""
        lines = (c for c in _unmapped(lane, end) if (c.concept or "").startswith("lines.") and not (c.also or c.fixed))
        shown = ((card.write_path, paths.read(record.data, card.path)) for card in lines)
        return {path: None for path, values in shown if isinstance(values, list) and any(values)}


def _selectors(selected: list[str], container: str) -> Iterator[Selector]:
    for path in selected:
        if path.startswith(f"{container}["):
            key, value = _SELECTOR.findall(path)[0]
            yield Selector(key, value)


def _mapped(lane: Lane, end: LaneEnd) -> list[PropertyCard]:
    return [row.card(end.side) for row in (*lane.rows, *lane.criteria)]


def _unmapped(lane: Lane, end: LaneEnd) -> list[PropertyCard]:
    mapped = {card.path for card in _mapped(lane, end)}
    free = (card for card in end.card.properties.values() if card.path not in mapped)
    return [card for card in free if card.writable is Writable.ALWAYS and not (card.required or card.derived)]
