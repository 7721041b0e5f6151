"""The JSON types of wire values: a value is written in the type of its form without loss, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.conversion import Plain, not_convertible, to_text
from qa_sync.values.form import Form, Json

# Only texts that round-trip through a number: not `007` or `1.50`, which would lose a zero.
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,399}")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,399})\.[0-9]{0,399}[1-9]")


def number_in(text: str) -> int | Decimal | None:
    """Return the number of a text that round-trips through it, else None."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _FRACTION.fullmatch(text) else None


def typed(value: Plain, form: Form) -> Json:
    """Return the value in the form's JSON type.

    Raises NotConvertible when the value would not round-trip, UnknownName for an unknown type.
    """
    if form.type not in TYPES:
        raise UnknownName("wire type", form.type, TYPES)
    return TYPES[form.type](value, form)


def _string(value: Plain, form: Form) -> str:  # noqa: ARG001 - one signature for the table
    return to_text(value)


def _integer(value: Plain, form: Form) -> int:
    number = _number(value, form)
    if isinstance(number, int):
        return number
    raise not_convertible(value, "an integer", form)


def _number(value: Plain, form: Form) -> int | float:
    number = number_in(value) if isinstance(value, str) else value
    if number is None or isinstance(number, bool):
        raise not_convertible(value, "a number that round-trips without loss", form)
    if number == int(number):
        return int(number)
    nearest = float(number)
    if Decimal(repr(nearest)) != number:
        raise not_convertible(value, "a number that JSON can represent exactly", form)
    return nearest


def _boolean(value: Plain, form: Form) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise not_convertible(value, "true or false", form)


TYPES: dict[str, Callable[[Plain, Form], Json]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
