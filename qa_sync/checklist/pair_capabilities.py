"""What two systems can do with a pair, from their entity cards; what they cannot is told as a reason, never a gap."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.checklist.steps import Side
from qa_sync.dataflow.model import Entity, PropertyPair, Section
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable


class EntityPair(Struct, frozen=True):
    """A section's two entities with their cards; every question about ability is asked here."""

    section: Section
    source: EntityCard
    target: EntityCard

    def card(self, side: Side) -> EntityCard:
        """Return the card of a side."""
        return self.source if side is Side.SOURCE else self.target

    def entity(self, side: Side) -> Entity:
        """Return the entity of a side as the document writes it."""
        return self.section.source if side is Side.SOURCE else self.section.target

    def property(self, pair: PropertyPair, side: Side) -> PropertyCard | None:
        """Return the property card of a pair's end, None when the card has no such property."""
        return self.card(side).properties.get(pair.source if side is Side.SOURCE else pair.target)

    def reason_no_operation(self, side: Side, operation: str) -> str | None:
        """Return why a side has no such operation, None when it has."""
        reason = self.card(side).cannot.get(operation)
        return f"{self.entity(side)} has no {operation}: {reason}" if reason else None

    def reason_unknown(self, pair: PropertyPair) -> str | None:
        """Return which end of a pair no card knows, None when both are known."""
        for side, path in ((Side.SOURCE, pair.source), (Side.TARGET, pair.target)):
            if self.property(pair, side) is None:
                return f"the connector knows no property {path!r} of {self.entity(side)}"
        return None

    def reason_not_creatable(self) -> str | None:
        """Return why no record can be made on the source and carried to the target, None when it can."""
        return self.reason_no_operation(Side.SOURCE, "insert") or self.reason_no_operation(Side.TARGET, "insert")

    def reason_not_synced(self, pair: PropertyPair, *, existing: bool = False) -> str | None:
        """Return why the target cannot show a pair's value once linked, None when it can.

        `existing`: the target's record was there before, so that it must be updated.
        """
        reason_not_updatable = self.reason_no_operation(Side.TARGET, "update") if existing else None
        return (
            self.reason_unknown(pair)
            or reason_not_updatable
            or self._reason_read_only(pair, Side.TARGET, at_create=not existing)
        )

    def reason_not_updatable(self, pair: PropertyPair, edited: Side) -> str | None:
        """Return why an edit of a pair on one side cannot be made, or not be carried to the other; None when both can.

        What a system computes for itself is edited by editing what it is computed from; that is not tried.
        """
        return (
            self.reason_unknown(pair)
            or self.reason_no_operation(edited, "update")
            or self._reason_read_only(pair, edited, at_create=False)
            or self.reason_no_operation(edited.other, "update")
            or self._reason_read_only(pair, edited.other, at_create=False)
        )

    def _reason_read_only(self, pair: PropertyPair, side: Side, *, at_create: bool) -> str | None:
        card = self.property(pair, side)
        if card is None or card.writable is Writable.ALWAYS or (at_create and card.writable is Writable.CREATE):
            return None
        if card.derived and at_create:
            return None
        when = "" if card.writable is Writable.NEVER else " after creation"
        return f"read-only in {self.entity(side)}{when}" + (f": {card.why}" if card.why else "")
