"""Phone numbers: how they are read, written and compared. Source: docs/explanation/mapping.rst, "Phone numbers"."""

from __future__ import annotations

import re
from decimal import Decimal

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

# Separators between digits, and invisible characters that are copied from address books.
_PHONE_NOISE = re.compile("[\\s\\-().\\u2010-\\u2015/\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]+")
_PHONE = re.compile(r"\+?[0-9]+")
# E.164 country calling codes: one, two or three digits.
_CALLING_CODE = (
    r"\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|(?:2[1-69]|3[578]|42|5[09]|6[789]|8[0578]|9[679])[0-9])"
)
_SHORTEST_NATIONAL = 4


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


def differ_only_in_country_prefix(one: str, other: str) -> bool:
    """Return whether two phone numbers differ only in a country prefix that one of them lacks."""
    long, short = sorted((one, other), key=len, reverse=True)
    if short.startswith("+") or len(short) < _SHORTEST_NATIONAL or not long.endswith(short):
        return False
    return re.fullmatch(_CALLING_CODE, long.removesuffix(short)) is not None


def _expect_phone(value: object, form: Form) -> str:
    number = phone_number(value)
    if number is None:
        raise not_convertible(value, "a phone number", form)
    return number


def _read_phone(value: Plain, form: Form) -> str:
    return _expect_phone(value, form)


def _write_phone(value: Scalar, target: Target) -> Json:
    return typed(_expect_phone(value, target.form), target.form)


PHONE = Conversion(_read_phone, _write_phone)
