"""The property pairs of two entities: those of the spec, of the settings, or of the concepts that both cards share.

The built-in sync and the checks both use these pairs, because they follow from specs and connectors alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from qa_sync.dataflow.model import Origin, PropertyPair, Section
from qa_sync.dataflow.unread import may_infer_pairs
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.values.conversions.html import TAGS

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


def with_tags(section: Section, source: EntityCard, target: EntityCard) -> tuple[EntityCard, EntityCard]:
    """Return the two cards with the texts marked whose tags count: both sides of their pairs hold HTML.

    A text that is also paired with a plain one, or is in a merge table, is compared without its tags.
    """
    criteria = [(c.source, c.target) for c in section.criteria]
    pairs = [*((p.source, p.target) for p in pairs_of(section, source, target)), *criteria]
    rich = {both for both in pairs if _is_html(source, both[0]) and _is_html(target, both[1])} - {*criteria}
    while mixed := {one for one in rich for other in pairs if other not in rich and _shares(one, other)}:
        rich -= mixed
    return _with_tags(source, {one for one, _ in rich}), _with_tags(target, {other for _, other in rich})


def _is_html(card: EntityCard, path: str) -> bool:
    return path in card.properties and card.properties[path].form.convert == "html"


def _shares(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] or one[1] == other[1]


def _with_tags(card: EntityCard, paths: set[str]) -> EntityCard:
    marked = {path: _marked(card.properties[path]) for path in card.properties if path in paths}
    return replace(card, properties={**card.properties, **marked}) if marked else card


def _marked(card: PropertyCard) -> PropertyCard:
    return replace(card, form=replace(card.form, options={**card.form.options, TAGS: True}))


def _by_concept(card: EntityCard) -> dict[str, PropertyCard]:
    """Return the properties by concept; of several with one concept that with the shortest path."""
    found: dict[str, PropertyCard] = {}
    for p in card.properties.values():
        if p.concept and (p.concept not in found or len(p.path) < len(found[p.concept].path)):
            found[p.concept] = p
    return found


def _can_receive(card: PropertyCard) -> bool:
    return card.derived or card.writable is not Writable.NEVER
