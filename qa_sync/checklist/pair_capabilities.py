"""What two systems can do with a property pair, from their entity cards; each limit is a reason to skip a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from qa_sync.checklist.model import Role
from qa_sync.checklist.reasons import Reason, ReasonCode, operation_code
from qa_sync.checklist.samples.marks import carries_mark
from qa_sync.checklist.samples.order_amounts import CARRIED
from qa_sync.checklist.side import Side
from qa_sync.dataflow.model import Entity, PropertyPair, Section
from qa_sync.settings.model import MAIL_DOMAIN
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.pairing import pairs_of


class EntityPair(Struct, frozen=True, dict=True):
    """The two entities of a section with their cards, and what the systems can do with them.

    `mail_domain` is the domain of e-mail addresses in samples.
    """

    section: Section
    source: EntityCard
    target: EntityCard
    mail_domain: str = MAIL_DOMAIN

    @cached_property
    def pairs(self) -> tuple[PropertyPair, ...]:
        """The section's property pairs, those that follow from the two cards included."""
        return pairs_of(self.section, self.source, self.target)

    @cached_property
    def edits_amounts(self) -> bool:
        """Whether an amount in the currency of its record can be edited on both sides."""
        return any(
            all(card and "currency" in card.form.options and card.writable is Writable.ALWAYS for card in both)
            for pair in self.pairs
            for both in ([self.property(pair, side) for side in Side],)
        )

    @cached_property
    def amounts_lost(self) -> Mapping[Side, frozenset[str]]:
        """The concepts of each side's amounts that the other side has, but computes by itself.

        The total of an order that has them could never arrive.
        """
        return {side: self._amounts_lost(side) for side in Side}

    def _amounts_lost(self, side: Side) -> frozenset[str]:
        other = self.card(side.other).properties.values()
        return frozenset(CARRIED) & {card.concept for card in other if card.writable is Writable.NEVER}

    def card(self, side: Side) -> EntityCard:
        """Return the entity card of a side."""
        return self.source if side is Side.SOURCE else self.target

    def entity(self, side: Side) -> Entity:
        """Return the entity of a side as the spec writes it."""
        return self.section.source if side is Side.SOURCE else self.section.target

    def property(self, pair: PropertyPair, side: Side) -> PropertyCard | None:
        """Return the property card of a pair on a side, None when the entity card has no such property."""
        return self.card(side).properties.get(pair.source if side is Side.SOURCE else pair.target)

    def reason_no_operation(self, side: Side, operation: str) -> Reason | None:
        """Return why a side does not support an operation, None when it does."""
        card = self.card(side)
        reason = card.cannot.get(operation)
        if not reason:
            return None
        code = operation_code(operation, supported=operation not in card.unsupported)
        return Reason(code, f"{self.entity(side)} has no {operation}: {reason}")

    def reason_unknown(self, pair: PropertyPair) -> Reason | None:
        """Return which property of a pair the connector does not have, None when it has both."""
        for side, path in ((Side.SOURCE, pair.source), (Side.TARGET, pair.target)):
            if self.property(pair, side) is None:
                text = f"the connector has no property {path!r} of {self.entity(side)}"
                return Reason(ReasonCode.UNKNOWN_PROPERTY, text)
        return None

    def reason_not_creatable(self) -> Reason | None:
        """Return why a source record cannot be created and found again on the target, None when it can."""
        return (
            self.reason_no_operation(Side.SOURCE, "insert")
            or self.reason_no_operation(Side.TARGET, "insert")
            or self.reason_not_found_again()
        )

    def reason_not_found_again(self) -> Reason | None:
        """Return why the counterpart of a new record could not be found, None when a property carries the mark.

        Without one, `got none` would be the verdict about any sync.
        """
        if any(self.carries_mark(pair) for pair in self.pairs):
            return None  # a conditional row too: the record of its own scenario meets the condition
        ends = f"{self.section.source} and {self.section.target}"
        if not self.pairs:
            text = f"nothing says which properties {ends} share; add [[pairs]] to qa-sync.toml"
            return Reason(ReasonCode.NO_PAIRS, text)
        text = f"no property that {ends} share holds a text by which a new record's counterpart could be found"
        return Reason(ReasonCode.NO_IDENTIFYING_PROPERTY, text)

    def carries_mark(self, pair: PropertyPair) -> bool:
        """Return whether the mark of a new source record can be found in a pair on the target."""
        source, target = self.property(pair, Side.SOURCE), self.property(pair, Side.TARGET)
        return (
            source is not None
            and target is not None
            and carries_mark(source, target)
            and source.writable is not Writable.NEVER
            and not self._reason_read_only(pair, Side.TARGET, at_create=True)
        )

    def reason_not_synced(self, pair: PropertyPair, *, existing: bool = False) -> Reason | None:
        """Return why the target cannot hold a pair's value after linking, None when it can.

        `existing`: the target record exists before, so that the sync must update it.
        """
        reason_not_updatable = self.reason_no_operation(Side.TARGET, "update") if existing else None
        return (
            self.reason_unknown(pair)
            or self._reason_one_reference(pair)
            or reason_not_updatable
            or self._reason_read_only(pair, Side.TARGET, at_create=not existing)
        )

    def reason_not_updatable(self, pair: PropertyPair, edited: Side) -> Reason | None:
        """Return why a pair cannot be edited on one side or not be synchronized to the other; None when it can.

        A computed property changes only with the properties it is computed from; no check tries that.
        """
        return (
            self.reason_unknown(pair)
            or self._reason_one_reference(pair)
            or self.reason_no_operation(edited, "update")
            or self._reason_read_only(pair, edited, at_create=False)
            or self.reason_no_operation(edited.other, "update")
            or self._reason_read_only(pair, edited.other, at_create=False)
        )

    def _reason_one_reference(self, pair: PropertyPair) -> Reason | None:
        """Return why an id and a value cannot be compared; where cards are complete, they say what the id is."""
        if self.source.complete and self.target.complete:
            return None
        refers = {side: card.form.convert == "reference" for side in Side if (card := self.property(pair, side))}
        if refers[Side.SOURCE] == refers[Side.TARGET]:
            return None
        path, other = (pair.source, pair.target) if refers[Side.SOURCE] else (pair.target, pair.source)
        text = f"{path} is an id of another record, and nothing says that {other} is one"
        return Reason(ReasonCode.ID_AND_VALUE, text)

    def _reason_read_only(self, pair: PropertyPair, side: Side, *, at_create: bool) -> Reason | None:
        card = self.property(pair, side)
        if card is None or card.writable is Writable.ALWAYS or (at_create and card.writable is Writable.CREATE):
            return None
        if card.derived and at_create:
            return None
        when = "" if card.writable is Writable.NEVER else " after creation"
        text = f"read-only in {self.entity(side)}{when}" + (f": {card.why}" if card.why else "")
        return Reason(ReasonCode.READ_ONLY_PROPERTY, text)


def role_of(entities: EntityPair, sections: Iterable[EntityPair]) -> Role:
    """Return the role of a record of a section; `sections` are all sections of the spec."""
    mapped = {side: frozenset(mapped_paths((entities, *sections), entities.card(side))) for side in Side}
    return Role(entities.section.ordinal, entities.source, entities.target, mapped)


def mapped_paths(sections: Iterable[EntityPair], card: EntityCard) -> Iterator[str]:
    """Yield the paths of an entity that rows of the sections name."""
    for entities in sections:
        if entities.source is not card and entities.target is not card:
            continue
        pairs, criteria = entities.pairs, entities.section.criteria
        if entities.source is card:
            yield from (*(pair.source for pair in pairs), *(row.source for row in criteria))
            yield from (when.path for pair in pairs for when in pair.source_when)
        if entities.target is card:
            yield from (*(pair.target for pair in pairs), *(row.target for row in criteria))
            yield from (when.path for pair in pairs for when in pair.target_when)
