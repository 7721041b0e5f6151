"""Properties that no row of the document is about: a sync has no business with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qa_sync.checklist.model import Side
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.checklist.samples.record import is_of_lines
from qa_sync.checklist.samples.values import BY_CONCEPT
from qa_sync.checklist.scenarios.context import Brief
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.pairing import pairs_of


def own_affair(brief: Brief, side: Side) -> PropertyCard | None:
    """Return a text of the entity on a side that nothing synchronises, None when there is none that can be written."""
    if brief.ends.no_operation(side, "update"):
        return None
    card = brief.ends.card(side)
    known = {*_named((brief.ends, *brief.company.siblings.values()), card)}
    known |= brief.linking.inside.keys() if side is Side.SOURCE else set()
    written = {card.properties[path].write_path for path in known & card.properties.keys()}
    own = (p for p in card.properties.values() if p.path not in known and p.write_path not in written)
    return next((p for p in own if _is_plain(p)), None)


def _named(sections: Iterable[Ends], card: EntityCard) -> Iterator[str]:
    """Yield the paths of an entity that sections are about."""
    for ends in sections:
        pairs, criteria = pairs_of(ends.section, ends.source, ends.target), ends.section.criteria
        if ends.source is card:
            yield from (*(pair.source for pair in pairs), *(row.source for row in criteria))
            yield from (when.path for pair in pairs for when in pair.source_when)
        if ends.target is card:
            yield from (*(pair.target for pair in pairs), *(row.target for row in criteria))
            yield from (when.path for pair in pairs for when in pair.target_when)


def _is_plain(card: PropertyCard) -> bool:
    """Tell whether a property is a text that stands for itself; an element of a list that a selector means is not."""
    apart = card.unique or card.required or card.references or card.also or card.fixed or card.concept in BY_CONCEPT
    plain = card.form.convert == "text" and card.writable is Writable.ALWAYS and not card.derived
    return plain and not apart and not is_of_lines(card) and "[" not in card.write_path
