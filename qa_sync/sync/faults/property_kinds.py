"""What kind of property a card describes, as far as faults care."""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.sync.lanes import LaneEnd
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values import paths
from qa_sync.values.form import Json

TEXTS = frozenset({"text", "escaped_text", "html"})
"""The conversions of free text; an address or a number changed at random would only be refused."""

CODES = frozenset({"currency", "language", "slug", "sku", "external_number"})
"""Concepts whose texts are codes: they have an alphabet of their own."""

NUMBERS = frozenset({"decimal", "integer"})


def is_written(card: PropertyCard) -> bool:
    """Tell whether the system takes a plain value that is written to the property."""
    decided = card.derived or card.fixed is not None or card.writable is Writable.NEVER
    return not (decided or card.references)


def is_free_text(card: PropertyCard) -> bool:
    """Tell whether a property holds words of no particular form."""
    free = is_written(card) and not card.unique and card.concept not in CODES
    return free and card.form.convert in TEXTS


def is_edited(card: PropertyCard) -> bool:
    """Tell whether a written property can still be changed later."""
    return is_written(card) and card.writable is Writable.ALWAYS


def by_write_path(end: LaneEnd) -> dict[str, PropertyCard]:
    """Return an end's properties by where they are written."""
    return {p.write_path: p for p in end.card.properties.values()}


def truncated(card: PropertyCard, value: Json) -> Json:
    """Return a text cut to what its property takes."""
    return value[: card.max_length] if isinstance(value, str) else value


def shown_values(end: LaneEnd, data: Json, write_paths: Iterable[str]) -> dict[str, Json]:
    """Return what a record shows for properties, by their write paths."""
    cards = by_write_path(end)
    return {path: paths.read(data, cards[path].path) for path in write_paths if path in cards}
