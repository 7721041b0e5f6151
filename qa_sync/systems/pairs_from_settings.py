"""Applies the pairs of the settings to their sections, and reports all problems with them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product

from msgspec.structs import replace

from qa_sync.dataflow.model import Dataflow, Entity, Origin, PropertyPair, Section
from qa_sync.errors import UnknownName, UsageError, did_you_mean
from qa_sync.settings.model import ConfiguredPair, Settings
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.connectors.find import LABELS
from qa_sync.systems.pairing import Cards


def with_configured_pairs(dataflow: Dataflow, configured: Sequence[ConfiguredPair]) -> Dataflow:
    """Return the dataflow with the settings' pairs (origin `settings`) in the sections whose property table is empty.

    Property tables that the spec fills itself do not change.
    """
    sections = tuple(
        replace(s, pairs=s.pairs or _as_property_pairs(_pairs_for(s, configured))) for s in dataflow.sections
    )
    return replace(dataflow, sections=sections)


def pair_problems(dataflows: Sequence[Dataflow], cards: Cards, settings: Settings) -> Iterator[UsageError]:
    """Yield the problems of the settings' pairs, each with its line.

    A problem is a property that an entity with a complete card does not have, or a heading that no section has. A
    heading about other systems than those of the given specs is not a problem, because specs may share settings.
    """
    sections = [section for dataflow in dataflows for section in dataflow.sections]
    for section in sections:
        for pair in _pairs_for(section, settings.pairs) if not section.pairs and section.duplicate_of is None else ():
            yield from _unknown_property(section.source, pair.source, cards, pair)
            yield from _unknown_property(section.target, pair.target, cards, pair)
    headings = {_folded(section.heading): section.heading for section in sections}
    ends = {(section.source.system.casefold(), section.target.system.casefold()) for section in sections}
    for pair in settings.pairs:
        if _folded(pair.section) not in headings and not _concerns_other_systems(pair, ends, settings):
            hint = did_you_mean(pair.section, headings.values()) or f"expected one of: {', '.join(headings.values())}"
            what = f"[[pairs]]: no section has the heading {pair.section!r}"
            yield UsageError(what, location=pair.location, hint=hint)


def _concerns_other_systems(pair: ConfiguredPair, ends: Iterable[tuple[str, str]], settings: Settings) -> bool:
    """Return whether a heading names two known systems that are not those of the specs."""
    heading = _folded(pair.section)
    known = {label.casefold() for label in chain(settings.systems, *LABELS.values())}
    about = {(a, b) for a, b in product(known, known) if heading.startswith(f"{a} ") and f" to {b} " in heading}
    return bool(about) and about.isdisjoint(ends)


def _pairs_for(section: Section, configured: Sequence[ConfiguredPair]) -> list[ConfiguredPair]:
    heading = _folded(section.heading)
    return [pair for pair in configured if _folded(pair.section) == heading]


def _as_property_pairs(configured: Iterable[ConfiguredPair]) -> tuple[PropertyPair, ...]:
    return tuple(PropertyPair(p.source, p.target, origin=Origin.SETTINGS) for p in configured)


def _unknown_property(entity: Entity, path: str, cards: Cards, pair: ConfiguredPair) -> Iterator[UsageError]:
    card = _find_card(entity, cards)
    if card is not None and card.complete and path not in card.properties:
        yield UnknownName(f"property of {entity}", path, card.properties, location=pair.location)


def _find_card(entity: Entity, cards: Cards) -> EntityCard | None:
    """Return an entity's card, or None if there is none, which the checklist reports."""
    try:
        return find_card(cards.get(entity.system, {}), entity.entity, entity.system)
    except UnknownName:
        return None


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold()
