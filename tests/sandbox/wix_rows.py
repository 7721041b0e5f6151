"""What Wix documents, a row each: the request and the expected response.

Source: docs/explanation/vendors/wix.rst, whose headings are the rows' sections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
from msgspec import Struct, field
from sandbox_caller import Caller, HandClock

from qa_sync.sandbox.load import NO_LOAD, Load
from qa_sync.systems.http.rate_limits import Rate

Ask = Callable[[Caller, HandClock], httpx.Response]

CONTACTS = "/contacts/v4/contacts"
ORDERS = "/stores/v2/orders"
PRODUCTS = "/stores/v1/products"
STOCK = "/stores/v2/inventoryItems"
MEMBERS = "/members/v1/members"
LAGGING = Load(lag=timedelta(seconds=2))
LIMITED = Load(rate=Rate(3, 60))
ADA: dict[str, Any] = {
    "name": {"first": "Ada", "last": "Berg"},
    "emails": {"items": [{"tag": "MAIN", "email": "ada@example.test", "primary": True}]},
    "phones": {"items": [{"tag": "MOBILE", "countryCode": "NO", "phone": "40000001", "primary": True}]},
    "addresses": {
        "items": [
            {
                "tag": "BILLING",
                "address": {"country": "NO", "city": "Oslo", "postalCode": "0150", "addressLine": "Gate 1"},
            }
        ]
    },
    "company": "Berg AS",
}
ADDRESS = {"email": "a@example.test"}
ORDER: dict[str, Any] = {
    "totals": {"subtotal": "10", "total": "99.999"},
    "billingInfo": {"address": ADDRESS},
    "shippingInfo": {"shipmentDetails": {"address": ADDRESS}},
    "paymentStatus": "PAID",
    "lineItems": [{"quantity": 2, "name": "x", "priceData": {"price": "10"}}],
    "channelInfo": {"type": "WEB"},
}
TEE: dict[str, Any] = {"name": "Tee", "productType": "physical", "priceData": {"price": 10.5}}

RULE = "details.validationError.fieldViolations.0.violatedRule"
MILLISECONDS = "2026-03-01T12:00:00.250Z"
ERROR = {"": {"message", "details"}, "details.applicationError": {"code", "description", "data"}}
VIOLATION = {"details.validationError.fieldViolations.0": {"field", "description", "violatedRule", "ruleName", "data"}}
CONTACT = {
    "contact": {
        *("id", "revision", "source", "createdDate", "updatedDate", "lastActivity", "primaryInfo", "info"),
    },
    "contact.info": {"name", "emails", "phones", "addresses", "company", "extendedFields"},
    "contact.info.emails.items.0": {"id", "tag", "email", "primary"},
    "contact.info.phones.items.0": {"id", "tag", "countryCode", "phone", "e164Phone", "primary"},
    "contact.info.addresses.items.0": {"id", "tag", "address"},
}


class Row(Struct, frozen=True):
    """One documented behavior; `section` is a heading of its page, `item` a number of the checklist at its end.

    `keys` are the members of the object at a path of the response, all of them; `types` and `values` are at paths, too.
    """

    section: str
    name: str
    ask: Ask
    status: int = 200
    code: str | None = None
    keys: Mapping[str, set[str]] = field(default_factory=dict)
    types: Mapping[str, type] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    item: int | None = None
    load: Load = NO_LOAD


def contact(wix: Caller, **info: Any) -> dict[str, Any]:
    return dict(wix("POST", CONTACTS, {"info": {**ADA, **info}}).json()["contact"])


def order(wix: Caller, **fields: Any) -> dict[str, Any]:
    return dict(wix("POST", ORDERS, {"order": {**ORDER, **fields}}).json()["order"])


def product(wix: Caller, **fields: Any) -> dict[str, Any]:
    return dict(wix("POST", PRODUCTS, {"product": {**TEE, **fields}}).json()["product"])


def member(wix: Caller) -> dict[str, Any]:
    return dict(wix("POST", MEMBERS, {"member": {"loginEmail": "ada@example.test"}}).json()["member"])


def patch(wix: Caller, known: dict[str, Any], info: dict[str, Any], revision: Any = None) -> httpx.Response:
    revision = known["revision"] if revision is None else revision
    return wix("PATCH", f"{CONTACTS}/{known['id']}", {"revision": revision, "info": info})


def bought(wix: Caller, _clock: HandClock) -> httpx.Response:
    """Return the contact of a buyer after an order."""
    buyer = contact(wix)["id"]
    order(wix, buyerInfo={"id": buyer, "identityType": "CONTACT"})
    return wix("GET", f"{CONTACTS}/{buyer}")


def guest(wix: Caller, _clock: HandClock) -> httpx.Response:
    """Return all contacts after two orders of one guest."""
    order(wix)
    order(wix)
    return wix("POST", f"{CONTACTS}/query", {})


def plain(method: str, path: str, body: Any = None, **more: Any) -> Ask:
    """Send the request to an empty site."""
    return lambda wix, _clock: wix(method, path, body, **more)


def made(make: Callable[[Caller], dict[str, Any]], method: str, path: str, body: Any = None, **more: Any) -> Ask:
    """Send the request for a record that was just created; its id is in the path."""
    return lambda wix, _clock: wix(method, path.format(make(wix)["id"]), body, **more)


def two_writes(wix: Caller, info: dict[str, Any]) -> httpx.Response:
    """Write twice from one reading of a contact."""
    ada = contact(wix)
    patch(wix, ada, {"company": "first"})
    return patch(wix, ada, info)


def after_delete(path: str, make: Callable[[Caller], dict[str, Any]]) -> Ask:
    def ask(wix: Caller, _clock: HandClock) -> httpx.Response:
        here = f"{path}/{make(wix)['id']}"
        wix("DELETE", here)
        return wix("GET", here)

    return ask


def later(ask: Callable[[Caller], object], seconds: float, then: Callable[[Caller], httpx.Response]) -> Ask:
    """Send a request, advance the clock, and send another."""

    def asked(wix: Caller, clock: HandClock) -> httpx.Response:
        ask(wix)
        clock.tick(seconds)
        return then(wix)

    return asked


def renamed(wix: Caller) -> None:
    patch(wix, contact(wix), {"company": "New AS"})


def times(count: int, seconds: float = 0) -> Ask:
    """Send that many requests, and one more after a while."""

    def ask(wix: Caller, clock: HandClock) -> httpx.Response:
        for _ in range(count):
            wix("GET", CONTACTS)
        clock.tick(seconds)
        return wix("GET", CONTACTS)

    return ask


def filtered(path: str, **query: Any) -> Ask:
    return plain("POST", f"{path}/query", {"query": query})


def queried(path: str) -> Callable[[Caller], httpx.Response]:
    return lambda wix: wix("POST", f"{path}/query", {})


def looked_up_at_once(wix: Caller, _clock: HandClock) -> httpx.Response:
    ada = contact(wix)
    patch(wix, ada, {"company": "New AS"})
    return wix("GET", f"{CONTACTS}/{ada['id']}")


def merged(wix: Caller, _clock: HandClock) -> httpx.Response:
    ada = contact(wix)
    bo = contact(wix, emails={"items": [{"email": "bo@example.test"}]})
    wix("POST", f"{CONTACTS}/{ada['id']}/merge", {"targetContactRevision": 1, "sourceContactIds": [bo["id"]]})
    return wix("GET", f"{CONTACTS}/{bo['id']}")


def labelled(wix: Caller, _clock: HandClock) -> httpx.Response:
    key = wix("POST", "/contacts/v4/labels", {"displayName": "My label"}).json()["label"]["key"]
    return wix("POST", f"{CONTACTS}/{contact(wix)['id']}/labels", {"labelKeys": [key]})


def label_twice(wix: Caller, _clock: HandClock) -> httpx.Response:
    wix("POST", "/contacts/v4/labels", {"displayName": "My label"})
    return wix("POST", "/contacts/v4/labels", {"displayName": "My label"})


def member_s_email(wix: Caller, _clock: HandClock) -> httpx.Response:
    ada = contact(wix)
    member(wix)
    return patch(wix, ada, {"emails": {"items": [{"email": "new@example.test"}]}})


def member_s_contact(wix: Caller, _clock: HandClock) -> httpx.Response:
    ada = contact(wix)
    member(wix)
    return wix("DELETE", f"{CONTACTS}/{ada['id']}")


def stock_without_tracking(wix: Caller, _clock: HandClock) -> httpx.Response:
    tee = product(wix)
    path = f"{STOCK}/product/{tee['id']}"
    wix("PATCH", path, {"inventoryItem": {"trackQuantity": True, "variants": [{"quantity": 4}]}})
    wix("PATCH", path, {"inventoryItem": {"variants": [{"quantity": 5}]}})
    return wix("POST", f"{path}/getVariants")


def stock_of_product(wix: Caller, _clock: HandClock) -> httpx.Response:
    tee = product(wix)
    item = {"trackQuantity": True, "variants": [{"quantity": 4}]}
    wix("PATCH", f"{STOCK}/{tee['inventoryItemId']}", {"inventoryItem": item})
    wix("POST", f"{STOCK}/decrement", {"decrementData": [{"productId": tee["id"], "decrementBy": 4}]})
    return wix("GET", f"{PRODUCTS}/{tee['id']}")


def stock_of_deleted(wix: Caller, _clock: HandClock) -> httpx.Response:
    tee = product(wix)
    wix("DELETE", f"{PRODUCTS}/{tee['id']}")
    return wix("POST", f"{STOCK}/{tee['inventoryItemId']}/getVariants")


def sent(wix: Caller, _clock: HandClock) -> httpx.Response:
    lines = {"lineItems": [{"index": 1, "quantity": 1}], "trackingInfo": {"trackingNumber": "T1"}}
    return wix("POST", f"{ORDERS}/{order(wix)['id']}/fulfillments", {"fulfillment": lines})
