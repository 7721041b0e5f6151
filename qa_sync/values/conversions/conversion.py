"""The definition of a conversion between wire values and canonical values, and its error."""

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
"""More digits than any JSON double has; longer numbers are treated as hostile input."""


class Target(Struct, frozen=True):
    """The target of a write: the form, the canonical values of the same write, and the business time zone."""

    form: Form
    siblings: Mapping[str, Canonical]
    zone: tzinfo


class Conversion(Struct, frozen=True):
    """Converts a wire value to its canonical value (None: empty) and back; both raise only NotConvertible.

    `write` also accepts canonical values of other conversions, so that a value can change its form.
    """

    read: Callable[[Plain, Form], Scalar | None]
    write: Callable[[Scalar, Target], Json]


def not_convertible(value: object, expected: str, form: Form) -> NotConvertible:
    """Return the error for a value that is invalid for its form."""
    options = ", ".join(f"{key}={text}" for key, text in form.options.items() if isinstance(text, str | int))
    described = f"{form.convert} as {form.type}" + (f" ({options})" if options else "")
    return NotConvertible(f"{quote_value(value)} is not {expected}; the form is {described}")


def quote_value(value: object) -> str:
    """Return a value for a message, shortened."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and value.bit_length() > MAX_DIGITS:
        return f"a number of {value.bit_length()} bits"
    text = wire_text(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"  # noqa: PLR2004 - a line's worth


def wire_text(value: object) -> str:
    """Return a wire value for a message: texts in quotes, numbers, true and false as in JSON, `nothing`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return str(value)
        case Mapping():
            return f"{{{', '.join(f'{key}: {wire_text(member)}' for key, member in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(wire_text, value))}]"
        case _:
            return repr(value)


def exact_scalar(value: object, form: Form) -> Plain:
    """Return a JSON scalar with exact numbers; a float becomes the decimal of its shortest text."""
    if isinstance(value, (str, bool)):  # quicker than a union
        return value
    if isinstance(value, float):
        # Not the binary value: 0.1 must stay 0.1.
        value = Decimal(repr(value))
    if isinstance(value, int) and value.bit_length() <= MAX_DIGITS * 3:
        return value
    if isinstance(value, Decimal) and value.is_finite() and is_reasonable_number(value):
        return value
    raise not_convertible(value, "a string, a finite number, true or false", form)


def is_reasonable_number(number: Decimal) -> bool:
    """Return whether a number can be written with at most MAX_DIGITS digits."""
    if abs(number.adjusted()) > MAX_DIGITS:
        return False
    # The text is quicker than the digits, and never has fewer characters.
    return len(str(number)) <= MAX_DIGITS or len(number.as_tuple().digits) <= MAX_DIGITS


def to_text(value: Scalar) -> str:
    """Return the text of a canonical value: as in JSON for booleans and numbers, ISO 8601 for times."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return str(value)
