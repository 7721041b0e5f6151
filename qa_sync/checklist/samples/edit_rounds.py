"""Groups edits into rounds: first all properties, then only some of them.

An edit of all properties hides an update that writes to the wrong property or clears the others; an edit of half of
them does not. Each property is edited at least twice, because a sync may apply only the first edit.
"""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.checklist.side import Side
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import PropertyCard

Pairs = tuple[PropertyPair, ...]

ADDRESS_PARTS = frozenset({"country", "region", "postal_code"})
"""Address fields that systems validate against each other."""
ORDER_TOTALS = frozenset({"subtotal", "shipping_total", "discount_total", "tax_total", "total"})
CURRENCY = "currency"
"""The concept of the currency, which decides the decimal places of all amounts of its record."""


def receiving_path(pair: PropertyPair, edited: Side) -> str:
    """Return the path that receives the value when a pair is edited on a side."""
    return pair.target if edited is Side.SOURCE else pair.source


def edited_path(pair: PropertyPair, edited: Side) -> str:
    """Return the path of a pair that is edited."""
    return pair.source if edited is Side.SOURCE else pair.target


def edit_groups(pairs: Iterable[PropertyPair], card: dict[str, PropertyCard | None]) -> tuple[Pairs, ...]:
    """Return groups of pairs that can only be edited together; `card` are the source's property cards by path."""
    found: dict[str, list[PropertyPair]] = {}
    joined: dict[str, str] = {}
    for pair in pairs:
        name = _group_name(pair, card.get(pair.source))
        # Several sources of one target are one group, and so are several targets of one source.
        name = joined.setdefault(f"s:{pair.source}", joined.setdefault(f"t:{pair.target}", name))
        found.setdefault(name, []).append(pair)
    return tuple(tuple(group) for group in found.values())


def _group_name(pair: PropertyPair, card: PropertyCard | None) -> str:
    concept = (card.concept if card else None) or pair.source
    head, _, tail = concept.rpartition(".")
    if head.startswith("lines") or concept in ORDER_TOTALS or concept == CURRENCY:
        return "amounts"
    return f"{head}/place" if tail in ADDRESS_PARTS else concept


def edit_rounds(groups: tuple[Pairs, ...], edited: Side, *, one_by_one: bool = False) -> tuple[Pairs, ...]:
    """Return the pairs to edit in each round; `one_by_one`: each group by itself instead of half of them at a time.

    Two pairs with one destination are edited in one round only when their edited properties differ in nothing else: an
    edit of two target properties with one source would be a conflict, so the second has its own round.
    """
    split = [_split(group, edited) for group in groups]
    first = [at_once for at_once, _ in split]
    partial: list[list[Pairs]] = [[group] for group in first] if one_by_one else [first[::2], first[1::2]]
    later: list[list[Pairs]] = [[(pair,)] for _, rest in split for pair in rest]
    rounds: list[list[Pairs]] = [first, *partial, *later]
    edits = [_flat(groups) for groups in rounds]
    return tuple(pairs for pairs in edits if pairs)


def _split(group: Pairs, edited: Side) -> tuple[Pairs, Pairs]:
    """Return the pairs that can be edited in one round, and those that would conflict with one of them."""
    if edited is Side.SOURCE:
        return group, ()
    seen: set[str] = set()
    at_once = []
    for pair in group:
        if pair.source not in seen:
            at_once.append(pair)
        seen.add(pair.source)
    return tuple(at_once), tuple(p for p in group if p not in at_once)


def _flat(groups: Iterable[Pairs]) -> Pairs:
    return tuple(pair for group in groups for pair in group)


def same_target(pair: PropertyPair, pairs: Iterable[PropertyPair]) -> Pairs:
    """Return the other pairs with the same target: any of several sources may match."""
    return tuple(p for p in pairs if p.target == pair.target and p != pair)


def without_shared_ends(pairs: Pairs) -> Pairs:
    """Return the pairs that share no property with another pair: an edit of one would edit the other."""
    sources, targets = [p.source for p in pairs], [p.target for p in pairs]
    return tuple(p for p in pairs if sources.count(p.source) == targets.count(p.target) == 1)
