"""Sites that differ, and what orders change in contacts and products by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import pytest
from sandbox_caller import Caller, HandClock
from wix_rows import CONTACTS, PRODUCTS, STOCK, contact, order, product

from qa_sync.errors import UnknownName, UsageError
from qa_sync.sandbox.load import NO_LOAD
from qa_sync.sandbox.vendors import vendors_under
from qa_sync.sandbox.wix.settings import WORDS, SiteSettings, read_settings
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.values.paths import omit, read

Open = Callable[..., Caller]


@pytest.fixture
def site() -> Iterator[Open]:
    """Open a site with settings."""
    opened: list[Caller] = []

    def open_site(text: str = "") -> Caller:
        opened.append(Caller(vendors_under(NO_LOAD, site=read_settings(text))["wix"], HandClock()))
        return opened[-1]

    yield open_site
    for caller in opened:
        caller.loop.close()


def test_the_words_are_those_of_the_settings() -> None:
    assert read_settings(" currency=EUR, weight=LB") == SiteSettings("EUR", "LB")
    assert read_settings("") == SiteSettings()
    assert set(WORDS) == set(SiteSettings.__struct_fields__)


def test_an_unknown_word_is_reported_with_the_words_there_are() -> None:
    with pytest.raises(UnknownName, match="taxes") as error:
        read_settings("taxes=25")
    assert all(word in error.value.message for word in WORDS)


@pytest.mark.parametrize("text", ["currency", "currency=kr", "currency=ABC", "currency=XAU", "weight=kg", "weight="])
def test_an_invalid_value_is_reported(text: str) -> None:
    with pytest.raises(UsageError, match=f"--site {text.partition('=')[0]}: expected"):
        read_settings(text)


@pytest.mark.parametrize(("text", "currency", "unit"), [("", "NOK", "KG"), ("currency=JPY,weight=LB", "JPY", "LB")])
def test_a_site_decides_its_currency_and_its_unit_of_weights(site: Open, text: str, currency: str, unit: str) -> None:
    wix = site(text)
    tee = product(wix)
    assert {tee[name]["currency"] for name in ("price", "priceData", "convertedPriceData")} == {currency}
    assert (order(wix)["currency"], order(wix)["weightUnit"]) == (currency, unit)
    assert order(wix, currency="EUR")["currency"] == "EUR"


def test_an_order_counts_in_the_contact_which_the_card_does_not_compare(site: Open) -> None:
    wix = site()
    before = contact(wix)
    for _ in range(2):
        order(wix, buyerInfo={"id": before["id"], "identityType": "CONTACT"})
    after = wix("GET", f"{CONTACTS}/{before['id']}").json()["contact"]
    assert (after["revision"], after["updatedDate"]) == (before["revision"], before["updatedDate"])
    assert read(after, 'info.extendedFields.items."ecom.numOfPurchases"') == 2
    assert read(after, 'info.extendedFields.items."ecom.totalSpentAmount"') == pytest.approx(199.998)
    assert before != after
    assert compared(before) == compared(after)
    changed = wix("PATCH", f"{CONTACTS}/{before['id']}", {"revision": 1, "info": {"company": "Other"}}).json()[
        "contact"
    ]
    assert read(changed, 'info.extendedFields.items."ecom.numOfPurchases"') == 2


def compared(record: dict[str, Any]) -> Any:
    """Return what a check compares of a contact."""
    card = load_connector(builtin_folder("wix")).cards["contacts"]
    return reduce(omit, card.volatile, record)


@pytest.mark.parametrize(("tracked", "left"), [(True, 3), (False, None)])
def test_an_order_lowers_a_stock_that_is_tracked(site: Open, tracked: bool, left: int | None) -> None:
    wix = site()
    tee = product(wix)
    variant = {"variantId": "00000000-0000-0000-0000-000000000000", "quantity": 5}
    item = {"trackQuantity": tracked, "variants": [variant]}
    wix("PATCH", f"{STOCK}/product/{tee['id']}", {"inventoryItem": item})
    order(wix, lineItems=[{"quantity": 2, "name": "Tee", "productId": tee["id"], "priceData": {"price": "10"}}])
    assert wix("GET", f"{PRODUCTS}/{tee['id']}").json()["product"]["stock"].get("quantity") == left


def test_a_guest_is_the_contact_with_the_same_address_or_a_new_one(site: Open) -> None:
    wix = site()
    known = contact(wix)
    email = known["primaryInfo"]["email"]
    bought = order(wix, **to(email.upper()))
    assert bought["buyerInfo"]["id"] == known["id"]
    assert bought["buyerInfo"]["email"] == email
    other = order(wix, **to("guest@example.org", fullName={"firstName": "Gro"}, zipCode="0150", country="NO"))
    made = wix("GET", f"{CONTACTS}/{other['buyerInfo']['id']}").json()["contact"]
    assert other["buyerInfo"]["firstName"] == made["info"]["name"]["first"] == "Gro"
    assert [(one["tag"], one["address"]) for one in made["info"]["addresses"]["items"]] == [
        ("BILLING", {"country": "NO", "postalCode": "0150"}),
        ("SHIPPING", {"city": "Oslo"}),
    ]
    again = order(wix, **to("guest@example.org"))
    assert again["buyerInfo"]["id"] == made["id"]
    assert (
        read(wix("GET", f"{CONTACTS}/{made['id']}").json(), 'contact.info.extendedFields.items."ecom.numOfPurchases"')
        == 2
    )
    assert len(wix("POST", f"{CONTACTS}/query", {}).json()["contacts"]) == 2


def test_an_order_without_an_address_of_its_buyer_makes_no_contact(site: Open) -> None:
    wix = site()
    bought = order(wix, billingInfo={"address": {"city": "Oslo"}}, shippingInfo=DELIVERY)
    assert "buyerInfo" not in bought
    named = order(wix, buyerInfo={"id": contact(wix)["id"]}, **to("other@example.org"))
    assert named["buyerInfo"]["email"] != "other@example.org"
    assert len(wix("POST", f"{CONTACTS}/query", {}).json()["contacts"]) == 1


DELIVERY = {"shipmentDetails": {"address": {"city": "Oslo"}}}


def to(email: str, **address: Any) -> dict[str, Any]:
    """Return the places of an order whose buyer has an address."""
    return {"billingInfo": {"address": {"email": email, **address}}, "shippingInfo": DELIVERY}
