"""Properties that no row of the spec maps: a sync must not change them."""

from __future__ import annotations

from qa_sync.checklist.pair_capabilities import mapped_paths
from qa_sync.checklist.samples.record import is_line_property
from qa_sync.checklist.samples.values import own_rule
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.steps import Side
from qa_sync.systems.cards import PropertyCard, Writable


def unmapped_property(context: SectionContext, side: Side) -> PropertyCard | None:
    """Return a writable text property of a side that nothing synchronizes, None when there is none."""
    if context.entities.reason_no_operation(side, "update"):
        return None
    card = context.entities.card(side)
    mapped = {*mapped_paths((context.entities, *context.related.siblings.values()), card)}
    mapped |= context.linking.condition_values.keys() if side is Side.SOURCE else set()
    mapped_write_paths = {card.properties[path].write_path for path in mapped & card.properties.keys()}
    unmapped = (p for p in card.properties.values() if p.path not in mapped and p.write_path not in mapped_write_paths)
    return next((p for p in unmapped if _is_plain(p) and p.path not in card.volatile), None)


def _is_plain(card: PropertyCard) -> bool:
    """Return whether a property is a plain text without side effects; a list element behind a selector is not."""
    special = card.unique or card.required or card.references or card.also or card.fixed or own_rule(card.concept)
    plain_text = card.form.convert == "text" and card.writable is Writable.ALWAYS and not card.derived
    return plain_text and not special and not is_line_property(card) and "[" not in card.write_path
