"""Numbers: exact decimals (never binary floats) and integers.

Source: docs/explanation/mapping.rst, "Money", "Numbers as texts" and "Quantities".
"""

from __future__ import annotations

import re
import struct
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Final

from qa_sync.values.conversions.conversion import (
    MAX_DIGITS,
    Conversion,
    Plain,
    Target,
    is_reasonable_number,
    not_convertible,
)
from qa_sync.values.conversions.currencies import in_currency
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

BITS: Final = "bits"
"""The option with the size of the binary numbers that a column holds, if it says so."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# No sign or zero that a number would lose; trailing zeros of a fraction are allowed.
_WITHOUT_LOSS = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# Python's default of 28 digits would round.
_EXACT = Context(prec=3 * MAX_DIGITS)


def number_of(value: object) -> Decimal | None:
    """Return the exact number of a canonical or wire value, or None for other values, including booleans."""
    if isinstance(value, str) and len(value) <= MAX_DIGITS and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return (number or abs(number)) if number.is_finite() and is_reasonable_number(number) else None


def number_without_loss(value: object) -> Decimal | None:
    """Return the number of a value like `number_of`, but None for a text that a number would not preserve (`007`)."""
    if isinstance(value, str) and not _WITHOUT_LOSS.fullmatch(value):
        return None
    return number_of(value)


def quantised(number: Decimal, places: int) -> Decimal:
    """Return the number rounded to `places` decimal places, half away from zero as in commerce."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    return rounded or abs(rounded)


def in_single_precision(number: Decimal) -> Decimal:
    """Return the shortest decimal number with the same nearest binary number of 32 bits, unchanged out of its range."""
    try:
        binary = _single(float(number))
    except OverflowError:
        return number
    if not isfinite(binary):
        return number
    short = next(text for digits in range(1, 10) if _single(float(text := f"{binary:.{digits}g}")) == binary)
    return Decimal(short) or Decimal(0)


def _single(number: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", number))[0]
    return found


def is_single_precision(form: Form) -> bool:
    """Return whether the values are binary numbers of 32 bits, as a column of an export may have them."""
    return form.options.get(BITS) == 32  # noqa: PLR2004


def places_of(form: Form) -> int | None:
    """Return the form's option `places`, or None."""
    places = form.options.get("places")
    return places if isinstance(places, int) else None


def _read_decimal(value: Plain, form: Form) -> Decimal:
    return _expect(number_of(value), value, form)


def _write_decimal(value: Scalar, target: Target) -> Json:
    number = _expect(number_without_loss(value), value, target.form)
    places = places_of(in_currency(target.form, target.siblings.get))
    return typed(number if places is None else quantised(number, places), target.form)


def _read_integer(value: Plain, form: Form) -> int:
    return _whole(_expect(number_of(value), value, form), form)


def _write_integer(value: Scalar, target: Target) -> Json:
    return typed(_whole(_expect(number_without_loss(value), value, target.form), target.form), target.form)


def _expect(number: Decimal | None, value: object, form: Form) -> Decimal:
    if number is None:
        raise not_convertible(value, "a number", form)
    return number


def _whole(number: Decimal, form: Form) -> int:
    if number != int(number):
        raise not_convertible(number, "an integer", form)
    return int(number)


DECIMAL = Conversion(_read_decimal, _write_decimal)
INTEGER = Conversion(_read_integer, _write_integer)
