"""Builds the values of one sample record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.checklist.samples.constraints import SampleConstraints
from qa_sync.checklist.samples.order_amounts import LINES, amounts, line_group
from qa_sync.checklist.samples.values import sample_value
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import IdOf, SampleValue
from qa_sync.dataflow.model import PropertyPair
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values.conversions.currencies import USUAL, minor_units


class RecordBuilder(Struct, frozen=True):
    """Builds a record on one side of a section, in one version (0: as created; others: an edit or another record).

    Its texts contain `mark`; with `own_paths` only the texts at those paths do, and all others contain
    `shared_mark`, so that two records are alike except for some properties. `reference_roles` are the roles
    by datatype that references can point to; `fixed` are predefined values; `creating`: the record does not exist yet;
    `boundary`: values reach the limits however large they are; `lines` is the number of order lines; `small_edits` is
    how many of the small edits texts have gone through; `reverse_lines`: the lines are in reverse order.
    """

    entities: EntityPair
    side: Side
    mark: str
    version: int
    reference_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, SampleValue] = field(default_factory=dict)
    own_paths: frozenset[str] | None = None
    shared_mark: str = ""
    creating: bool = False
    boundary: bool = False
    lines: int = LINES
    small_edits: int = 0
    reverse_lines: bool = False

    def values(self, pairs: tuple[PropertyPair, ...]) -> Mapping[str, SampleValue]:
        """Return a value for each writable property of the pairs and, on creation, for all required properties."""
        counterparts: dict[str, tuple[PropertyCard, ...]] = {}
        for pair in pairs:
            path, shared_mark = self._path(pair), self.entities.property(pair, self.side.other)
            counterparts[path] = (*counterparts.get(path, ()), *([shared_mark] if shared_mark else []))
        written = tuple(
            card
            for card in self.entities.card(self.side).properties.values()
            if self._is_writable(card) and (card.path in counterparts or (self.creating and card.required))
        )
        places = self._places(written, counterparts)
        values = {card.path: self._value(card, counterparts.get(card.path, ()), places) for card in written}
        values |= self.fixed
        return {path: value for path, value in values.items() if value is not None}

    def _path(self, pair: PropertyPair) -> str:
        return pair.source if self.side is Side.SOURCE else pair.target

    def _places(self, written: tuple[PropertyCard, ...], counterparts: Mapping[str, tuple[PropertyCard, ...]]) -> int:
        """Return the decimal places of the currency that is written with amounts."""
        currency = next((card for card in written if card.concept == "currency"), None)
        if currency is None:
            return USUAL
        code = self.fixed.get(currency.path) or self._single_value(currency, counterparts.get(currency.path, ()), 0)
        places = minor_units(code)
        return USUAL if places is None else places

    def _version_of(self, card: PropertyCard) -> int:
        """Return the version of a value: a currency that edits cannot change stays, if they can change amounts."""
        fixed_currency = card.concept == "currency" and card.writable is not Writable.ALWAYS
        return 0 if fixed_currency and self.entities.edits_amounts else self.version

    def _is_writable(self, card: PropertyCard) -> bool:
        return card.writable is Writable.ALWAYS or (card.writable is Writable.CREATE and self.creating)

    def _value(self, card: PropertyCard, counterparts: tuple[PropertyCard, ...], places: int) -> SampleValue:
        by_concept = amounts(self.version, self.lines, places, self.entities.amounts_lost[self.side])
        concept = card.concept or ""
        if concept not in by_concept and not is_line_property(card):
            return self._single_value(card, counterparts, 0)
        value = by_concept[concept] if concept in by_concept else self._line_values(card, counterparts)
        return value[::-1] if self.reverse_lines and isinstance(value, tuple) else value

    def _line_values(self, card: PropertyCard, counterparts: tuple[PropertyCard, ...]) -> SampleValue:
        values = tuple(self._single_value(card, counterparts, line_group(n)) for n in range(1, self.lines + 1))
        return None if None in values else values

    def _single_value(self, card: PropertyCard, counterparts: tuple[PropertyCard, ...], line: int) -> SampleValue:
        if card.form.convert != "reference":
            mark = self.mark if self.own_paths is None or card.path in self.own_paths else self.shared_mark
            return sample_value(
                SampleConstraints(
                    card,
                    counterparts,
                    mark,
                    self._version_of(card),
                    line,
                    self.boundary,
                    self.small_edits,
                    self.entities.mail_domain,
                )
            )
        reference_roles = self.reference_roles.get(card.references or "")
        return IdOf(reference_roles[(line + self.version + 1) % len(reference_roles)]) if reference_roles else None


def is_line_property(card: PropertyCard) -> bool:
    """Return whether a property belongs to the lines of an order."""
    return (card.concept or "").startswith("lines.")


def may_add_line(entities: EntityPair, edited: Sequence[PropertyPair]) -> bool:
    """Return whether an edit of these pairs on either side can add a line with all that both sides require of it."""
    cards = (card for side in Side for card in entities.card(side).properties.values())
    required = {card.path for card in cards if card.required and is_line_property(card)}
    return required <= {p.source for p in edited} | {p.target for p in edited}
