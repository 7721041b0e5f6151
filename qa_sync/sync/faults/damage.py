"""What faults do to the values of a write; pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from qa_sync.sync.lanes import End, Lane, Row, Side
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values.form import Json

TEXTS = frozenset({"text", "escaped_text", "html"})
"""The conversions of free text; an address or a number cut short would only be refused."""

LONG = 20
"""Characters beyond which a text counts as long."""


def copied(end: End, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the values of a copy: different where they must be unique (`ada+copy@example.test`, `A-1-copy`)."""
    unique = {p.write_path: p for p in end.card.properties.values() if p.unique}
    return {path: _another(unique[path], v) if path in unique else v for path, v in values.items()}


def _another(card: PropertyCard, value: Json) -> Json:
    if not isinstance(value, str):
        return value
    head, at, domain = value.rpartition("@")
    name, tail = (head, f"+copy@{domain}") if at else (value, "-copy")
    return name[: card.max_length - len(tail)] + tail if card.max_length else name + tail


def swapped(lane: Lane, end: End, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the values with two texts exchanged, each cut to what its new place takes."""
    cards = exchange(lane, end)
    return {
        cards[path].write_path if path in cards else path: _fitted(cards[path], value) if path in cards else value
        for path, value in values.items()
    }


def exchange(lane: Lane, end: End) -> dict[str, PropertyCard]:
    """Return two write paths of an end, each with the property that takes its value instead; none when no two fit.

    The same two rows are exchanged on either side: the first two of one form, else the first two texts.
    """
    texts = [row for row in lane.rows if all(_is_free_text(row.card(side)) for side in Side)]
    twos = [(a, b) for a, b in combinations(texts, 2) if all(_same_parent(a, b, side) for side in Side)]
    alike = [(a, b) for a, b in twos if all(_accept_each_other(a.card(side), b.card(side)) for side in Side)]
    for a, b in (*alike, *twos):
        one, two = a.card(end.side), b.card(end.side)
        return {one.write_path: two, two.write_path: one}
    return {}


def cut(end: End, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the values with long free texts cut to a third."""
    texts = {p.write_path for p in end.card.properties.values() if _is_free_text(p)}
    return {path: _third(value) if path in texts else value for path, value in values.items()}


def _third(value: Json) -> Json:
    if isinstance(value, list):
        return [_third(v) for v in value]
    return value[: len(value) // 3] if isinstance(value, str) and len(value) > LONG else value


def _fitted(card: PropertyCard, value: Json) -> Json:
    return value[: card.max_length] if isinstance(value, str) else value


def _is_free_text(card: PropertyCard) -> bool:
    free = not (card.unique or card.references or card.derived or card.fixed)
    return free and card.form.convert in TEXTS and card.writable is not Writable.NEVER


def _same_parent(a: Row, b: Row, side: Side) -> bool:
    """Tell whether two properties stand side by side: of a record, or of the elements of one list."""
    one, two = a.card(side), b.card(side)
    return one.write_path != two.write_path and _parent(one.write_path) == _parent(two.write_path)


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _accept_each_other(a: PropertyCard, b: PropertyCard) -> bool:
    return (a.form, a.max_length, a.avoid) == (b.form, b.max_length, b.avoid)
