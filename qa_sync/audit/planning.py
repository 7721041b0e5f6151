"""Plans an audit from the dataflow, the entity cards and the settings, without input or output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from msgspec import Struct

from qa_sync.audit.claims import EntityPair, claims_of
from qa_sync.audit.model import AuditableSection, MatchMethod, MatchRule, SectionPlan
from qa_sync.dataflow.model import Dataflow, Entity, Section, StatementKind
from qa_sync.errors import UnknownName
from qa_sync.location import Location
from qa_sync.settings.model import ConfiguredCondition, ConfiguredKey
from qa_sync.systems.cards import EntityCard, PropertyCard, find_card
from qa_sync.systems.pairing import Cards, with_tags
from qa_sync.values.condition import Condition
from qa_sync.values.form import Form

NOT_MATCHED = (
    "no key for matching records: the section has no merge criteria, the settings have no [[keys]] for it, "
    "there are no links, and the two entities have no unique property in common"
)


class AuditConfig(Struct, frozen=True):
    """The configuration of an audit: entity cards, sections with links, and rules of the settings.

    `erase` is whether clearing a value clears it on the other side.
    """

    cards: Cards
    keys: Sequence[ConfiguredKey] = ()
    linked_entities: frozenset[str] = frozenset()
    conditions: Sequence[ConfiguredCondition] = ()
    erase: bool = False


def plan_sections(dataflow: Dataflow, together: Sequence[Dataflow], known: AuditConfig) -> tuple[SectionPlan, ...]:
    """Return the plans of a spec's sections; `together` are all specs of the audit, which may contain the reverse.

    Raises UnknownName for a property in a key or condition of the settings that an entity does not have.
    """
    sections = [s for s in dataflow.sections if s.duplicate_of is None]
    found = {s.ordinal: _cards_of(dataflow, s, known.cards) for s in sections}
    ends = {at: pair for at, pair in found.items() if isinstance(pair, EntityPair)}
    mirrored = {_names(s)[::-1] for d in together for s in d.sections if s.statement(StatementKind.EVERY)}
    plans = []
    for section in sections:
        pair = found[section.ordinal]
        prefix = f"{PurePath(dataflow.path).stem}/{section.key}"
        match = _match(pair, known) if isinstance(pair, EntityPair) else None
        if not isinstance(pair, EntityPair) or match is None:
            plans.append(SectionPlan(section, prefix, None, pair if isinstance(pair, str) else NOT_MATCHED))
            continue
        reverse = None if _names(section) in mirrored else _unclaimed_section(section)
        claims = claims_of(pair, prefix, ends, erase=known.erase)
        condition = _condition(pair, known)
        manual = None if condition else _manual_reason(section)
        ready = AuditableSection(
            pair.source, pair.target, match, claims, _no_coverage(section), manual, reverse, condition
        )
        plans.append(SectionPlan(section, prefix, ready))
    return tuple(plans)


def _names(section: Section) -> tuple[str, ...]:
    return str(section.source).casefold(), str(section.target).casefold()


def _unclaimed_section(section: Section) -> str:
    return f"the spec does not require a {section.source} for every {section.target}"


def _cards_of(dataflow: Dataflow, section: Section, cards: Cards) -> EntityPair | str:
    def card(entity: Entity) -> EntityCard:
        return find_card(cards[entity.system], entity.entity, entity.system, Location(dataflow.path, section.line))

    try:
        found = EntityPair(section, *with_tags(section, card(section.source), card(section.target)))
    except KeyError as unknown:
        return f"no connector for {unknown.args[0]}"
    except UnknownName as error:
        return error.message
    for entity, one in ((section.source, found.source), (section.target, found.target)):
        if "list" in one.cannot:
            return f"{entity} cannot be listed: {one.cannot['list']}"
    return found


def _links_key(ends: EntityPair) -> str:
    """Return the key under which a sync stores the links of two entities, whatever sections there are."""
    section = ends.section
    return f"{section.source.system} {ends.source.datatype} = {section.target.system} {ends.target.datatype}"


def _match(ends: EntityPair, known: AuditConfig) -> MatchRule | None:
    section = ends.section
    if rows := [(c.source, c.target) for c in section.criteria if c.source and c.target]:
        keys = [(_property(ends.source, one), _property(ends.target, other)) for one, other in rows]
        return MatchRule(MatchMethod.CRITERIA, tuple(keys))
    if configured := [key for key in known.keys if _normal_heading(key.section) == _normal_heading(section.heading)]:
        return MatchRule(MatchMethod.SETTINGS, tuple(_configured_match(ends, key) for key in configured))
    linked = _links_key(ends)
    if linked in known.linked_entities:
        return MatchRule(MatchMethod.LINKS, links=linked)
    shared = _unique_in_both(ends.source, ends.target)
    return MatchRule(MatchMethod.CONCEPT, (shared,)) if shared else None


def _configured_match(ends: EntityPair, key: ConfiguredKey) -> tuple[PropertyCard, PropertyCard]:
    for card, path in ((ends.source, key.source), (ends.target, key.target)):
        if card.properties and path not in {card.key, *card.properties}:
            raise UnknownName(f"property of {card.names[0]}", path, card.properties, location=key.location)
    return _property(ends.source, key.source), _property(ends.target, key.target)


def _property(card: EntityCard, path: str) -> PropertyCard:
    if path == card.key:
        return PropertyCard(path, Form(convert="identifier"))
    return card.properties.get(path) or PropertyCard(path, Form())


def _unique_in_both(source: EntityCard, target: EntityCard) -> tuple[PropertyCard, PropertyCard] | None:
    """Return the first property that both entities have and that is unique in one of them."""
    for one in source.properties.values():
        other = target.by_concept(one.concept) if one.concept else None
        if other and (one.unique or other.unique):
            return one, other
    return None


def _normal_heading(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _no_coverage(section: Section) -> str | None:
    if section.statement(StatementKind.LINK_FIRST) and not section.statement(StatementKind.NEW_IF_CONNECTED):
        return f"a {section.source} is only linked, so one without a {section.target} is no failure"
    if not any(section.statement(kind) for kind in _COVERAGE_STATEMENTS):
        return "the section does not state which records need a counterpart"
    return None


_COVERAGE_STATEMENTS = (StatementKind.EVERY, StatementKind.CONDITION, StatementKind.NEW_IF_CONNECTED)


def _manual_reason(section: Section) -> str | None:
    for kind in (StatementKind.CONDITION, StatementKind.NEW_IF_CONNECTED):
        if statement := section.statement(kind):
            return f"manual check: select the {section.source} concerned: {statement.text.splitlines()[0]}"
    if section.source.facet:
        return f"manual check: select the records that are {section.source.facet}"
    return None


def _condition(ends: EntityPair, known: AuditConfig) -> Condition | None:
    """Return the condition of the settings for a section; None without one, or if the section has other limits."""
    section, card = ends.section, ends.source
    configured = next(
        (c for c in known.conditions if _normal_heading(c.section) == _normal_heading(section.heading)), None
    )
    limits = [section.statement(StatementKind.NEW_IF_CONNECTED), section.source.facet]
    if configured is None or any(limits) or not section.statement(StatementKind.CONDITION):
        return None
    if card.properties and configured.property not in card.properties:
        raise UnknownName(
            f"property of {card.names[0]}", configured.property, card.properties, location=configured.location
        )
    return Condition(configured.property, configured.values)


class ExportSides(Struct, frozen=True):
    """Which system an export is of: the left one is of the source of the first section, the right one of its target."""

    labels: tuple[str, str]

    def of(self, label: str, at: int) -> int:
        """Return the side (0 left, 1 right) of a system that is the source (0) or the target (1) of some section."""
        known = len({*self.labels}) > 1 and label in self.labels
        return self.labels.index(label) if known else at


def exported_labels(dataflows: Sequence[Dataflow], exports: tuple[object, object]) -> frozenset[str]:
    """Return the labels of the systems of which only exports are read; an export that is not given is None."""
    sections = [s for d in dataflows for s in d.sections if s.duplicate_of is None]
    sides = export_sides(sections)
    ends = [
        (end.system, exports[sides.of(end.system, at)]) for s in sections for at, end in enumerate((s.source, s.target))
    ]
    return frozenset(label for label, export in ends if export is not None) - {
        label for label, export in ends if export is None
    }


def export_sides(sections: Sequence[Section]) -> ExportSides:
    """Return the sides of the systems in the sections."""
    firsts = next(((s.source.system, s.target.system) for s in sections if s.duplicate_of is None), ("", ""))
    return ExportSides(firsts)
