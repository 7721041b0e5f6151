"""Which properties of two entities carry the same thing: the document's rows, the settings', or what the cards share.

Both the worker and the judge take their pairs from here: it is knowledge of documents and connectors, not an opinion.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.dataflow.model import Origin, PropertyPair, Section
from qa_sync.dataflow.unread import may_infer_pairs
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""


def pairs_of(section: Section, source: EntityCard, target: EntityCard) -> tuple[PropertyPair, ...]:
    """Return the section's pairs; an empty property table is filled from the two cards (DESIGN 3)."""
    return section.pairs or (inferred_pairs(source, target) if may_infer_pairs(section) else ())


def inferred_pairs(source: EntityCard, target: EntityCard) -> tuple[PropertyPair, ...]:
    """Pair the properties of two cards by shared concept, in the source card's order.

    A pair that can be carried in neither direction is no pair: both systems decide the value for themselves.
    """
    return tuple(
        PropertyPair(p.path, twin.path, origin=Origin.INFERRED)
        for p in source.properties.values()
        if p.concept and (twin := target.by_concept(p.concept)) and (_can_receive(p) or _can_receive(twin))
    )


def _can_receive(card: PropertyCard) -> bool:
    return card.derived or card.writable is not Writable.NEVER
