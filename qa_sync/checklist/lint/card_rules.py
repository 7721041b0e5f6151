"""Lint rules that need a connector: they compare a spec with the entity cards of its two systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qa_sync.checklist.lint.known_paths import KnownPaths, type_fits
from qa_sync.dataflow.lint import is_path
from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Dataflow, Entity, Finding, PropertyPair, Section
from qa_sync.dataflow.parsing.sections import quote_text
from qa_sync.errors import UnknownName, did_you_mean
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable, find_card

Cards = Mapping[str, Mapping[str, EntityCard]]
"""Entity cards by system label, then by datatype."""


def card_findings(dataflow: Dataflow, cards: Cards) -> list[Finding]:
    """Return the findings where a spec contradicts the cards, and one for each system without connector.

    A section that repeats an earlier one has no findings of its own.
    """
    found = list(_unknown_systems(dataflow, cards))
    known: dict[tuple[str, str], KnownPaths] = {}
    for section in dataflow.sections:
        if section.duplicate_of is None:
            found += _section_findings(section, cards, known)
    return found


def _unknown_systems(dataflow: Dataflow, cards: Cards) -> Iterator[Finding]:
    seen = set(cards)
    for section in dataflow.sections:
        for label in (section.source.system, section.target.system):
            if label not in seen:
                seen.add(label)
                message = (
                    f"no connector for the system {quote_text(label)}; its entities and properties are not checked"
                )
                yield make_finding("no-connector", section.line, message)


EntityPaths = tuple[Entity, KnownPaths | None]
"""An entity and the paths of its card (None: it has no card)."""


def _section_findings(section: Section, cards: Cards, known: dict[tuple[str, str], KnownPaths]) -> Iterator[Finding]:
    sides: list[EntityPaths] = []
    for entity in (section.source, section.target):
        card = _card_or_reason(entity, cards)
        if isinstance(card, EntityCard):
            key = (card.system, card.datatype)
            known[key] = known.get(key) or KnownPaths(card)
            sides.append((entity, known[key]))
        else:
            sides.append((entity, None))
            if card is not None:
                yield make_finding("unknown-entity", section.line, card)
    source, target = sides
    yield from _unknown_properties(section, source, target)
    if target[1]:
        for pair in section.pairs:
            yield from _target_findings(pair, section, target[1])


def _card_or_reason(entity: Entity, cards: Cards) -> EntityCard | str | None:
    """Return the entity's card, or the reason why there is none (None: the system has no connector)."""
    if entity.system not in cards:
        return None
    try:
        return find_card(cards[entity.system], entity.entity, entity.system)
    except UnknownName as unknown:
        near = f"; {unknown.hint}" if unknown.hint else ""
        return f"the connector of {entity.system} has no entity {quote_text(entity.entity)}{near}"


def _unknown_properties(section: Section, source: EntityPaths, target: EntityPaths) -> Iterator[Finding]:
    reported = set()
    for entity, known, line, path in _named_paths(section, source, target):
        if (entity, line, path) in reported or not is_path(path) or known.has(path):
            continue
        reported.add((entity, line, path))
        near = did_you_mean(path, known.paths) if len(path) < 100 else None  # noqa: PLR2004 - names, not texts
        message = f"`{entity}` has no property {quote_text(path)}" + (f"; {near}" if near else "")
        yield make_finding("unknown-property", line, message)


def _named_paths(
    section: Section, source: EntityPaths, target: EntityPaths
) -> Iterator[tuple[Entity, KnownPaths, int, str]]:
    """Yield every path that a section names, with its entity and line, where the entity has a card."""
    for side, places in ((source, _lines_and_paths(section, 0)), (target, _lines_and_paths(section, 1))):
        entity, known = side
        if known:
            yield from ((entity, known, line, path) for line, path in places)


def _lines_and_paths(section: Section, side: int) -> Iterable[tuple[int, str]]:
    for row in section.criteria:
        yield row.line, (row.source, row.target)[side]
    for pair in section.pairs:
        line = pair.line or section.line
        yield line, (pair.source, pair.target)[side]
        yield from ((line, when.path) for when in (pair.source_when, pair.target_when)[side])


def _target_findings(pair: PropertyPair, section: Section, known: KnownPaths) -> Iterator[Finding]:
    card = known.property(pair.target)
    if card is None:
        return
    line = pair.line or section.line
    what = f"`{section.target} {pair.target}`"
    if code := _NOT_WRITABLE_CODES.get(card.writable):
        yield make_finding(code, line, f"{what} {_describe_not_writable(card)}")
    if pair.type and not type_fits(pair.type, card.form):
        message = f"the data type of {what} is {pair.type!r} in the spec, but {_describe_type(card)} in its connector"
        yield make_finding("type-contradiction", line, message)


_NOT_WRITABLE_CODES = {Writable.NEVER: "read-only-target", Writable.CREATE: "create-only-target"}


def _describe_not_writable(card: PropertyCard) -> str:
    if card.writable is Writable.CREATE:
        how = "can be written only at creation"
    else:
        how = "cannot be written, it is computed from other properties" if card.derived else "cannot be written"
    return how + (f": {card.why}" if card.why else "")


def _describe_type(card: PropertyCard) -> str:
    form = card.form
    return form.type if form.convert in {form.type, "text"} else f"{form.type} ({form.convert})"
