"""Countries. Source: docs/explanation/mapping.rst, "Countries"; ISO 3166-1."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar
from qa_sync.values.json_text import read_json


@cache
def _codes() -> dict[str, str]:
    """Return a map from every spelling, folded, to the ISO2 code."""
    return {_folded(spelling): code for code, spellings in _table().items() for spelling in (code, *spellings)}


@cache
def _table() -> dict[str, list[str]]:
    """Return a map from ISO2 code to ISO3 code, numeric code, English name, Norwegian name and other names."""
    table: dict[str, list[str]] = read_json(Path(__file__).with_name("countries.json").read_bytes())
    return table


def _folded(name: str) -> str:
    if not name.isascii():  # rarely
        name = unicodedata.normalize("NFC", name).replace("\u2019", "'")
    return " ".join(name.casefold().replace("&", " and ").replace(".", "").split())


def country_code(value: object) -> str | None:
    """Return the ISO2 code of a country's code, number or English or Norwegian name, else None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = f"{value:03d}" if isinstance(value, int) else value
    return text if text in _table() else _codes().get(_folded(text))


def country_name(code: str) -> str | None:
    """Return the English name of a country by its ISO2 code, None for an unknown code."""
    spellings = _table().get(code)
    return spellings[2] if spellings else None


def country_codes() -> tuple[str, ...]:
    """Return all ISO2 codes, sorted."""
    return tuple(_table())


def style_of(form: Form, styles: tuple[str, ...]) -> str:
    """Return the style of a form, by default the first; raises UnknownName for another."""
    style = str(form.options.get("style", styles[0]))
    if style not in styles:
        raise UnknownName(f"{form.convert} style", style, styles)
    return style


def _country(value: object, form: Form) -> str:
    code = country_code(value)
    if code is None:
        raise not_convertible(value, "a country code or name", form)
    return code


def _read_country(value: Plain, form: Form) -> str:
    return _country(value, form)


def _write_country(value: Scalar, target: Target) -> Json:
    code = _country(value, target.form)
    return typed(code if style_of(target.form, ("iso2", "name")) == "iso2" else _table()[code][2], target.form)


def misspelt_country(value: object, form: Form) -> str | None:
    """Return a message when a country's wire value does not have the style of its form, else None.

    A system may store any text: a name in place of a code, or a code in place of a name, is read as that country, but
    is still an error. Source: docs/explanation/mapping.rst, "Countries".
    """
    code = country_code(value)
    if code is None:
        return None
    if style_of(form, ("iso2", "name")) == "iso2":
        return None if value == code else f"expected the ISO code {code!r}, got {value!r}"
    iso3, number, *names = _table()[code]
    # `USA` is a code, and a name that is in use.
    is_code = isinstance(value, int) or str(value).strip().upper() in {code, iso3, number} - set(names)
    return f"expected the name {names[0]!r}, got {value!r}" if is_code else None


COUNTRY = Conversion(_read_country, _write_country)
