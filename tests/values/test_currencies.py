from __future__ import annotations

from decimal import Decimal

import pytest
from iso4217 import Currency
from values_forms import form

from qa_sync.values.comparison.compare import compare
from qa_sync.values.conversions.currencies import MINOR_UNITS, in_currency, minor_units

MONEY = form("decimal", places=2, currency="currency")


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("NOK", 2),
        ("jpy", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("", None),
        (None, None),
        (578, None),
        ("NOKS", None),
        ("N0K", None),
    ],
)
def test_the_places_of_a_currency(code: object, places: int | None) -> None:
    assert minor_units(code) == places


def test_the_table_is_that_of_iso_4217() -> None:
    # No decimal places are defined for metals, funds and test codes: no one's amounts are in them.
    standard = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}
    assert len(standard) > 150
    assert {code: minor_units(code) for code in standard} == standard
    assert set(standard) >= set(MINOR_UNITS)


def test_a_form_without_a_currency_stays_as_it_is() -> None:
    assert in_currency(form("decimal", places=1), {"currency": "KWD"}.get) == form("decimal", places=1)
    assert in_currency(MONEY, dict[str, str]().get) == MONEY


@pytest.mark.parametrize(
    ("currency", "one", "other", "same"),
    [
        ("KWD", "1.234", "1.23", False),
        ("NOK", "1.234", "1.23", True),
        ("NOK", "1.24", "1.23", False),
        ("JPY", "100", "100.4", True),
        ("JPY", "100", "101", False),
    ],
)
def test_money_is_compared_at_the_minor_units_of_its_currency(
    currency: str, one: str, other: str, *, same: bool
) -> None:
    money = in_currency(MONEY, {"currency": currency}.get)
    assert compare(Decimal(one), Decimal(other), money, money).same is same
