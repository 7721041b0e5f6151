"""Kinds of properties that faults distinguish."""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.sync.lanes import LaneEnd
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values import paths
from qa_sync.values.form import Json

TEXTS = frozenset({"text", "escaped_text", "html"})
"""The conversions of free text; systems reject an address or a number with random changes."""

CODES = frozenset({"currency", "language", "slug", "sku", "external_number"})
"""Concepts whose texts are codes with a restricted alphabet."""

NUMBERS = frozenset({"decimal", "integer"})


def is_written(card: PropertyCard) -> bool:
    """Return whether a plain value can be written to the property."""
    set_by_system = card.derived or card.fixed is not None or card.writable is Writable.NEVER
    return not (set_by_system or card.references)


def is_free_text(card: PropertyCard) -> bool:
    """Return whether a property is free text."""
    free = is_written(card) and not card.unique and card.concept not in CODES
    return free and card.form.convert in TEXTS


def is_edited(card: PropertyCard) -> bool:
    """Return whether a property can be written after its record is created."""
    return is_written(card) and card.writable is Writable.ALWAYS


def by_write_path(end: LaneEnd) -> dict[str, PropertyCard]:
    """Return an end's properties by write path."""
    return {p.write_path: p for p in end.card.properties.values()}


def truncated(card: PropertyCard, value: Json) -> Json:
    """Return a text truncated to the maximum length of its property."""
    return value[: card.max_length] if isinstance(value, str) else value


def shown_values(end: LaneEnd, data: Json, write_paths: Iterable[str]) -> dict[str, Json]:
    """Return a record's values of properties, by write path."""
    cards = by_write_path(end)
    return {path: paths.read(data, cards[path].path) for path in write_paths if path in cards}
