"""For each fault: where in a document it shows, by which kinds of check, and else why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fault_facts import Facts, Pair, Place
from fault_values import (
    is_amount,
    is_astral,
    is_choice,
    is_country_code,
    is_country_name,
    is_currency,
    is_date,
    is_decimal,
    is_email,
    is_exact_amount,
    is_filled,
    is_free,
    is_instant_or_its_date,
    is_list,
    is_long,
    is_longer_than,
    is_negative,
    is_phone,
    is_postal_code,
    is_prefixed_region,
    is_region,
    is_spaced,
    is_tagged,
    is_truth,
    is_typed,
    is_zero,
    may_lack,
    may_lack_number,
    may_lack_text,
)
from msgspec import Struct

from qa_sync.checklist.depth import Depth
from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.faults.matching import NAMES
from qa_sync.sync.faults.property_kinds import NUMBERS, is_edited, is_free_text, is_written
from qa_sync.sync.faults.values.texts import COLUMN, MANY
from qa_sync.sync.faults.writes.invented_values import alike_property
from qa_sync.sync.faults.writes.wrong_property import similar_rows, swappable_rows
from qa_sync.sync.lanes import Row, Side
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.conversions.currencies import USUAL

Where = Callable[[Facts], Iterator[Place]]
Touches = Callable[[PropertyCard, PropertyCard], bool]
"""Whether a fault damages what a property is given by another: the receiver's card, the giver's."""

FORWARD, BACKWARD = "update-forward", "update-backward"
KIND_OF = {Side.SOURCE: FORWARD, Side.TARGET: BACKWARD}
"""The kind of check by the side that is edited."""


class Rule(Struct, frozen=True):
    """Where a fault shows in a section; `why_not` is the reason when it shows in none of a document's.

    `depth` is the least depth that tries it.
    """

    where: Where
    why_not: str
    depth: Depth = Depth.STANDARD


def values(touches: Touches) -> Where:
    """Return where a damaged value shows: in the new record, and after an edit on either side."""

    def where(facts: Facts) -> Iterator[Place]:
        for pair in facts.pairs:
            arrives = facts.arrives(pair) or (facts.derives(pair) and is_list(pair.target, pair.source))
            if arrives and touches(pair.target, pair.source):
                yield from facts.about(pair, "property")
            for edited in Side:
                if facts.follows(pair, edited) and touches(pair.card(edited.other), pair.card(edited)):
                    yield from facts.about(pair, KIND_OF[edited])

    return where


def updates(*sides: Side) -> Where:
    """Return where it shows that edits on these sides are not carried."""

    def where(facts: Facts) -> Iterator[Place]:
        for pair in facts.followers():
            for edited in sides:
                yield from facts.about(pair, KIND_OF[edited])

    return where


def created(*kinds: str) -> Where:
    """Return where it shows that new records are dealt with wrongly."""
    return lambda facts: facts.whole(*kinds) if facts.creates else iter(())


def edited(*kinds: str) -> Where:
    """Return where it shows, by checks about whole records, that an update does more than it should."""
    return lambda facts: facts.whole(*kinds) if any(facts.followers()) else iter(())


def said(statement: StatementKind, *kinds: str) -> Where:
    """Return where it shows that a statement is not heard."""
    return lambda facts: facts.whole(*kinds) if facts.says(statement) else iter(())


def _repeated_updates(facts: Facts) -> Iterator[Place]:
    for pair in facts.followers():
        yield from facts.about(pair, FORWARD, BACKWARD, "newest-wins", "independent")
    yield from edited("newest-wins", "independent")(facts)


def _mixed(two: Callable[[list[Row]], list[tuple[Row, Row]]]) -> Where:
    def where(facts: Facts) -> Iterator[Place]:
        chosen = two([p.row for p in facts.pairs if not p.conditional])[:1]
        rows = [row for pair in chosen for row in pair]
        for pair in (p for p in facts.pairs if p.row in rows):
            yield from facts.about(pair, *(["property"] if facts.arrives(pair) else []))
            yield from facts.about(pair, *([FORWARD, BACKWARD] if facts.follows(pair, Side.SOURCE) else []))

    return where


def _reset(facts: Facts) -> Iterator[Place]:
    two_way = list(facts.followers())
    for pair in two_way:
        cards = [pair.card(side) for side in Side]
        if len(two_way) > 1 and any(is_free_text(c) and is_edited(c) and not c.required for c in cards):
            yield from facts.about(pair, "independent", FORWARD, BACKWARD)
            yield from facts.whole("independent")


def _erased(facts: Facts) -> Iterator[Place]:
    for pair in facts.followers():
        if all(is_free_text(pair.card(side)) and not pair.card(side).required for side in Side):
            yield from facts.about(pair, "empty")
            yield from facts.whole("empty")


def _returned(facts: Facts) -> Iterator[Place]:
    replaced = [p for p in facts.followers() if not p.target.unique and not is_list(p.target, p.source)]
    for pair in replaced:
        yield from facts.about(pair, FORWARD, BACKWARD, "newest-wins")
    if replaced:
        yield from facts.whole("stable", "newest-wins")


def _wrong_record(facts: Facts) -> Iterator[Place]:
    for pair in facts.followers():
        yield from facts.about(pair, FORWARD, BACKWARD)
    yield from edited("isolated")(facts)


def _named_alike(facts: Facts) -> Iterator[Place]:
    named = [p for p in facts.pairs if p.target.concept in NAMES and facts.arrives(p)]
    if facts.creates and named:
        yield from facts.whole("merge-not", "create", "isolated")


def _merged_empty(facts: Facts) -> Iterator[Place]:
    may_be_empty = (row for row in facts.criteria if not (row.source.required or row.target.required))
    if facts.creates and any(may_be_empty):
        yield from facts.whole("merge-not")


def _merged(facts: Facts) -> Iterator[Place]:
    if facts.criteria and facts.links:
        yield from facts.whole("merge")
        for row in facts.criteria:
            yield from facts.about(row, "merge")


def _spilt(facts: Facts) -> Iterator[Place]:
    texts = (is_free_text(p) and is_edited(p) for card in facts.strangers for p in card.properties.values())
    if facts.links and any(texts):
        yield from facts.whole("isolated")


def _first_only(facts: Facts) -> Iterator[Place]:
    if facts.removable:
        yield from created("create", "unique")(facts)
        yield from updates(*Side)(facts)


def _matched_once(facts: Facts) -> Iterator[Place]:
    if facts.criteria and any(facts.followers()):
        yield from _merged(facts)


def _merge_erased(facts: Facts) -> Iterator[Place]:
    keys = {path for row in facts.criteria for path in row.paths}
    texts = [p for p in facts.followers() if all(_is_optional_text(p.card(side)) for side in Side)]
    if len(facts.pairs) > SHOWING and any(not keys & set(p.paths) for p in texts):
        yield from _merged(facts)


def _is_optional_text(card: PropertyCard) -> bool:
    return is_free_text(card) and is_edited(card) and not card.required


def _unmapped(facts: Facts) -> Iterator[Place]:
    for side in Side:
        own = (c for c in facts.card(side).properties.values() if c.path not in facts.mapped(side))
        if any(_is_optional_text(c) and c.form.convert == "text" and "[" not in c.write_path for c in own):
            yield from edited("isolated")(facts)


def _case(facts: Facts) -> Iterator[Place]:
    for pair in facts.followers():
        if all(is_free_text(pair.card(side)) for side in Side) and not is_list(pair.target, pair.source):
            yield from facts.about(pair, FORWARD, BACKWARD)


def _paged(facts: Facts) -> Iterator[Place]:
    alone = not facts.says(StatementKind.LINK_FIRST) and facts.says(StatementKind.EVERY)
    if alone and facts.creates and facts.removable and facts.source.page_size in range(1, 101):
        yield from facts.whole("create")


def _deleted(facts: Facts) -> Iterator[Place]:
    if any("delete" not in facts.card(side).cannot for side in Side):  # whichever check edits first
        yield from edited("stable", "any-time")(facts)
    for edited_side in Side:
        if "delete" not in facts.card(edited_side.other).cannot:
            yield from updates(edited_side)(facts)


def _refers(facts: Facts) -> Iterator[Place]:
    for pair in (p for p in facts.pairs if p.target.references and p.source.references):
        yield from facts.about(pair, *(["property"] if facts.arrives(pair) else []))
        yield from facts.about(pair, *([FORWARD, BACKWARD] if facts.follows(pair, Side.SOURCE) else []))


def _longer(facts: Facts) -> Iterator[Place]:
    listed = [pair for pair in facts.followers() if is_list(pair.target, pair.source)]
    carried = {path for pair in listed for path in pair.paths}
    cards = [card for side in Side for card in facts.card(side).properties.values()]
    if all(c.path in carried for c in cards if c.required and (c.concept or "").startswith("lines.")):
        for pair in listed:
            yield from facts.about(pair, FORWARD, BACKWARD)


def _shorter(facts: Facts) -> Iterator[Place]:
    if all(facts.card(side).can_remove_elements for side in Side):
        yield from _longer(facts)


def _true_at_first(facts: Facts) -> Iterator[Place]:
    for pair in facts.pairs:
        if (
            facts.removable
            and facts.arrives(pair)
            and pair.target.form.type == "boolean"
            and is_truth(pair.target, pair.source)
        ):
            yield from facts.about(pair, "property")


def _filled_at_first(facts: Facts) -> Iterator[Place]:
    for pair in facts.pairs:
        if facts.arrives(pair) and is_filled(pair.target, pair.source):
            yield from facts.about(pair, "property")


def _returned_to_source(facts: Facts) -> Iterator[Place]:
    for pair in (p for p in facts.followers() if not p.source.unique and not is_list(p.source, p.target)):
        yield from facts.about(pair, FORWARD, BACKWARD, "newest-wins")
        yield from facts.whole("stable", "newest-wins", "independent")


def _regions(facts: Facts) -> Iterator[Place]:
    yield from values(is_region)(facts)
    for pair in facts.pairs:
        if pair.conditional and facts.creates and is_region(pair.target, pair.source):
            yield from facts.about(pair, "property", FORWARD)


def _unmapped_of(*conversions: str) -> Where:
    """Return where it shows that a property without a row is damaged."""

    def where(facts: Facts) -> Iterator[Place]:
        for side in Side:
            free = (c for c in facts.card(side).properties.values() if c.path not in facts.mapped(side))
            plain = (c for c in free if is_edited(c) and not (c.required or c.unique or c.concept == "currency"))
            if any(c.form.convert in conversions for c in plain):
                yield from edited("isolated")(facts)

    return where


def _more_elements(facts: Facts) -> Iterator[Place]:
    rows = [pair.card(side).write_path for side in Side for pair in facts.pairs]
    if any("[" in path for path in (*rows, *(row.card(side).write_path for side in Side for row in facts.criteria))):
        yield from edited("isolated")(facts)


def _free_members_of_lines(facts: Facts) -> Iterator[Place]:
    for side in Side:
        lines = [c for c in facts.card(side).properties.values() if (c.concept or "").startswith("lines.")]
        mapped = [c for c in lines if c.path in facts.mapped(side)]
        free = (c for c in lines if c not in mapped and is_edited(c) and not (c.required or c.also))
        derived = any(c.derived for c in facts.card(side).properties.values() if c.path in facts.mapped(side))
        given = (c for c in free if c.concept != "lines.total" and not (derived and c.form.convert in NUMBERS))
        if mapped and any(given):
            yield from edited("isolated")(facts)


def _reordered(facts: Facts) -> Iterator[Place]:
    for pair in facts.followers():
        if is_list(pair.target, pair.source):
            yield from facts.about(pair, FORWARD, BACKWARD)


def _small_units(facts: Facts) -> Iterator[Place]:
    currencies = [pair for pair in facts.pairs if pair.target.concept == "currency"]
    if any((pair.card(side).most_places or 0) <= USUAL for pair in currencies for side in Side) or not currencies:
        return
    yield from values(lambda receiver, giver: all("currency" in card.form.options for card in (receiver, giver)))(facts)


def _made_up(touches: Touches) -> Where:
    def where(facts: Facts) -> Iterator[Place]:
        for pair in facts.pairs:
            alone = not facts.says(StatementKind.LINK_FIRST)
            if alone and facts.removable and facts.arrives(pair) and touches(pair.target, pair.source):
                yield from facts.about(pair, "property")

    return where


def _filled_from_alike(facts: Facts) -> Iterator[Place]:
    if facts.says(StatementKind.LINK_FIRST) or not facts.removable:
        return
    targets = [pair.target for pair in facts.pairs if facts.arrives(pair)]
    for pair in facts.pairs:
        others = [card for card in targets if card is not pair.target]
        alike = is_written(pair.target) and not pair.target.unique and alike_property(pair.target, others)
        if alike and facts.arrives(pair) and may_lack(pair.target, pair.source):
            yield from facts.about(pair, "property")


def _loose(*conversions: str) -> Where:
    """Return where it shows that values of a merge table are compared too loosely."""

    def where(facts: Facts) -> Iterator[Place]:
        if facts.creates and any(row.source.form.convert in conversions for row in facts.criteria):
            yield from facts.whole("merge-not", "isolated", "create")

    return where


def _half_empty(facts: Facts) -> Iterator[Place]:
    if facts.creates and any(not row.target.required or not row.source.required for row in facts.criteria):
        yield from facts.whole("merge-not")


def _contested(facts: Facts) -> Iterator[Place]:
    if all(facts.card(side).modified for side in Side):
        yield from edited("newest-wins")(facts)


def _revised(facts: Facts) -> Iterator[Place]:
    if facts.source.revision:
        yield from edited("any-time")(facts)
        yield from updates(Side.SOURCE)(facts)
    if facts.target.revision:
        yield from edited("any-time")(facts)
        yield from updates(Side.TARGET)(facts)


def _known_values(facts: Facts) -> Iterator[Place]:
    yield from edited("any-time")(facts)
    yield from updates(*Side)(facts)


def _later(facts: Facts) -> Iterator[Place]:
    if facts.creates and "update" not in facts.source.cannot and facts.removable:
        yield from said(StatementKind.CONDITION, "condition")(facts)
        yield from said(StatementKind.NEW_IF_CONNECTED, "connected")(facts)


SHOWING = 2
"""Pairs that still show a link when another is left out."""

NOTHING_IS_CREATED = "no section creates anything"
NOTHING_IS_EDITED = "no property can be edited on both sides"
NO_TEXT = "no free text is carried"
NO_TAGS = "no text is carried that is HTML on both sides"
NO_ROW = "no merge table with such a row where records are created"

RULES: Mapping[str, Rule] = {
    "drop-create": Rule(created("create", "connected", "condition"), NOTHING_IS_CREATED),
    "drop-update": Rule(updates(*Side), NOTHING_IS_EDITED),
    "drop-update-forward": Rule(updates(Side.SOURCE), NOTHING_IS_EDITED),
    "drop-update-backward": Rule(updates(Side.TARGET), NOTHING_IS_EDITED),
    "one-way": Rule(updates(Side.TARGET), NOTHING_IS_EDITED),
    "first-update-only": Rule(_repeated_updates, NOTHING_IS_EDITED),
    "late": Rule(created("create"), NOTHING_IS_CREATED),
    "duplicate": Rule(created("create", "unique"), NOTHING_IS_CREATED),
    "duplicate-on-update": Rule(edited("stable", "unique"), NOTHING_IS_EDITED),
    "swap-properties": Rule(_mixed(similar_rows), "no two free texts stand side by side on both sides"),
    "wrong-property": Rule(_mixed(swappable_rows), "no two free texts that nothing requires stand side by side"),
    "truncate": Rule(values(is_long), "no free text may be longer than 20 characters on both sides"),
    "case-fold": Rule(values(is_free), NO_TEXT),
    "trim": Rule(values(is_spaced), "no free text that both systems are known to keep with its blanks"),
    "strip-accents": Rule(values(is_free), NO_TEXT),
    "drop-astral": Rule(values(is_astral), NO_TEXT),
    "html-escape-twice": Rule(values(is_free), NO_TEXT),
    "lose-leading-zero": Rule(values(is_postal_code), "no postal code is carried"),
    "round-decimals": Rule(values(is_decimal), "no decimal is carried"),
    "type-change": Rule(values(is_typed), "no number or truth is carried to a system that minds its type"),
    "sign-lost": Rule(values(is_negative), "no number that may be negative on both sides is carried"),
    "false-as-missing": Rule(values(is_truth), "no truth is carried"),
    "zero-as-missing": Rule(values(is_zero), "no number that may be zero is carried"),
    "timezone-shift": Rule(values(is_instant_or_its_date), "no instant is carried"),
    "day-shift": Rule(values(is_date), "no date is carried"),
    "country-name": Rule(values(is_country_code), "no country is carried to a system that has codes"),
    "country-code": Rule(values(is_country_name), "no country is carried to a system that has names"),
    "reset-others": Rule(_reset, "no two properties can be edited by themselves, one of them a text"),
    "empty-erases": Rule(_erased, "no free text can be emptied on both sides"),
    "stale-overwrite": Rule(_returned, NOTHING_IS_EDITED),
    "ping-pong": Rule(_returned, NOTHING_IS_EDITED),
    "wrong-record": Rule(_wrong_record, NOTHING_IS_EDITED),
    "merge-by-name": Rule(_named_alike, "nothing that is created has a name"),
    "no-merge": Rule(_merged, "no merge table"),
    "merge-empty": Rule(_merged_empty, "no merge table with a row that may be empty where records are created"),
    "create-unlinked": Rule(said(StatementKind.LINK_FIRST, "not-without-link", "connected"), "no link must come first"),
    "ignore-condition": Rule(said(StatementKind.CONDITION, "condition"), "no condition"),
    "lose-list-item": Rule(values(is_list), "no list is carried"),
    "reorder-list": Rule(values(is_list), "no list is carried"),
    "last-page-lost": Rule(created("create", "stable", "isolated", "unique"), NOTHING_IS_CREATED),
    "first-page-only": Rule(_paged, "no page of 100 records or fewer can be filled", Depth.THOROUGH),
    "cross-section": Rule(_spilt, "no other section whose records are created without more ado"),
    "one-at-a-time": Rule(_first_only, "no two records can be made that are removed again"),
    "matched-once": Rule(_matched_once, "no merge table whose records can be edited"),
    "erase-on-merge": Rule(_merge_erased, "no merge table where another text may be missing"),
    "reset-unmapped": Rule(_unmapped, "the rows are about every text of either entity that can be edited"),
    "case-blind": Rule(_case, "no free text can be edited on both sides"),
    "delete-on-update": Rule(_deleted, NOTHING_IS_EDITED),
    "first-reference": Rule(_refers, "no reference is carried"),
    "true-at-first": Rule(_true_at_first, "no truth is carried to a new record of a system that has truths"),
    "lose-inner-zero": Rule(values(is_decimal), "no decimal is carried"),
    "url-decode": Rule(values(is_free), NO_TEXT),
    "lose-backslash": Rule(values(is_free), NO_TEXT),
    "lose-added-item": Rule(_longer, "no list can be edited on both sides, with all that an item needs"),
    "keep-removed-item": Rule(_shorter, "no list can be edited on both sides of which both let items go"),
    "stale-source": Rule(_returned_to_source, NOTHING_IS_EDITED),
    "truncate-at-first": Rule(_filled_at_first, "no text of a new record may have more than 90 characters"),
    "lose-country-prefix": Rule(values(is_phone), "no phone number is carried"),
    "lose-mail-tag": Rule(values(is_email), "no e-mail address is carried"),
    "mail-domain": Rule(values(is_email), "no e-mail address is carried"),
    "wrong-region": Rule(_regions, "no region is carried"),
    "wrong-region-country": Rule(values(is_prefixed_region), "no region is carried to a system that has prefixes"),
    "wrong-choice": Rule(values(is_choice), "no choice is carried"),
    "merge-by-mailbox": Rule(_loose("email"), NO_ROW),
    "merge-by-domain": Rule(_loose("email"), NO_ROW),
    "merge-by-national-number": Rule(_loose("phone"), NO_ROW),
    "merge-by-beginning": Rule(_loose("email", "phone", "text", "escaped_text", "identifier"), NO_ROW),
    "merge-by-end": Rule(_loose("email", "text", "escaped_text", "identifier"), NO_ROW),
    "reset-flags": Rule(_unmapped_of("boolean"), "no flag that no row is about can be edited"),
    "clear-unmapped": Rule(_unmapped_of("decimal", "integer", "date"), "no number or date without a row can be edited"),
    "drop-elements": Rule(_more_elements, "no row selects an element of a list that can have others"),
    "reset-lines": Rule(_free_members_of_lines, "no line of an order has a member that no row is about"),
    "accent-blind": Rule(_case, "no free text can be edited on both sides"),
    "blank-blind": Rule(_case, "no free text can be edited on both sides"),
    "order-blind": Rule(_reordered, "no list can be edited on both sides"),
    "truncate-to-column": Rule(values(is_longer_than(COLUMN)), "no text may have more than 255 characters"),
    "truncate-to-500": Rule(values(is_longer_than(MANY)), "no text may have more than 500 characters"),
    "single-precision": Rule(values(is_amount), "no amount is carried"),
    "double-precision": Rule(values(is_exact_amount), "no amount of more than 15 digits can be carried"),
    "two-decimals": Rule(_small_units, "no currency with three decimals is carried"),
    "one-currency": Rule(values(is_currency), "no currency is carried"),
    "join-lines": Rule(values(is_list), "no list is carried"),
    "lose-tags": Rule(values(is_tagged), NO_TAGS),
    "other-tags": Rule(values(is_tagged), NO_TAGS),
    "none-as-text": Rule(_made_up(may_lack_text), "no text of a new record may be missing"),
    "none-as-zero": Rule(_made_up(may_lack_number), "no number of a new record may be missing"),
    "fill-from-alike": Rule(_filled_from_alike, "no value of a new record may be missing beside an alike one"),
    "merge-half-empty": Rule(_half_empty, "no merge table with a row that may be empty where records are created"),
    "source-wins": Rule(_contested, NOTHING_IS_EDITED),
    "same-second-as-create": Rule(edited("any-time"), NOTHING_IS_EDITED),
    "same-second-as-write": Rule(edited("any-time"), NOTHING_IS_EDITED),
    "cursor-in-seconds": Rule(edited("any-time"), NOTHING_IS_EDITED),
    "cursor-at-end": Rule(edited("any-time"), NOTHING_IS_EDITED),
    "lose-during-cycle": Rule(edited("any-time"), NOTHING_IS_EDITED),
    "lose-double-edit": Rule(_revised, "no property of a record with a revision can be edited on both sides"),
    "known-values": Rule(_known_values, NOTHING_IS_EDITED),
    "first-sight": Rule(_later, "no edit entitles a record to a counterpart"),
}


def places(fault: str, sections: tuple[Facts, ...]) -> frozenset[Place]:
    """Return every place of a document where a fault shows; none: it cannot."""
    return frozenset(place for facts in sections for place in RULES[fault].where(facts))


__all__ = ["RULES", "Pair", "Place", "Rule", "places"]
