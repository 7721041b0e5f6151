"""Regions: the codes of ISO 3166-2, and WooCommerce's own, which a test compares code by code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pycountry
import pytest

from qa_sync.errors import ConnectorError, NotConvertible
from qa_sync.sandbox.woocommerce import data
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.form import Form
from qa_sync.values.regions import RegionCodes, iso_region, with_country

FILE = builtin_folder("woocommerce") / "regions.json"
TABLE: dict[str, dict[str, str | None]] = json.loads(FILE.read_text(encoding="utf-8"))
SHOP = Form(convert="region", options={"codes": RegionCodes(FILE), "country": "country"})
BARE = Form(convert="region", options={"style": "bare", "country": "country"})
PREFIXED = Form(convert="region", options={"style": "prefixed", "country": "country"})
CODES = [(country, own, iso) for country, codes in TABLE.items() for own, iso in codes.items()]


def read(code: str, country: str | None) -> Any:
    return to_canonical(code, with_country(SHOP, {"country": country}.get))


def write(region: str, country: str | None, form: Form = SHOP) -> Any:
    return to_wire(region, form, {"country": country})


def test_the_table_has_the_codes_of_the_vendors_list() -> None:
    states = json.loads(Path(data.__file__).with_name("states.json").read_text(encoding="utf-8"))
    assert {country: list(codes) for country, codes in states.items()} == {c: list(own) for c, own in TABLE.items()}


def test_every_translation_is_a_code_of_the_standard_and_no_two_are_the_same() -> None:
    known = {one.code for one in pycountry.subdivisions}
    translated = [f"{country}-{iso}" for country, _, iso in CODES if iso]
    assert set(translated) <= known
    assert len(translated) == len(set(translated))
    assert len(translated) > 1990


def test_every_code_is_translated_in_both_directions() -> None:
    for country, own, iso in CODES:
        if iso:
            assert read(own, country) == iso
            assert write(iso, country) == own
            assert write(read(own, country), country, PREFIXED) == f"{country}-{iso}"
            assert to_canonical(f"{country}-{iso}", PREFIXED) == iso


@pytest.mark.parametrize(("country", "own"), [(c, own) for c, own, iso in CODES if iso is None])
def test_a_code_without_a_translation_is_reported(country: str, own: str) -> None:
    with pytest.raises(NotConvertible):
        read(own, country)


@pytest.mark.parametrize(("region", "country"), [("ZZ", "US"), ("NY", "CN"), ("CN2", "CN"), ("NY", None), ("PR", "US")])
def test_a_region_without_a_code_is_never_written(region: str, country: str | None) -> None:
    with pytest.raises(NotConvertible):
        write(region, country)


@pytest.mark.parametrize(
    ("own", "country", "region"),
    [("CN2", None, "BJ"), ("JP13", None, "13"), ("CL-RM", None, "RM"), ("CA", None, "CA"), ("ca", "US", "CA")],
)
def test_a_code_that_has_one_meaning_needs_no_country(own: str, country: str | None, region: str) -> None:
    assert read(own, country) == region


@pytest.mark.parametrize("own", ["SN", "MZN", "CH"])
def test_a_code_of_several_meanings_needs_one(own: str) -> None:
    with pytest.raises(NotConvertible):
        read(own, None)


@pytest.mark.parametrize("text", ["03", "Vestland", "V"])
def test_a_country_without_a_list_takes_any_text(text: str) -> None:
    assert read(text, "NO") == text
    assert write(text, "NO") == text
    assert write(text, "US", BARE) == text


def test_a_file_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    for text in ("[", "[1]", '{"US": 3}'):
        file = tmp_path / f"{len(text)}.json"
        file.write_text(text)
        with pytest.raises(ConnectorError):
            RegionCodes(file).to_iso("CA", "US")


@pytest.mark.parametrize(
    ("own", "country", "iso"), [("CO", "US", "US-CO"), ("CO", "MX", "MX-COA"), ("CN2", "CN", "CN-BJ")]
)
def test_a_region_of_a_column_has_its_country(own: str, country: str, iso: str) -> None:
    assert iso_region(own, SHOP, {"country": country}.get) == iso
    assert to_canonical(iso, SHOP) == iso.partition("-")[2]
    assert iso_region(own, BARE, {"country": country}.get) == own
    assert iso_region("nowhere", SHOP, {"country": "US"}.get) == "nowhere"
