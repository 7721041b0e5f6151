"""How one record is made: which of its properties get a value, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa_sync.checklist.ability import Ends
from qa_sync.checklist.amounts import LINES, amounts
from qa_sync.checklist.model import RoleId, SampleValue, Side
from qa_sync.checklist.samples import Slot, value_for
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import PropertyCard, Writable


@dataclass(frozen=True, slots=True)
class Recipe:
    """A record on one side of a section, in one version (0 made, 1 edited on the source, 2 edited on the target).

    `roles` are the datatypes that have a role of their own in the scenario, so that a reference can point to it.
    """

    ends: Ends
    side: Side
    mark: str
    version: int
    roles: frozenset[str] = frozenset()

    def values(self, pairs: tuple[PropertyPair, ...]) -> Mapping[str, SampleValue]:
        """Return a value for each writable end of the pairs, and at first for whatever else the system requires."""
        twins = {
            (p.source if self.side is Side.SOURCE else p.target): self.ends.property(p, self.side.other) for p in pairs
        }
        wanted = (
            card
            for card in self.ends.card(self.side).properties.values()
            if card.writable is not Writable.NEVER and (card.path in twins or (self.version == 0 and card.required))
        )
        found = ((card.path, self._value(card, twins.get(card.path))) for card in wanted)
        return {path: value for path, value in found if value is not None}

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
            return value_for(Slot(card, twin, self.mark, self.version, line))
        return RoleId(card.references) if card.references in self.roles else None
