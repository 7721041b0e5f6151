"""The property pairs of two entities: those of the spec, of the settings, or of the concepts that both cards share.

The built-in sync and the checks both use these pairs, because they follow from specs and connectors alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.dataflow.model import Origin, PropertyPair, Section
from qa_sync.dataflow.unread import may_infer_pairs
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""


def pairs_of(section: Section, source: EntityCard, target: EntityCard) -> tuple[PropertyPair, ...]:
    """Return the section's pairs; an empty property table is filled from the two cards."""
    return section.pairs or (inferred_pairs(source, target) if may_infer_pairs(section) else ())


def inferred_pairs(source: EntityCard, target: EntityCard) -> tuple[PropertyPair, ...]:
    """Pair the properties of two cards by shared concept, in the source card's order.

    Omits a pair that neither system can receive, because both systems set the value themselves, and a pair that both
    compute: no sync can make two totals equal when one of them contains taxes or is rounded otherwise.
    """
    by_concept, counterparts = _by_concept(source), _by_concept(target)
    return tuple(
        PropertyPair(p.path, counterpart.path, origin=Origin.INFERRED)
        for p in source.properties.values()
        if p.concept
        and by_concept[p.concept] is p
        and (counterpart := counterparts.get(p.concept))
        and not (p.derived and counterpart.derived)
        and (_can_receive(p) or _can_receive(counterpart))
    )


def _by_concept(card: EntityCard) -> dict[str, PropertyCard]:
    """Return the properties by concept; of several with one concept that with the shortest path."""
    found: dict[str, PropertyCard] = {}
    for p in card.properties.values():
        if p.concept and (p.concept not in found or len(p.path) < len(found[p.concept].path)):
            found[p.concept] = p
    return found


def _can_receive(card: PropertyCard) -> bool:
    return card.derived or card.writable is not Writable.NEVER
