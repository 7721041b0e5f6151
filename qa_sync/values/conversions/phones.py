"""Phone numbers: how they are read, written and compared. Source: docs/explanation/mapping.rst, "Phone numbers"."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from qa_sync.values.conversions.calling_codes import calling_codes
from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible
from qa_sync.values.conversions.countries import country_code
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

# Separators between digits, and invisible characters that are copied from address books.
_PHONE_NOISE = re.compile("[\\s\\-().\\u2010-\\u2015/\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]+")
_PHONE = re.compile(r"\+?[0-9]+")
_ISO = re.compile("[A-Z]{2}")
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


def in_country(form: Form, value_at: Callable[[str], object]) -> Form:
    """Return the form with its option `country` as the ISO code of the country that the record names at that path.

    Without the option, with the code itself, or without a country in the record, the form is unchanged.
    """
    path = country_path(form)
    code = country_code(value_at(path)) if path else None
    return replace(form, options={**form.options, "country": code}) if code else form


def country_path(form: Form) -> str | None:
    """Return the path at which a record names the country of a phone number, None if the form names it, or none."""
    named = form.options.get("country") if form.convert == "phone" else None
    return None if named is None or _ISO.fullmatch(named) else str(named)


def with_country_code(number: str, form: Form) -> str | None:
    """Return a number that has no country, with the calling code of the one that its form names; None without one."""
    code = calling_codes().get(str(form.options.get("country")))
    is_national = len(number) >= _SHORTEST_NATIONAL and not number.startswith("+")
    return f"+{code}{number}" if is_national and code else None


def lacks_named_country(number: str, whole: str, form: Form) -> bool:
    """Return whether a number is another one without the calling code of the country that its own form names."""
    return whole == with_country_code(number, form)


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
