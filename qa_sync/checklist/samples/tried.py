"""What is tried with the values of each kind of property, for `qa-sync show` and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from qa_sync.checklist.model import SectionPlan
from qa_sync.checklist.samples.constraints import MONEY
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.conversions.html import TAGS

Cards = tuple[PropertyCard, PropertyCard]


class TriedValues(Struct, frozen=True):
    """What is tried of a kind of property; it applies to conversions, and of these to concepts (empty: all).

    `tags`: it applies to HTML whose tags count.
    """

    values: str
    conversions: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    tags: bool = False

    def applies(self, both: Cards) -> bool:
        """Return whether a pair of properties has such values."""
        return any(
            (not self.tags or card.form.options.get(TAGS))
            and (not self.conversions or card.form.convert in self.conversions)
            and (not self.concepts or card.concept in self.concepts)
            for card in both
        )


TEXTS: Final = frozenset({"text", "escaped_text", "html"})
LINES: Final = frozenset({"lines.product_ref", "lines.name", "lines.quantity", "lines.unit_price", "lines.total"})

TRIED: Final[Mapping[str, TriedValues]] = {
    "any value": TriedValues(
        "a new record has no value, so the other side must have none: not 'null', an empty list, 0 or false, nor the "
        "value of an alike property that has one"
    ),
    "text": TriedValues(
        "letters beyond ASCII and beyond the first plane, combining marks, quotes, <&>, backslashes, %25; "
        "255, 256, 300, 500 and 1,000 characters as far as both systems keep them; outer and double blanks where both "
        "keep them; edits of case only, of accents only, of blanks only",
        TEXTS,
    ),
    "e-mail address": TriedValues("a tag behind a plus sign, as in `name+1@example.org`", frozenset({"email"})),
    "HTML on both sides": TriedValues(
        "an emphasized word, a link and a list, whose tags must stay as they are", tags=True
    ),
    "money": TriedValues(
        "9 digits, and more than 15 where both cards have `digits`; decimals that both keep, a half, a zero after the "
        "point, zero",
        frozenset({"decimal"}),
        MONEY,
    ),
    "currency": TriedValues(
        "currencies with two decimals and without; with three where both cards have `most_places`; amounts beside them "
        "have as many",
        frozenset(),
        frozenset({"currency"}),
    ),
    "order lines": TriedValues(
        "three, of which two have one product and one name, and one has a price of 9 digits; one removed, one added, "
        "the same in another order",
        frozenset(),
        LINES,
    ),
    "number": TriedValues(
        "as many decimals as both keep, a half, a zero after the point; a stock of zero and below zero",
        frozenset({"decimal", "integer"}),
    ),
    "truth or choice": TriedValues("each of the first values, never one alone", frozenset({"boolean", "choice"})),
    "date or time": TriedValues(
        "a leap day, the first and the last day of a year, times near midnight",
        frozenset({"date", "instant"}),
    ),
    "code": TriedValues("leading and inner zeros, values that look like numbers", frozenset({"identifier"})),
    "reference": TriedValues("two records, of which never only the first is used", frozenset({"reference"})),
    "address": TriedValues(
        "countries, regions and postal codes that belong together, with leading zeros", frozenset({"country", "region"})
    ),
}
"""What is tried by the kind of property."""


def tried_in(plan: SectionPlan) -> Mapping[str, str]:
    """Return what is tried in a section by the kind of property; empty for one that has no scenario."""
    role = next((r for s in plan.scenarios for r in s.roles.values() if r.section == plan.section.ordinal), None)
    if role is None:
        return {}
    both = [(role.source.properties.get(p.source), role.target.properties.get(p.target)) for p in plan.pairs]
    known = [(source, target) for source, target in both if source and target]
    return {name: one.values for name, one in TRIED.items() if any(one.applies(cards) for cards in known)}
