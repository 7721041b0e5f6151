"""How one record is made: which of its properties get a value, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qa_sync.checklist.model import RoleId, SampleValue, Side
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.checklist.samples.constraints import Slot
from qa_sync.checklist.samples.order_amounts import LINES, amounts
from qa_sync.checklist.samples.values import value_for
from qa_sync.dataflow.model import PropertyPair
from qa_sync.frozen import dataclass
from qa_sync.systems.cards import PropertyCard, Writable


@dataclass(frozen=True, slots=True)
class Recipe:
    """A record on one side of a section, in one version (0 as made, each other one an edit or another record).

    `mark` stands in its texts, in those of `own` only when that is given, with `twin` in all others: two records that
    are alike but for some properties. `roles` are the roles by datatype that references can point to; `fixed` are
    values that are decided already; `making` says that the record does not exist yet; `boundary` that values reach the
    limits however far away they are; `lines` are those of an order; `recased` that texts are those of the version with
    their case swapped.
    """

    ends: Ends
    side: Side
    mark: str
    version: int
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, SampleValue] = field(default_factory=dict)
    own: frozenset[str] | None = None
    twin: str = ""
    making: bool = False
    boundary: bool = False
    lines: int = LINES
    recased: bool = False

    def values(self, pairs: tuple[PropertyPair, ...]) -> Mapping[str, SampleValue]:
        """Return a value for each writable end of the pairs, and at first for whatever else the system requires."""
        twins: dict[str, tuple[PropertyCard, ...]] = {}
        for pair in pairs:
            path, twin = self._end(pair), self.ends.property(pair, self.side.other)
            twins[path] = (*twins.get(path, ()), *([twin] if twin else []))
        wanted = (
            card
            for card in self.ends.card(self.side).properties.values()
            if self._takes(card) and (card.path in twins or (self.making and card.required))
        )
        found = {card.path: self._value(card, twins.get(card.path, ())) for card in wanted} | dict(self.fixed)
        return {path: value for path, value in found.items() if value is not None}

    def _end(self, pair: PropertyPair) -> str:
        return pair.source if self.side is Side.SOURCE else pair.target

    def _takes(self, card: PropertyCard) -> bool:
        return card.writable is Writable.ALWAYS or (card.writable is Writable.CREATE and self.making)

    def _value(self, card: PropertyCard, twins: tuple[PropertyCard, ...]) -> SampleValue:
        concept = card.concept or ""
        if concept in (agreed := amounts(self.version, self.lines)):
            return agreed[concept]
        if not is_of_lines(card):
            return self._single(card, twins, 0)
        values = tuple(self._single(card, twins, line) for line in range(1, self.lines + 1))
        return None if None in values else values

    def _single(self, card: PropertyCard, twins: tuple[PropertyCard, ...], line: int) -> SampleValue:
        if card.form.convert != "reference":
            mark = self.mark if self.own is None or card.path in self.own else self.twin
            return value_for(Slot(card, twins, mark, self.version, line, self.boundary, self.recased))
        roles = self.roles.get(card.references or "")
        return RoleId(roles[(line + self.version + 1) % len(roles)]) if roles else None


def is_of_lines(card: PropertyCard) -> bool:
    """Tell whether a property is one of an order's lines."""
    return (card.concept or "").startswith("lines.")
