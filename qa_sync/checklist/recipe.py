"""How one record is made: which of its properties get a value, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qa_sync.checklist.ability import Ends
from qa_sync.checklist.amounts import LINES, amounts
from qa_sync.checklist.model import RoleId, SampleValue, Side
from qa_sync.checklist.samples import Slot, value_for
from qa_sync.dataflow.model import PropertyPair
from qa_sync.frozen import dataclass
from qa_sync.systems.cards import PropertyCard, Writable


@dataclass(frozen=True, slots=True)
class Recipe:
    """A record on one side of a section, in one version (0 as made, each other one an edit or another record).

    `mark` stands in its texts, in those of `own` only when that is given, with `twin` in all others: two records that
    are alike but for some properties. `roles` are the roles by datatype that references can point to; `fixed` are
    values that are decided already; `making` says that the record does not exist yet.
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

    def values(self, pairs: tuple[PropertyPair, ...]) -> Mapping[str, SampleValue]:
        """Return a value for each writable end of the pairs, and at first for whatever else the system requires."""
        twins = {
            (p.source if self.side is Side.SOURCE else p.target): self.ends.property(p, self.side.other) for p in pairs
        }
        wanted = (
            card
            for card in self.ends.card(self.side).properties.values()
            if self._takes(card) and (card.path in twins or (self.making and card.required))
        )
        found = {card.path: self._value(card, twins.get(card.path)) for card in wanted} | dict(self.fixed)
        return {path: value for path, value in found.items() if value is not None}

    def _takes(self, card: PropertyCard) -> bool:
        return card.writable is Writable.ALWAYS or (card.writable is Writable.CREATE and self.making)

    def _value(self, card: PropertyCard, twin: PropertyCard | None) -> SampleValue:
        concept = card.concept or ""
        if concept in (agreed := amounts(self.version)):
            return agreed[concept]
        if not concept.startswith("lines."):
            return self._single(card, twin, 0)
        values = tuple(self._single(card, twin, line) for line in range(1, LINES + 1))
        return None if None in values else values

    def _single(self, card: PropertyCard, twin: PropertyCard | None, line: int) -> SampleValue:
        if card.form.convert != "reference":
            mark = self.mark if self.own is None or card.path in self.own else self.twin
            return value_for(Slot(card, twin, mark, self.version, line))
        roles = self.roles.get(card.references or "")
        return RoleId(roles[(line + self.version) % len(roles)]) if roles else None
