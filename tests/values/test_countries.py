"""The table of countries is that of ISO 3166-1, as a package that is kept up to date has it."""

from __future__ import annotations

import json
from pathlib import Path

import pycountry

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
