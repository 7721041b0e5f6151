"""New records that lack values, each other ones: where the source has none, the target must get none.

A sync may fill in what is missing from what is there, such as the e-mail address of the delivery from that of the
invoice. So of alike properties each is missing in a record that has the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from qa_sync.checklist.claims import Claim, NoValueSynced, PropertySynced
from qa_sync.checklist.samples.edit_rounds import ADDRESS_PARTS, Pairs, edit_groups, same_target
from qa_sync.checklist.samples.related_records import Claims
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import Writable

RECORDS = 3
"""The most records: of three alike properties each is there without the other two."""

TEXTS = frozenset({"text", "escaped_text", "html", "email", "phone"})
"""Conversions of values of which systems rarely have a default."""

PLACE = ADDRESS_PARTS | {"street1", "street2", "city"}
"""The parts of an address, which a system may take only together."""


class SparseRecord(Struct, frozen=True):
    """The step that creates the record, and what is claimed of its pairs, with and without a value."""

    insert: Insert
    claims: Claims


def sparse_records(context: SectionContext, tried: Iterable[tuple[str, PropertyPair]]) -> tuple[SparseRecord, ...]:
    """Return the records; none where they would have every value, or where a counterpart could not be found.

    `tried` are the pairs by the id of their check.
    """
    needed, named = tuple(needed_pairs(context)), tuple(tried)
    if not any(context.entities.carries_mark(pair) for pair in needed):
        return ()
    parts = _parts(context, [pair for pair in context.pairs if pair not in needed])
    made = (_sparse_record(context, f"sparse-{n}", (*needed, *part), named) for n, part in enumerate(parts, 1))
    return tuple(one for one in made if any(isinstance(claim, NoValueSynced) for _, claim in one.claims))


def _parts(context: SectionContext, optional: Sequence[PropertyPair]) -> tuple[Pairs, ...]:
    """Return the pairs that each record has, dealt in turn, so that alike ones are in different records."""
    card = context.entities.source.properties
    units: dict[str, list[PropertyPair]] = {}
    for group in edit_groups(optional, dict(card)):
        units.setdefault(_unit(context, group[0]), []).extend(group)
    alike = sorted(units.values(), key=lambda unit: _likeness(context, unit[0]))
    count = min(RECORDS, max(len(alike), 2)) if alike else 0
    return tuple(tuple(pair for unit in alike[n::count] for pair in unit) for n in range(count))


def _unit(context: SectionContext, pair: PropertyPair) -> str:
    """Return the name of what a system may take only together."""
    card = context.entities.property(pair, Side.SOURCE)
    head, _, part = ((card.concept if card else None) or "").rpartition(".")
    return f"{head}/place" if part in PLACE else pair.source


def _likeness(context: SectionContext, pair: PropertyPair) -> tuple[str, str]:
    """Return what alike properties have in common: the conversion, and the last part of the concept."""
    card = context.entities.property(pair, Side.TARGET)
    return (card.form.convert, (card.concept or "").rpartition(".")[2]) if card else ("", "")


def _sparse_record(
    context: SectionContext, role: str, pairs: Pairs, tried: Iterable[tuple[str, PropertyPair]]
) -> SparseRecord:
    insert = context.insert("create", role, only=pairs)
    written = _destinations(context, insert)
    claims: list[tuple[str | None, Claim]] = []
    for check, pair in tried:
        if pair.source in insert.values and not _is_derived(context, pair):
            claims.append((check, PropertySynced(role, Side.TARGET, pair, same_target(pair, context.pairs))))
        elif pair.source not in insert.values and pair.target not in written and _can_lack(context, pair):
            claims.append((check, NoValueSynced(role, Side.TARGET, pair)))
    return SparseRecord(insert, tuple(claims))


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
