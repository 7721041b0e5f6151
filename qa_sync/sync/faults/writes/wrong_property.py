"""Faults that write values to wrong properties of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from msgspec.structs import replace

from qa_sync.sync.faults.property_kinds import is_edited, is_free_text, truncated
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd, Row, Side
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import parent_path


class SwapProperties(FaultyWriter):
    """Swaps two texts."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with two swapped texts."""
        one_only = len(values.keys() & exchanged_paths(lane, end).keys()) == 1  # a required text would be missing
        return self.inner.insert(lane, end, values if one_only else swap_texts(lane, end, values))

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with two swapped texts."""
        return self.inner.update(lane, end, record, swap_texts(lane, end, values))


def swap_texts(lane: Lane, end: LaneEnd, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the values with two texts swapped, each truncated to the maximum length of its new property."""
    cards = exchanged_paths(lane, end)
    return {
        cards[path].write_path if path in cards else path: truncated(cards[path], value) if path in cards else value
        for path, value in values.items()
    }


def exchanged_paths(lane: Lane, end: LaneEnd) -> dict[str, PropertyCard]:
    """Return two write paths of an end, each with the property to swap it with; empty without a suitable pair."""
    for a, b in similar_rows(lane.rows):
        one, two = a.card(end.side), b.card(end.side)
        return {one.write_path: two, two.write_path: one}
    return {}


def wrong_property(lane: Lane) -> Lane:
    """Return a section that writes a text to another text's property, and does not write the other text."""
    for a, b in swappable_rows(lane.rows):
        rest = tuple(row for row in lane.rows if row not in (a, b))
        return replace(lane, rows=(*rest, replace(a, target=b.target)))
    return lane


def swappable_rows(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Return pairs of similar rows in which no property is required."""
    return [two for two in similar_rows(rows) if not any(row.card(side).required for row in two for side in Side)]


def similar_rows(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Return pairs of rows whose texts can be swapped: pairs with equal forms first, then other pairs.

    The same two rows are swapped on both sides.
    """
    texts = [row for row in rows if all(is_free_text(row.card(side)) for side in Side)]
    twos = [(a, b) for a, b in combinations(texts, 2) if all(_same_parent(a, b, side) for side in Side)]
    alike = [(a, b) for a, b in twos if all(_accept_each_other(a.card(side), b.card(side)) for side in Side)]
    return [*alike, *(two for two in twos if two not in alike)]


def _same_parent(a: Row, b: Row, side: Side) -> bool:
    """Return whether two properties have the same parent object."""
    one, two = a.card(side), b.card(side)
    return one.write_path != two.write_path and parent_path(one.write_path) == parent_path(two.write_path)


def _accept_each_other(a: PropertyCard, b: PropertyCard) -> bool:
    return (a.form, a.max_length, a.avoid) == (b.form, b.max_length, b.avoid)


class ResetOthers(FaultyWriter):
    """Clears the mapped texts that an update does not contain."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and clear its other mapped texts."""
        cards = (row.card(end.side) for row in lane.rows)
        others = (p for p in cards if p.write_path not in values and is_edited(p) and is_free_text(p))
        cleared = {p.write_path: "" for p in others if not p.required and _has_text(record, p)}
        return self.inner.update(lane, end, record, {**values, **cleared})


class ResetUnmapped(FaultyWriter):
    """Clears the texts that the section does not map."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record and clear its unmapped texts."""
        mapped = {row.card(end.side).write_path for row in (*lane.rows, *lane.criteria)} | values.keys()
        others = (p for p in end.card.properties.values() if p.write_path not in mapped and is_edited(p))
        cleared = {p.write_path: "" for p in others if is_free_text(p) and not p.required and _has_text(record, p)}
        return self.inner.update(lane, end, record, {**values, **cleared})


class EraseOnMerge(FaultyWriter):
    """Clears the texts of a matched record that its new counterpart lacks."""

    def __init__(self, inner: Writer) -> None:
        super().__init__(inner)
        self._known: set[str] = set()

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record."""
        made = self.inner.insert(lane, end, values)
        self._known |= {made.id} if made else set()
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record; the first update of a matched record also clears its other texts."""
        if end.side is Side.SOURCE or record.id in self._known:
            return self.inner.update(lane, end, record, values)
        self._known.add(record.id)
        others = (row.target for row in lane.rows if row.target.write_path not in values and is_edited(row.target))
        cleared = {p.write_path: "" for p in others if is_free_text(p) and not p.required and _has_text(record, p)}
        return self.inner.update(lane, end, record, {**values, **cleared})


def _has_text(record: Record, card: PropertyCard) -> bool:
    shown = paths.read(record.data, card.path)
    return isinstance(shown, str) and bool(shown)
