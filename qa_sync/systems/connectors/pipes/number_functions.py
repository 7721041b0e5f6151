"""The arithmetic of the pipe language: exact on decimals, null where a value is no number; pure.

The named functions apply their first argument to each of the values (`["divide", 2, 8]` is 4), the symbols stand in the
natural order (`["/", 8, 2]` is 4) and use the first value of a list.

Source: docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Final

from qa_sync.values.form import Json

Arguments = list[Json]
Operator = Callable[[Decimal, Decimal], Decimal]


def _decimal(value: Json) -> Decimal | None:
    """Return a number as a decimal; a list counts as its first value."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _number(value: Decimal) -> int | float:
    """Return a decimal as a JSON number; a whole one as an integer."""
    return int(value) if value == value.to_integral_value() else float(value)


def _calculated(operator: Operator, one: Json, other: Json) -> int | float | None:
    left, right = _decimal(one), _decimal(other)
    if left is None or right is None:
        return None
    try:
        return _number(operator(left, right))
    except DecimalException:  # a division by zero, an overflow
        return None


def _natural(operator: Operator) -> Callable[[Arguments], Json]:
    return lambda arguments: _calculated(operator, arguments[0], arguments[1])


def _each(operator: Operator) -> Callable[[Arguments], Json]:
    """Return a function that applies its first argument to one value, or to each of a list; no numbers are left out."""

    def apply(arguments: Arguments) -> Json:
        operand, values = arguments
        if isinstance(values, list):
            return [made for each in values if (made := _calculated(operator, each, operand)) is not None]
        return _calculated(operator, values, operand)

    return apply


def _rounded(rounding: str) -> Callable[[Arguments], Json]:
    """Return a function of the digits (missing: none) and the values."""

    def quantized(value: Decimal, digits: Decimal) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-int(digits)), rounding)

    return lambda arguments: _each(quantized)([0, *arguments][-2:])


def _remainder(value: Decimal, divisor: Decimal) -> Decimal:
    """Return the remainder with the sign of the divisor."""
    rest = value % divisor
    return rest + divisor if rest and (rest < 0) != (divisor < 0) else rest


def _power(value: Decimal, exponent: Decimal) -> Decimal:
    return value**exponent


OPERATORS: Final[Mapping[str, tuple[str, Operator]]] = {
    "plus": ("+", lambda value, other: value + other),
    "minus": ("-", lambda value, other: value - other),
    "multiply": ("*", lambda value, other: value * other),
    "divide": ("/", lambda value, other: value / other),
    "mod": ("%", _remainder),
    "pow": ("^", _power),
}
"""The operators by their names, each with its symbol."""

NUMBER_FUNCTIONS: Final[Mapping[str, Callable[[Arguments], Json]]] = {
    **{name: _each(operator) for name, (_, operator) in OPERATORS.items()},
    **{symbol: _natural(operator) for symbol, operator in OPERATORS.values()},
    "round": _rounded(ROUND_HALF_EVEN),
    "ceil": _rounded(ROUND_CEILING),
    "floor": _rounded(ROUND_FLOOR),
    "abs": lambda arguments: _each(lambda value, _: abs(value))([0, arguments[-1]]),
}
"""The functions by name."""
