"""Which properties can hold the mark of a record."""

from __future__ import annotations

from typing import Final

from qa_sync.systems.cards import PropertyCard

MARK_LENGTH: Final = 9

MARKED: Final = frozenset({"text", "escaped_text", "html", "identifier", "email"})
"""Conversions whose sample contains the mark."""

WITHOUT_MARK: Final = frozenset({"currency", "language", "postal_code", "organization_number"})
"""Concepts (by the last part) of texts whose sample does not contain it."""


def carries_mark(source: PropertyCard, target: PropertyCard) -> bool:
    """Return whether the mark of a source record can be found in the target's property."""
    return all(
        card.form.convert in MARKED
        and (card.concept or "").rpartition(".")[2] not in WITHOUT_MARK
        and (card.max_length or MARK_LENGTH) >= MARK_LENGTH
        for card in (source, target)
    )
