"""What faults do to lists; pure."""

from __future__ import annotations

from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Json


def shortened(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    """Return a list of several without its last element."""
    return value[:-1] if isinstance(value, list) and len(value) > 1 else value


def turned(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    """Return a list the other way round."""
    return value[::-1] if isinstance(value, list) else value
