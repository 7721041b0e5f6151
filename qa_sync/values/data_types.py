"""Checks whether a wire value has the data type in the spec and the notation of its form.

A `decimal` may be a text, because JSON numbers are not exact; `float` is any number; `list` is a list. Other cells
declare nothing that can be checked. Source: docs/explanation/grammar.rst, "Data types"; docs/explanation/mapping.rst,
"Countries".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from qa_sync.values.conversions.conversion import wire_text
from qa_sync.values.conversions.countries import misspelt_country
from qa_sync.values.conversions.numbers import number_of
from qa_sync.values.form import Form, Json
from qa_sync.values.regions import region_elsewhere


def wrong_type(wire: Json, declared: str | None) -> str | None:
    """Return a message when a wire value does not have the declared type, else None.

    An empty value has every type. In a list, each element must have the type.
    """
    if declared is None or declared not in TYPES:
        return None
    values = wire if isinstance(wire, list) and declared != "list" else [wire]
    wrong = next((v for v in values if v not in (None, "", []) and not TYPES[declared](v)), None)
    return None if wrong is None else f"expected the data type {declared}, got the {_kind(wrong)} {wire_text(wrong)}"


def possible(declared: str, wire_type: str) -> bool:
    """Return whether values of a JSON type can have the declared type."""
    return wire_type in _WIRE.get(declared, (wire_type,))


def wrong_notation(wire: Json, form: Form) -> str | None:
    """Return a message when a valid wire value does not have the notation of its form, else None; checks lists too.

    `form` is that of the record: it names the country of a region.
    """
    message_of = NOTATIONS.get(form.convert)
    if message_of is None:
        return None
    values = wire if isinstance(wire, list) else [wire]
    return next((message for value in values if (message := message_of(value, form))), None)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_integer(value: Json) -> bool:
    return _is_number(value) and value == int(value)


NOTATIONS: Mapping[str, Callable[[Json, Form], str | None]] = {
    "country": misspelt_country,
    "region": region_elsewhere,
}
"""By conversion: a message when a value has another notation than its form."""

TYPES: Mapping[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "float": _is_number,
    "decimal": lambda value: number_of(value) is not None or _is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
}

_WIRE: Mapping[str, tuple[str, ...]] = {
    "string": ("string",),
    "integer": ("integer", "number"),
    "float": ("number",),
    "decimal": ("number", "string"),
    "boolean": ("boolean",),
}


def _kind(value: Json) -> str:
    kinds = ((bool, "boolean"), (str, "text"), (list, "list"), (dict, "object"))
    return next((word for python, word in kinds if isinstance(value, python)), "number")
