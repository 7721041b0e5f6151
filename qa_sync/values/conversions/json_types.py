"""The JSON types on the wire: a value goes out as its form's type says, without loss or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.conversion import Plain, not_convertible, to_text
from qa_sync.values.form import Form, Json

# Only texts that a number spells back the same way: no lost zero of `007` or `1.50`.
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,399}")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,399})\.[0-9]{0,399}[1-9]")


def number_in(text: str) -> int | Decimal | None:
    """Return the number that a text spells exactly, None when another text would come back."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _FRACTION.fullmatch(text) else None


def typed(value: Plain, form: Form) -> Json:
    """Return the value in the form's JSON type.

    Raises NotConvertible when it would not come back as it went, UnknownName for a type that JSON does not have.
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
    raise not_convertible(value, "a whole number", form)


def _number(value: Plain, form: Form) -> int | float:
    number = number_in(value) if isinstance(value, str) else value
    if number is None or isinstance(number, bool):
        raise not_convertible(value, "a number that comes back as it went", form)
    if number == int(number):
        return int(number)
    nearest = float(number)
    if Decimal(repr(nearest)) != number:
        raise not_convertible(value, "a number that a JSON number holds exactly", form)
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
