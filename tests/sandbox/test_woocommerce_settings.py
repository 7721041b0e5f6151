"""Shops that differ: their settings decide what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

import pytest
from sandbox_caller import Caller, HandClock

from qa_sync.errors import UnknownName, UsageError
from qa_sync.sandbox.load import NO_LOAD
from qa_sync.sandbox.vendors import vendors_under
from qa_sync.sandbox.woocommerce.money import CODES
from qa_sync.sandbox.woocommerce.settings import WORDS, ShopSettings, read_settings


@pytest.fixture
def shop() -> Iterator[Callable[..., Caller]]:
    """Open a shop with settings."""
    opened: list[Caller] = []

    def open_shop(text: str = "") -> Caller:
        opened.append(Caller(vendors_under(NO_LOAD, read_settings(text))["woocommerce"], HandClock()))
        return opened[-1]

    yield open_shop
    for caller in opened:
        caller.loop.close()


Open = Callable[..., Caller]


def order(caller: Caller, **fields: Any) -> Any:
    made = caller("POST", "/products", {"name": "Mug", "regular_price": "15.00"}).json()
    line = {"product_id": made["id"], "quantity": 3}
    return caller("POST", "/orders", {"line_items": [line], **fields}).json()


def test_the_words_are_those_of_the_settings() -> None:
    assert read_settings(
        "taxes=25, prices=with,decimals=0,currency=JPY,zone=Asia/Kolkata,orders=posts"
    ) == ShopSettings(Decimal(25), "with", 0, "JPY", "Asia/Kolkata", orders="posts")
    assert read_settings("") == ShopSettings()


def test_an_unknown_word_is_reported_with_the_words_there_are() -> None:
    with pytest.raises(UnknownName, match="colour") as error:
        read_settings("colour=red")
    assert all(word in error.value.message for word in WORDS)


@pytest.mark.parametrize(
    "text",
    [
        *("taxes", "taxes=", "taxes=many", "taxes=-1", "taxes=100", "taxes=25%", "taxes=\u0662\u0665"),
        *("decimals=9", "decimals=-1", "decimals=two", "prices=net", "orders=table"),
        *("zone=", "zone=Mars/Base", "zone=..", "zone=../etc/passwd", "zone=Europe", "zone=europe/oslo"),
        *("currency=kr", "currency=nok", "currency=ABC", "currency=XXX"),
    ],
)
def test_an_invalid_value_is_reported(text: str) -> None:
    with pytest.raises(UsageError, match=f"--shop {text.partition('=')[0]}: expected"):
        read_settings(text)


@pytest.mark.parametrize("text", ["taxes=25,taxes=10", "decimals=0, decimals=0"])
def test_a_word_that_is_given_twice_is_reported(text: str) -> None:
    with pytest.raises(UsageError, match="is given twice"):
        read_settings(text)


def test_every_zone_and_every_currency_can_be_chosen() -> None:
    zones = [zone for zone in available_timezones() if zone != "localtime"]
    assert all(read_settings(f"zone={zone}").zone == zone for zone in zones)
    assert all(read_settings(f"currency={code}").currency == code for code in CODES)


@pytest.mark.parametrize(
    ("text", "total", "tax"),
    [("", "45.00", "0.00"), ("taxes=25", "56.25", "11.25"), ("taxes=25,prices=with", "45.00", "9.00")],
)
def test_taxes_are_added_to_or_contained_in_prices(shop: Open, text: str, total: str, tax: str) -> None:
    made = order(shop(text))
    assert (made["total"], made["total_tax"]) == (total, tax)
    assert made["prices_include_tax"] == ("with" in text)


def test_decimals_are_those_of_the_shop_unless_others_are_requested(shop: Open) -> None:
    caller = shop("decimals=0")
    line = {"method_id": "flat_rate", "total": "4.50"}
    made = order(caller, shipping_lines=[line])
    assert (made["shipping_lines"][0]["total"], made["shipping_total"], made["total"]) == ("5", "5", "50")
    requested = caller("GET", f"/orders/{made['id']}", params={"dp": "2"}).json()
    assert (requested["shipping_lines"][0]["total"], requested["shipping_total"]) == ("4.50", "5.00")


def test_local_times_are_those_of_the_zone(shop: Open) -> None:
    made = order(shop("zone=Asia/Kolkata"))
    assert (made["date_created_gmt"], made["date_created"]) == ("2026-03-01T12:00:00", "2026-03-01T17:30:00")


def test_related_products_are_shuffled(shop: Open) -> None:
    caller = shop()
    ids = [caller("POST", "/products", {"name": f"Mug {n}"}).json()["id"] for n in range(7)]
    shown = {tuple(caller("GET", f"/products/{ids[0]}").json()["related_ids"]) for _ in range(9)}
    assert len(shown) > 1
    assert all(len(related) == 5 and set(related) <= set(ids[1:]) for related in shown)


def test_staff_are_no_customers(shop: Open) -> None:
    caller = shop()
    assert caller("GET", "/customers").json() == []
    (owner,) = caller("GET", "/customers", params={"role": "all"}).json()
    assert owner["role"] == "administrator"
    assert caller("DELETE", f"/customers/{owner['id']}", params={"force": "true"}).status_code == 403


def test_backslashes_are_eaten(shop: Open) -> None:
    caller = shop()
    person = caller(
        "POST", "/customers", {"email": "a@example.test", "first_name": "a\\b", "billing": {"city": "c\\\\d"}}
    )
    assert (person.json()["first_name"], person.json()["billing"]["city"]) == ("ab", "c\\d")
    made = caller("POST", "/products", {"name": "a\\\\b", "sku": "s\\1"}).json()
    assert (made["name"], made["sku"]) == ("a\\b", "s\\1")
    assert caller("PUT", f"/products/{made['id']}", {"regular_price": "1"}).json()["name"] == "a\\b"
    assert caller("PUT", f"/products/{made['id']}", {"status": "draft"}).json()["name"] == "ab"


@pytest.mark.parametrize(("orders", "note"), [("tables", "a\\b"), ("posts", "ab")])
def test_the_note_of_an_order_loses_backslashes_in_a_shop_with_posts(shop: Open, orders: str, note: str) -> None:
    assert order(shop(f"orders={orders}"), customer_note="a\\b")["customer_note"] == note
