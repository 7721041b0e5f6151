"""Texts and e-mail addresses. Source: docs/explanation/mapping.rst, "E-mail addresses"."""

from __future__ import annotations

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar


def _read_text(value: Plain, form: Form) -> Plain:  # noqa: ARG001 - one signature for all conversions
    # A number or boolean in place of a text stays unchanged: the comparison reports the difference in type.
    return value


def write_text(value: Scalar, target: Target) -> Json:
    """Return the wire value of a canonical value; numbers and booleans keep their JSON type if the form has it."""
    return typed(value if isinstance(value, Plain) else to_text(value), target.form)


def _parse_address(value: object, form: Form) -> str:
    if not isinstance(value, str):
        raise not_convertible(value, "an e-mail address", form)
    return value.strip().lower()


def _read_email(value: Plain, form: Form) -> str:
    return _parse_address(value, form)


def _write_email(value: Scalar, target: Target) -> Json:
    return typed(_parse_address(value, target.form), target.form)


TEXT = Conversion(_read_text, write_text)
EMAIL = Conversion(_read_email, _write_email)
