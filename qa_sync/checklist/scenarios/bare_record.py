"""A new record with as few values as possible: where the source has none, the target must get none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from qa_sync.checklist.claims import Claim, NoValueSynced, PropertySynced
from qa_sync.checklist.samples.edit_rounds import same_target
from qa_sync.checklist.samples.related_records import Claims
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import Writable

BARE = "bare"
"""The role of the record."""

TEXTS = frozenset({"text", "escaped_text", "html", "email", "phone"})
"""Conversions of values of which systems rarely have a default."""


class BareRecord(Struct, frozen=True):
    """The step that creates the record, and what is claimed of the pairs in which it has no value."""

    insert: Insert
    claims: Claims


def bare_record(context: SectionContext, tried: Iterable[tuple[str, PropertyPair]]) -> BareRecord | None:
    """Return the record; None where it would have every value, or where its counterpart could not be found.

    `tried` are the pairs by the id of their check.
    """
    pairs = tuple(needed_pairs(context))
    if not any(context.entities.carries_mark(pair) for pair in pairs):
        return None
    insert = context.insert("create", BARE, only=pairs)
    written = _destinations(context, insert)
    claims: list[tuple[str | None, Claim]] = []
    for check, pair in tried:
        if pair.source in insert.values and not _is_derived(context, pair):
            claims.append((check, PropertySynced(BARE, Side.TARGET, pair, same_target(pair, context.pairs))))
        elif pair.source not in insert.values and pair.target not in written and _can_lack(context, pair):
            claims.append((check, NoValueSynced(BARE, Side.TARGET, pair)))
    lacks = any(isinstance(claim, NoValueSynced) for _, claim in claims)
    return BareRecord(insert, tuple(claims)) if lacks else None


def needed_pairs(context: SectionContext) -> Iterator[PropertyPair]:
    """Yield the pairs that either system requires, and one by which the counterpart is found."""
    required = [pair for pair in context.pairs if _is_required(context, pair)]
    yield from required
    if not any(context.entities.carries_mark(pair) for pair in required):
        yield from [pair for pair in context.pairs if context.entities.carries_mark(pair)][:1]


def _is_required(context: SectionContext, pair: PropertyPair) -> bool:
    cards = (context.entities.property(pair, side) for side in Side)
    return any(card and card.required for card in cards)


def _destinations(context: SectionContext, insert: Insert) -> frozenset[str]:
    return frozenset(pair.target for pair in context.pairs if pair.source in insert.values)


def _is_derived(context: SectionContext, pair: PropertyPair) -> bool:
    """Return whether a system computes the value, perhaps from values that this record lacks."""
    cards = (context.entities.property(pair, side) for side in Side)
    return any(card is not None and card.derived for card in cards)


def _can_lack(context: SectionContext, pair: PropertyPair) -> bool:
    """Return whether neither system decides the value itself; of an unknown one, whether it is a text."""
    cards = [context.entities.property(pair, side) for side in Side]
    known = all(context.entities.card(side).complete for side in Side)
    return not any(
        c is None or c.derived or c.fixed or c.writable is Writable.NEVER or not (known or c.form.convert in TEXTS)
        for c in cards
    )
