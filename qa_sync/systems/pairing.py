"""Which properties of two entities carry the same thing: the document's rows, the settings', or what the cards share.

Both the worker and the judge take their pairs from here: it is knowledge of documents and connectors, not an opinion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa_sync.dataflow.model import Dataflow, Entity, Origin, PropertyPair, Section
from qa_sync.errors import UnknownName
from qa_sync.settings.model import SettledPair
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable, find_card

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""


def with_settled(dataflow: Dataflow, cards: Cards, settled: Sequence[SettledPair]) -> Dataflow:
    """Return the dataflow with the settings' pairs (origin `settings`) in the sections whose property table is empty.

    What the document lists itself is its promise, and stays as it is. Raises UnknownName with the pair's line in the
    settings for a property that the entity's card does not have.
    """
    by_heading: dict[str, list[SettledPair]] = {}
    for pair in settled:
        by_heading.setdefault(_folded(pair.section), []).append(pair)
    sections = tuple(_settled(s, cards, by_heading.get(_folded(s.heading), ())) for s in dataflow.sections)
    return replace(dataflow, sections=sections)


def _settled(section: Section, cards: Cards, pairs: Sequence[SettledPair]) -> Section:
    if section.pairs or not pairs:
        return section
    for pair in pairs:
        _check(section.source, pair.source, cards, pair)
        _check(section.target, pair.target, cards, pair)
    return replace(section, pairs=tuple(PropertyPair(p.source, p.target, origin=Origin.SETTINGS) for p in pairs))


def _check(entity: Entity, path: str, cards: Cards, pair: SettledPair) -> None:
    try:
        card = find_card(cards.get(entity.system, {}), entity.entity, entity.system)
    except UnknownName:
        return  # the checklist tells of an entity without a card
    if path not in card.properties:
        raise UnknownName(f"property of {entity}", path, card.properties, location=pair.location)


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def pairs_of(section: Section, source: EntityCard, target: EntityCard) -> tuple[PropertyPair, ...]:
    """Return the section's pairs; an empty property table is filled from the two cards (DESIGN 3)."""
    return section.pairs or inferred_pairs(source, target)


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
