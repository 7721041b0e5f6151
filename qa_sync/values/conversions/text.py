"""Texts, e-mail addresses and phone numbers.

Source: docs/explanation/mapping.rst, "E-mail addresses" and "Phone numbers".
"""

from __future__ import annotations

import re
from decimal import Decimal

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

# Separators between digits, and invisible characters that are copied from address books.
_PHONE_NOISE = re.compile("[\\s\\-().\\u2010-\\u2015/\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]+")
_PHONE = re.compile(r"\+?[0-9]+")


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


def phone_number(value: object) -> str | None:
    """Return the digits of a phone number, with a leading `+` for a prefix `+` or `00`; None for other values.

    Letters (`ext. 5`) are not dropped, because that would hide a lost or changed extension.
    """
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0 and value == int(value):
        return str(int(value))
    digits = _PHONE_NOISE.sub("", value) if isinstance(value, str) else ""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if _PHONE.fullmatch(digits) else None


def _expect_phone(value: object, form: Form) -> str:
    number = phone_number(value)
    if number is None:
        raise not_convertible(value, "a phone number", form)
    return number


def _read_phone(value: Plain, form: Form) -> str:
    return _expect_phone(value, form)


def _write_phone(value: Scalar, target: Target) -> Json:
    return typed(_expect_phone(value, target.form), target.form)


TEXT = Conversion(_read_text, write_text)
EMAIL = Conversion(_read_email, _write_email)
PHONE = Conversion(_read_phone, _write_phone)
