"""The table of countries is that of ISO 3166-1, as a package that is kept up to date has it."""

from __future__ import annotations

import json
from pathlib import Path

import pycountry
import pytest

from qa_sync.values.conversions import countries
from qa_sync.values.conversions.countries import country_code, country_codes

COUNTRIES = {country.alpha_2: country for country in pycountry.countries}


def test_every_code_is_that_of_the_standard() -> None:
    table = json.loads(Path(countries.__file__).with_name("countries.json").read_text(encoding="utf-8"))
    ours = {code: (three_letters, number) for code, (three_letters, number, *_) in table.items()}
    assert ours == {code: (country.alpha_3, country.numeric) for code, country in COUNTRIES.items()}
    assert set(country_codes()) == set(COUNTRIES)


def test_a_country_is_read_from_its_number_and_english_name() -> None:
    found = {code: (country_code(int(one.numeric)), country_code(one.name)) for code, one in COUNTRIES.items()}
    assert found == {code: (code, code) for code in COUNTRIES} | {"CG": ("CG", None)}  # two are called Congo


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hong Kong SAR China", "HK"),
        ("Macao SAR China", "MO"),
        ("French Southern and Antarctic Lands", "TF"),
        ("St. Helena, Ascension & Tristan da Cunha", "SH"),
        ("St Vincent & the Grenadines", "VC"),
        ("Heard Island & McDonald Islands", "HM"),
        ("US Virgin Islands", "VI"),
        ("Hongkong SAR Kina", "HK"),
        ("Kongo", "CD"),
        ("Kongo-Brazzaville", "CG"),
    ],
)
def test_names_of_cldr_are_known(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("language", ["en", "en_GB", "nb", "nn"])
def test_every_name_of_cldr_is_known(language: str) -> None:
    locale = pytest.importorskip("babel", reason="comes with the packages of the documentation").Locale.parse(language)
    names = {code: locale.territories[code] for code in country_codes()}
    assert {code: country_code(name) for code, name in names.items()} == {code: code for code in names}
