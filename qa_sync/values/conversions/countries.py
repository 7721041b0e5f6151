"""Countries and regions. Source: docs/explanation/mapping.rst, "Countries" and "Regions"; ISO 3166-1."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar
from qa_sync.values.json_text import read_json

_PREFIXED = re.compile(r"(?P<country>[A-Z]{2})-(?P<region>[A-Z0-9]{1,3})")
_BARE = re.compile(r"[A-Z0-9]{1,3}")


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


def country_codes() -> tuple[str, ...]:
    """Return all ISO2 codes, sorted."""
    return tuple(_table())


def _style(form: Form, styles: tuple[str, ...]) -> str:
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
    return typed(code if _style(target.form, ("iso2", "name")) == "iso2" else _table()[code][2], target.form)


def misspelt_country(value: object, form: Form) -> str | None:
    """Return a message when a country's wire value does not have the style of its form, else None.

    A system may store any text: a name in place of a code is read as that country, but is still an error. Source:
    docs/explanation/mapping.rst, "Countries".
    """
    code = country_code(value)
    if code is None or _style(form, ("iso2", "name")) != "iso2" or value == code:
        return None
    return f"expected the ISO code {code!r}, got {value!r}"


def bare_region(text: str) -> str:
    """Return a region's code without its country (`US-NY` -> `NY`); a name stays unchanged."""
    match = _PREFIXED.fullmatch(text)
    return match["region"] if match else text


def _read_region(value: Plain, form: Form) -> str:
    if isinstance(value, bool):
        raise not_convertible(value, "a region", form)
    return bare_region(to_text(value))


def _write_region(value: Scalar, target: Target) -> Json:
    region = bare_region(to_text(value))
    if _style(target.form, ("bare", "prefixed")) == "bare":
        return typed(region, target.form)
    country = country_code(target.siblings.get(str(target.form.options.get("country"))))
    if country is None or not _BARE.fullmatch(region):
        raise not_convertible(value, "a region code with a country in the same record", target.form)
    return typed(f"{country}-{region}", target.form)


COUNTRY = Conversion(_read_country, _write_country)
REGION = Conversion(_read_region, _write_region)
