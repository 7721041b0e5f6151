"""Faults that alter numbers and booleans."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from qa_sync.sync.faults.property_kinds import NUMBERS
from qa_sync.sync.faults.values.altered_values import LEFT_OUT, Change, on_each_element
from qa_sync.sync.faults.wrappers import FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

ONE, CENT = Decimal(1), Decimal("0.01")
SINGLE, DOUBLE = 7, 15
"""The decimal digits that binary numbers of single and double precision always keep."""


def _number(card: PropertyCard, value: Json) -> Decimal | None:
    """Return the number in a numeric property's wire value, or None."""
    if (
        card.form.convert not in NUMBERS
        or isinstance(value, bool)
        or not isinstance(value, str | int | float | Decimal)
    ):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _written(number: Decimal, like: Json) -> Json:
    """Return a number in the JSON type of `like`."""
    if isinstance(like, str):
        return f"{number:f}"
    return int(number) if number == int(number) else float(number)


def _rounded(card: PropertyCard, value: Json) -> Json:
    number = _number(card, value) if card.form.convert == "decimal" else None
    return value if number is None else _written(number.quantize(ONE, ROUND_HALF_UP), value)


def _unsigned(card: PropertyCard, value: Json) -> Json:
    number = _number(card, value)
    return _written(-number, value) if number is not None and number < 0 else value


def _retyped(card: PropertyCard, value: Json) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    number = _number(card, value)
    if number is None:
        return value
    return _written(number, 0) if isinstance(value, str) else _written(number, "")


def _without_false(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    return LEFT_OUT if value is False else value


def _without_zero(card: PropertyCard, value: Json) -> Json:
    return LEFT_OUT if _number(card, value) == 0 else value


def _without_inner_zero(card: PropertyCard, value: Json) -> Json:
    number = _number(card, value) if card.form.convert == "decimal" else None
    whole, _, fraction = f"{number:f}".partition(".") if number is not None else ("", "", "")
    return _written(Decimal(f"{whole}.{fraction.lstrip('0')}"), value) if fraction.strip("0") else value


def _with_digits(digits: int) -> Change:
    def with_digits(card: PropertyCard, value: Json) -> Json:
        """Return a number with its first digits only, as binary numbers keep them."""
        number = _number(card, value) if card.form.convert == "decimal" else None
        return value if not number else _written(Decimal(f"{number:.{digits}g}"), value)

    return on_each_element(with_digits)


def _with_cents(card: PropertyCard, value: Json) -> Json:
    number = _number(card, value) if "currency" in card.form.options else None
    return value if number is None else _written(number.quantize(CENT, ROUND_HALF_UP), value)


rounded: Change = on_each_element(_rounded)
unsigned: Change = on_each_element(_unsigned)
retyped: Change = on_each_element(_retyped)
without_inner_zero: Change = on_each_element(_without_inner_zero)
single_precision: Change = _with_digits(SINGLE)
double_precision: Change = _with_digits(DOUBLE)
with_cents: Change = on_each_element(_with_cents)
without_false: Change = _without_false
without_zero: Change = _without_zero


class TrueOnCreate(FaultyWriter):
    """Creates records with every boolean set to true."""

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record with true in place of false."""
        return self.inner.insert(lane, end, {path: v is False or v for path, v in values.items()})
