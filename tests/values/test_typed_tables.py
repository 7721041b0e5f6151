"""Tables of codes that were typed by hand have codes of the standards only, and a vendor's own by name."""

from __future__ import annotations

import pycountry
import pytest
from iso4217 import Currency

from qa_sync.checklist.samples.order_amounts import CURRENCIES, SHORT_CURRENCIES
from qa_sync.checklist.samples.same_place import REGIONS
from qa_sync.sandbox import option_words
from qa_sync.sandbox.customerp.countries import NAMES, is_country
from qa_sync.sandbox.wix.product_shape import SIGNS
from qa_sync.sandbox.woocommerce import data, money
from qa_sync.sync.faults.values.coded import ONLY_CURRENCY
from qa_sync.values.conversions.countries import country_code, country_name

CURRENT = {currency.code for currency in Currency}
WITHDRAWN = {"ANG", "BGN", "BYR", "CUC", "HRK", "SLL", "VEF"}
"""Once codes of the standard; the shop keeps them for old orders."""
OF_THE_SHOP = {"BTC", "GGP", "IMP", "IRT", "JEP", "PRB"}
AMBIGUOUS = {"Congo", "Kosovo", "Makedonia"}
"""Names of two countries, of none in ISO 3166-1, and of a country that has another one now: reported, never guessed."""


def test_the_currencies_of_the_shop_are_those_of_the_standard_and_its_own() -> None:
    assert len(set(money.CODES)) == len(money.CODES)
    assert set(money.CODES) - CURRENT == WITHDRAWN | OF_THE_SHOP
    assert set(data.CURRENCIES) | set(money.SYMBOLS) <= set(money.CODES)


def test_the_currencies_of_an_option_are_those_of_the_standard_but_not_metals_and_units_of_account() -> None:
    supranational = {"XAF", "XCD", "XCG", "XOF", "XPF"}
    assert {code for code in CURRENT if not code.startswith("X")} | supranational == option_words.CURRENCIES


@pytest.mark.parametrize(
    "table", [CURRENCIES, SHORT_CURRENCIES, (ONLY_CURRENCY,), tuple(SIGNS), tuple(data.CURRENCIES)]
)
def test_every_other_currency_is_one_of_the_standard(table: tuple[str, ...]) -> None:
    assert set(table) <= CURRENT


def test_the_names_of_the_shops_currencies_are_those_of_the_standard() -> None:
    names = {one.alpha_3: one.name.casefold() for one in pycountry.currencies}
    assert {code: name for code, name in data.CURRENCIES.items() if names[code] not in name.casefold()} == {}


def test_the_regions_of_samples_are_of_their_country() -> None:
    known = {one.code for one in pycountry.subdivisions}
    assert {f"{country}-{region}" for country, regions in REGIONS.items() for region in regions} <= known


def test_the_erp_knows_each_country_by_a_name_that_means_it() -> None:
    names = [" ".join(name.split()).replace("- ", "-") for name in NAMES.split(";")]
    assert {name for name in names if country_code(name) is None} == AMBIGUOUS
    assert all(is_country(name) for name in names)
    meant = {country_code(name) for name in names}
    assert {country.alpha_2 for country in pycountry.countries} - meant == set()
    assert [
        country.alpha_2 for country in pycountry.countries if not is_country(country_name(country.alpha_2) or "")
    ] == []
