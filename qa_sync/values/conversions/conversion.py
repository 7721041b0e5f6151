"""What a conversion is: two directions between the wire and canonical values, and how both of them say no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from msgspec import Struct

from qa_sync.errors import NotConvertible
from qa_sync.values.form import Canonical, Form, Json, Scalar

Plain = str | int | bool | Decimal
"""A JSON scalar in which every number is exact."""

MAX_DIGITS = 400
"""More than any JSON double has; beyond it a number is no value of a business system, but a trap."""


class Target(Struct, frozen=True):
    """Where a value is written: its form, the canonical values written beside it, and the business time zone."""

    form: Form
    siblings: Mapping[str, Canonical]
    zone: tzinfo


class Conversion(Struct, frozen=True):
    """From a wire value to its canonical value and back; None is empty. Both raise NotConvertible, nothing else.

    `write` also takes the canonical values of other conversions, so that a value can cross from one form to another.
    """

    read: Callable[[Plain, Form], Scalar | None]
    write: Callable[[Scalar, Target], Json]


def not_convertible(value: object, expected: str, form: Form) -> NotConvertible:
    """Return the error for a value that is not what its form says."""
    options = ", ".join(f"{key}={text}" for key, text in form.options.items() if isinstance(text, str | int))
    described = f"{form.convert} as {form.type}" + (f" ({options})" if options else "")
    return NotConvertible(f"{quote_value(value)} is not {expected}; the form is {described}")


def quote_value(value: object) -> str:
    """Return a value for a person, shortened."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and value.bit_length() > MAX_DIGITS:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"  # noqa: PLR2004 - a line's worth


def exact_scalar(value: object, form: Form) -> Plain:
    """Return a JSON scalar with exact numbers; a float means the number that its shortest text says."""
    if isinstance(value, float):
        # Never through the binary value: 0.1 is meant to be 0.1 (MAPPING 6.1).
        value = Decimal(repr(value))
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int) and value.bit_length() <= MAX_DIGITS * 3:
        return value
    if isinstance(value, Decimal) and value.is_finite() and is_reasonable_number(value):
        return value
    raise not_convertible(value, "a text, a finite number or a truth", form)


def is_reasonable_number(number: Decimal) -> bool:
    """Tell whether a number can be written out in digits."""
    return abs(number.adjusted()) <= MAX_DIGITS and len(number.as_tuple().digits) <= MAX_DIGITS


def to_text(value: Scalar) -> str:
    """Return the one text of a canonical value: JSON's own for truths and numbers, ISO 8601 for times."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return str(value)
