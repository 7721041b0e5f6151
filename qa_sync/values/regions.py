"""Regions of countries: the codes of ISO 3166-2, and those of systems with codes of their own.

Source: docs/explanation/mapping.rst, "Regions"; ISO 3166-2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import ConnectorError
from qa_sync.values.conversions.conversion import Conversion, Plain, Target, not_convertible, to_text
from qa_sync.values.conversions.countries import country_code, style_of
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.form import Form, Json, Scalar

_PREFIXED = re.compile(r"(?P<country>[A-Z]{2})-(?P<region>[A-Z0-9]{1,3})")
_BARE = re.compile(r"[A-Z0-9]{1,3}")

IN = "in"
"""The option of a form in one record: the country of that record (`with_country`)."""


class RegionCodes(Struct, frozen=True):
    """A system's own codes of regions, from a JSON file: by country, each code with that of ISO 3166-2 (null: none)."""

    path: Path

    def __repr__(self) -> str:
        """Return the name of the file; where it is installed does not matter."""
        return f"RegionCodes({self.path.name!r})"

    def to_iso(self, code: str, country: str | None) -> str | None:
        """Return the ISO code without its country, None if there is none, or if it depends on an unknown country.

        A country without codes of its own takes any text.
        """
        table = _table(self.path)
        if country is not None:
            codes = table.get(country)
            return codes.get(code) or codes.get(code.upper()) if codes else bare_region(code)
        meanings = {codes[code] for codes in table.values() if code in codes}
        return next(iter(meanings)) if len(meanings) == 1 else None if meanings else bare_region(code)

    def from_iso(self, region: str, country: str) -> str | None:
        """Return the system's code of a region by its ISO code without the country, None if it has none."""
        codes = _table(self.path).get(country)
        return next((code for code, iso in codes.items() if iso == region), None) if codes else region


@cache
def _table(path: Path) -> Mapping[str, Mapping[str, str | None]]:
    """Return the table of a file; raises ConnectorError for an invalid one."""
    import json  # noqa: PLC0415 - only specs with regions need a table

    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConnectorError(f"{path}: not a table of regions: {error}") from None
    if not isinstance(table, dict) or not all(isinstance(codes, dict) for codes in table.values()):
        raise ConnectorError(f"{path}: expected an object of countries, each with an object of codes")
    return table


def with_country(form: Form, value_at: Callable[[str], object]) -> Form:
    """Return the form of a region with the record's country; `value_at` returns the record's value at a path.

    Any other form is unchanged.
    """
    path = form.options.get("country") if form.convert == "region" else None
    country = country_code(value_at(str(path))) if path else None
    return replace(form, options={**form.options, IN: country}) if country else form


def iso_region(wire: Json, form: Form, value_at: Callable[[str], object]) -> Json:
    """Return a system's own code of a region as that of ISO 3166-2 (`CN2` -> `CN-BJ`), any other value unchanged.

    For values that are compared without their records; `value_at` returns the record's value at a path.
    """
    codes: RegionCodes | None = form.options.get("codes")
    country = with_country(form, value_at).options.get(IN) if codes else None
    region = codes.to_iso(wire, country) if codes and country and isinstance(wire, str) else None
    return f"{country}-{region}" if region and _BARE.fullmatch(region) else wire


def bare_region(text: str) -> str:
    """Return a region's code without its country (`US-NY` -> `NY`); a name stays unchanged."""
    match = _PREFIXED.fullmatch(text)
    return match["region"] if match else text


def _read_region(value: Plain, form: Form) -> str:
    if isinstance(value, bool):
        raise not_convertible(value, "a region", form)
    codes: RegionCodes | None = form.options.get("codes")
    if codes is None:
        return bare_region(to_text(value))
    country = form.options.get(IN)
    region = codes.to_iso(to_text(value), country)
    if region is None:
        expected = f"a code of a region of {country} that ISO 3166-2 has" if country else "a code without its country"
        raise not_convertible(value, expected, form)
    return region


def _write_region(value: Scalar, target: Target) -> Json:
    region, form = bare_region(to_text(value)), target.form
    country = country_code(target.siblings.get(str(form.options.get("country"))))
    codes: RegionCodes | None = form.options.get("codes")
    if codes:
        return typed(_own_code(codes, region, country, form), form)
    if style_of(form, ("bare", "prefixed")) == "bare":
        return typed(region, form)
    if country is None or not _BARE.fullmatch(region):
        raise not_convertible(value, "a region code with a country in the same record", form)
    return typed(f"{country}-{region}", form)


def _own_code(codes: RegionCodes, region: str, country: str | None, form: Form) -> str:
    if country is None:
        raise not_convertible(region, "a region code with a country in the same record", form)
    own = codes.from_iso(region, country)
    if own is None:
        raise not_convertible(region, f"a region of {country} that the system has a code for", form)
    return own


def region_elsewhere(value: object, form: Form) -> str | None:
    """Return a message when a region's wire value has the prefix of another country than its record, else None.

    `form` is that of the record (`with_country`). No prefix is no difference, that of another country is one.
    """
    match = _PREFIXED.fullmatch(value) if isinstance(value, str) else None
    country = form.options.get(IN)
    if match is None or country is None or match["country"] == country:
        return None
    return f"expected a region of {country}, got {value!r}"


REGION = Conversion(_read_region, _write_region)
