"""Values for example requests, whose templates are rendered before anything is written.

A record that a check creates has the values of that check; one that the built-in sync creates has a value in each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from qa_sync.checklist.model import Checklist
from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.checklist.samples.record import RecordBuilder
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import IdOf, Insert, SampleValue, ValueOf
from qa_sync.dataflow.model import PropertyPair
from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import EntityCard
from qa_sync.values.canonical import to_wire
from qa_sync.values.form import Canonical, Json

Place = tuple[str, str]
"""The label of a system and a datatype."""

MARK: Final = "qspecimen"
"""The mark in the texts of an example, which is never sent."""


def places_of(checklists: Sequence[Checklist]) -> Iterator[Place]:
    """Yield the entities of all roles of the scenarios, those of both sides."""
    for plan in (plan for checklist in checklists for plan in checklist.sections):
        labels = plan.section.source.system, plan.section.target.system
        for role in (role for scenario in plan.scenarios for role in scenario.roles.values()):
            yield from zip(labels, (role.source.datatype, role.target.datatype), strict=True)


def values_of_checks(checklists: Sequence[Checklist], *, sync_creates: bool) -> Mapping[Place, Mapping[str, Json]]:
    """Return the wire values of the first record of each entity that is created, none for the other entities.

    `sync_creates`: the sync, whose requests are ours, creates records of the other entities.
    """
    found: dict[Place, Mapping[str, Json]] = {}
    for plan in (plan for checklist in checklists for plan in checklist.sections):
        labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
        for scenario in plan.scenarios:
            for step in (step for step in scenario.steps if isinstance(step, Insert)):
                card = scenario.roles[step.role].card(step.side)
                found.setdefault((labels[step.side], card.datatype), _wire_values(card, step.values))
    others = values_of_rows(_entity_pairs(checklists)) if sync_creates else {}
    return {place: found.get(place) or others.get(place, {}) for place in places_of(checklists)}


def _entity_pairs(checklists: Sequence[Checklist]) -> Iterator[EntityPair]:
    for plan in (plan for checklist in checklists for plan in checklist.sections):
        roles = (role for scenario in plan.scenarios for role in scenario.roles.values())
        own = next((role for role in roles if role.section == plan.section.ordinal), None)
        if own:
            yield EntityPair(plan.section, own.source, own.target)


def values_of_rows(sections: Iterable[EntityPair]) -> Mapping[Place, Mapping[str, Json]]:
    """Return wire values for a record of each entity of the sections, with a value in each row."""
    found: dict[Place, Mapping[str, Json]] = {}
    for entities in sections:
        criteria = tuple(PropertyPair(row.source, row.target) for row in entities.section.criteria)
        for side in Side:
            card, label = entities.card(side), entities.entity(side).system
            roles = {own.references: ("any",) for own in card.properties.values() if own.references}
            builder = RecordBuilder(entities, side, MARK, 0, roles, creating=True)
            values = {**found.get((label, card.datatype), {})}
            values |= _wire_values(card, builder.values((*entities.pairs, *criteria)))
            found[label, card.datatype] = values
    return found


def _wire_values(card: EntityCard, values: Mapping[str, SampleValue]) -> dict[str, Json]:
    known = {path: _specimen(value) for path, value in values.items()}
    found: dict[str, Json] = {}
    for path, value in known.items():
        with suppress(NotConvertible):
            found[card.properties[path].write_path] = to_wire(value, card.properties[path].form, known)
    return found


def _specimen(value: SampleValue) -> Canonical:
    """Return a sample value without placeholders: the ids and values of other records are not known yet."""
    if isinstance(value, IdOf | ValueOf):
        return "1"
    return tuple(_specimen(v) for v in value) if isinstance(value, tuple) else value
