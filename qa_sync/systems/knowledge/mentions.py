"""Collects what specs and settings say of properties: rows, merge criteria, conditions and configured pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from qa_sync.dataflow.model import Dataflow, Entity, Section, When
from qa_sync.errors import UnknownName
from qa_sync.settings.model import Settings, normalized_heading
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.pairing import Cards

EntityKey = tuple[str, str]
"""A system, by a name that all its labels share, and a datatype."""

PropertyKey = tuple[EntityKey, str]
"""An entity and the path of one of its properties."""


@dataclass
class Mentions:
    """What the specs of a run say of properties.

    `types` are the declared data types by property, in order; `partners` are the properties that hold the same value;
    `leads_to` maps an entity to those that its sections lead to, in either direction; `without_rows` are the entities
    of sections without rows, whose pairs are inferred.
    """

    types: dict[PropertyKey, dict[str, None]] = field(default_factory=dict)
    partners: dict[PropertyKey, dict[PropertyKey, None]] = field(default_factory=dict)
    leads_to: dict[EntityKey, dict[EntityKey, None]] = field(default_factory=dict)
    without_rows: set[EntityKey] = field(default_factory=set)

    def paths(self) -> dict[EntityKey, list[str]]:
        """Return the mentioned paths by entity, in the order of the specs."""
        found: dict[EntityKey, list[str]] = {}
        for entity, path in self.types:
            found.setdefault(entity, []).append(path)
        return found

    def add(self, key: PropertyKey, declared: str | None = None) -> None:
        """Add a property with the data type that a row declares (None: no type)."""
        types = self.types.setdefault(key, {})
        if declared and declared != "expression":
            types[declared] = None

    def add_pair(self, source: PropertyKey, target: PropertyKey, declared: str | None) -> None:
        """Add two properties that hold the same value; the type is that of the target."""
        self.add(source)
        self.add(target, declared)
        self.partners.setdefault(source, {})[target] = None
        self.partners.setdefault(target, {})[source] = None


def mentions_of(
    dataflows: Iterable[Dataflow], cards: Cards, settings: Settings, system: Callable[[str], str]
) -> Mentions:
    """Return what specs and settings say; `system` gives the name that all labels of a system share."""
    found = Mentions()
    for section in (section for dataflow in dataflows for section in dataflow.sections):
        ends = [_entity_key(entity, cards, system) for entity in (section.source, section.target)]
        if ends[0] and ends[1]:
            _add_section(found, section, ends[0], ends[1], settings)
    return found


def _entity_key(entity: Entity, cards: Cards, system: Callable[[str], str]) -> EntityKey | None:
    card = known_card(entity, cards)
    return (system(entity.system), card.datatype) if card else None


def known_card(entity: Entity, cards: Cards) -> EntityCard | None:
    """Return an entity's card, or None if there is none, which the checklist reports."""
    try:
        return find_card(cards.get(entity.system, {}), entity.entity, entity.system)
    except UnknownName:
        return None


def _add_section(found: Mentions, section: Section, source: EntityKey, target: EntityKey, settings: Settings) -> None:
    found.leads_to.setdefault(source, {})[target] = None
    found.leads_to.setdefault(target, {})[source] = None
    if not section.pairs:
        found.without_rows |= {source, target}
    for one, other, declared in _rows(section, settings):
        if one and other:
            found.add_pair((source, one), (target, other), declared)
    for pair in section.pairs:
        _add_conditions(found, source, pair.source_when)
        _add_conditions(found, target, pair.target_when)
    if condition_in_settings := settings.condition(section.heading):
        found.add((source, condition_in_settings.property))


def _add_conditions(found: Mentions, entity: EntityKey, conditions: Iterable[When]) -> None:
    for condition in conditions:
        if condition.path.strip():
            found.add((entity, condition.path))


def _rows(section: Section, settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    yield from ((p.source, p.target, p.type) for p in section.pairs)
    yield from ((c.source, c.target, None) for c in section.criteria)
    heading = normalized_heading(section.heading)
    yield from ((p.source, p.target, None) for p in settings.pairs if normalized_heading(p.section) == heading)
    yield from ((k.source, k.target, None) for k in settings.keys if normalized_heading(k.section) == heading)
