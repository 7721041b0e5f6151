"""Identifiers and references: opaque texts in any JSON type.

Source: docs/explanation/mapping.rst, "Ids and references" and "Order numbers".
"""

from __future__ import annotations

from decimal import Decimal

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar


def _read_identifier(value: Plain, form: Form) -> str:
    if isinstance(value, bool):
        raise not_convertible(value, "an identifier", form)
    if isinstance(value, Decimal) and value == int(value):
        # A parser may return the integer 5 as 5.0; a text keeps all its zeros.
        return str(int(value))
    return to_text(value)


def _read_reference(value: Plain, form: Form) -> str | None:
    text = _read_identifier(value, form)
    # WooCommerce uses customer_id 0 for "no customer".
    return None if text == "0" else text


def _write(value: Scalar, target: Target) -> Json:
    if isinstance(value, bool):
        raise not_convertible(value, "an identifier", target.form)
    return typed(value if isinstance(value, str) else to_text(value), target.form)


def _write_reference(value: Scalar, target: Target) -> Json:
    if to_text(value) == "0":
        raise not_convertible(value, "a reference (0 means none)", target.form)
    return _write(value, target)


IDENTIFIER = Conversion(_read_identifier, _write)
REFERENCE = Conversion(_read_reference, _write_reference)
