"""Booleans, and choices of named values. Source: docs/explanation/mapping.rst, "Order status" and "Booleans"."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar


def truth_of(value: object) -> bool | None:
    """Return the boolean of a boolean or of the text `true` or `false`, else None; 0 and 1 are numbers."""
    if isinstance(value, bool):
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    return text == "true" if text in ("true", "false") else None


def _read_boolean(value: Plain, form: Form) -> bool:
    truth = truth_of(value) if isinstance(value, bool) or form.type == "string" else None
    if truth is None:
        raise not_convertible(value, "true or false", form)
    return truth


def _write_boolean(value: Scalar, target: Target) -> Json:
    truth = truth_of(value)
    if truth is None:
        raise not_convertible(value, "true or false", target.form)
    return typed(truth, target.form)


def _values(form: Form) -> Mapping[str, Scalar]:
    values = form.options.get("values", {})
    return {to_text(wire): canonical for wire, canonical in values.items()}


def _read_choice(value: Plain, form: Form) -> Scalar:
    values = _values(form)
    if to_text(value) not in values:
        raise not_convertible(value, f"one of: {', '.join(values)}", form)
    return values[to_text(value)]


def _write_choice(value: Scalar, target: Target) -> Json:
    values = _values(target.form)
    # The type must be equal too: true is not 1. The first matching wire value is written.
    for wire, canonical in values.items():
        if type(canonical) is type(value) and canonical == value:
            return typed(wire, target.form)
    raise not_convertible(value, f"one of: {', '.join(to_text(v) for v in values.values())}", target.form)


BOOLEAN = Conversion(_read_boolean, _write_boolean)
CHOICE = Conversion(_read_choice, _write_choice)
