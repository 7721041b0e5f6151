"""Wix (docs/explanation/vendors/wix.rst, "What the sandbox imitates")."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest
from sandbox_caller import Caller, HandClock

from qa_sync.sandbox.wix.app import API_KEY

CONTACTS = "/contacts/v4/contacts"
ORDERS = "/stores/v2/orders"
PRODUCTS = "/stores/v1/products"
ADDRESS = {"email": "a@example.test"}
ORDER: dict[str, Any] = {
    "totals": {"subtotal": "10", "total": "12.345"},
    "billingInfo": {"address": ADDRESS},
    "shippingInfo": {"shipmentDetails": {"address": ADDRESS}},
    "paymentStatus": "PAID",
    "lineItems": [{"quantity": 3, "name": "x", "priceData": {"price": "10.50"}}],
    "channelInfo": {"type": "WEB"},
}


def person(wix: Caller, email: str | None = "ada@example.test", **info: Any) -> dict[str, Any]:
    emails = {"emails": {"items": [{"email": email}]}} if email else {}
    response = wix("POST", CONTACTS, {"info": {**emails, **info}})
    assert response.status_code == 200, response.text
    return dict(response.json()["contact"])


def patch(wix: Caller, contact: dict[str, Any], info: dict[str, Any], **more: Any) -> httpx.Response:
    return wix("PATCH", f"{CONTACTS}/{contact['id']}", {"revision": contact["revision"], "info": info, **more})


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["details"]["applicationError"]["code"]


def test_credentials(wix: Caller) -> None:
    assert wix("GET", CONTACTS, known={}).status_code == 401
    assert wix("GET", CONTACTS, known={"headers": {"Authorization": API_KEY}}).status_code == 403


def test_revisions(wix: Caller) -> None:
    ada = person(wix)
    assert ada["revision"] == 1
    changed = patch(wix, ada, {"company": "Berg AS"})
    assert changed.json()["contact"]["revision"] == 2
    assert code(patch(wix, ada, {"company": "Dahl AS"})) == (409, "CONTACT_ALREADY_CHANGED")
    assert wix("PATCH", f"{CONTACTS}/{ada['id']}", {"info": {"company": "x"}}).status_code == 400


def test_an_email_belongs_to_one_contact(wix: Caller) -> None:
    ada = person(wix)
    lookalike = wix("POST", CONTACTS, {"info": {"emails": {"items": [{"email": "ADA@example.test"}]}}})
    assert code(lookalike) == (409, "DUPLICATE_CONTACT_EXISTS")
    assert lookalike.json()["details"]["applicationError"]["data"]["duplicateContactId"] == ada["id"]
    bo = person(wix, "bo@example.test")
    assert code(patch(wix, bo, {"emails": {"items": [{"email": "ada@example.test"}]}}))[0] == 409
    allowed = patch(wix, bo, {"emails": {"items": [{"email": "ada@example.test"}]}}, allowDuplicates=True)
    assert allowed.status_code == 200


def test_without_an_email_the_phone_is_checked(wix: Caller) -> None:
    phones = {"phones": {"items": [{"phone": "40 00 00 01"}]}}
    person(wix, None, **phones)
    assert code(wix("POST", CONTACTS, {"info": phones}))[0] == 409
    assert person(wix, "x@example.test", **phones)["revision"] == 1


def test_primary_info_is_a_mirror(wix: Caller) -> None:
    phones = {"items": [{"phone": "1"}, {"phone": "40000001", "countryCode": "NO", "primary": True}]}
    made = wix("POST", CONTACTS, {"info": {"phones": phones, "primaryInfo": {"phone": "9"}}}).json()["contact"]
    assert made["primaryInfo"] == {"phone": "40000001"}
    assert made["info"]["phones"]["items"][1]["e164Phone"] == "+4740000001"
    assert [p["primary"] for p in made["info"]["phones"]["items"]] == [False, True]


def test_the_first_becomes_primary_and_two_are_rejected(wix: Caller) -> None:
    ada = person(wix)
    assert ada["info"]["emails"]["items"][0]["primary"] is True
    two = {"emails": {"items": [{"email": f"{n}@example.test", "primary": True} for n in "ab"]}}
    assert code(patch(wix, ada, two)) == (400, "CANNOT_HAVE_MULTIPLE_PRIMARY_INFO")


def test_a_sent_property_takes_the_place_of_the_stored_one(wix: Caller) -> None:
    ada = person(wix, name={"first": "Ada", "last": "Berg"}, company="Berg AS", jobTitle="boss")
    changed = patch(wix, ada, {"name": {"first": "Eva"}, "company": None}).json()["contact"]["info"]
    assert changed["name"] == {"first": "Eva"}
    assert "company" not in changed
    assert (changed["jobTitle"], changed["emails"]) == ("boss", ada["info"]["emails"])


def test_unknown_fields_are_dropped_and_empty_ones_left_out(wix: Caller) -> None:
    ada = person(wix, nickname="x", company="", addresses={"items": [{"tag": "BILLING", "address": {"city": "Oslo"}}]})
    assert {"nickname", "company", "name"}.isdisjoint(ada["info"])
    assert ada["info"]["addresses"]["items"][0]["address"] == {"city": "Oslo"}
    assert "null" not in json.dumps(ada)


@pytest.mark.parametrize(
    "info",
    [
        {"company": "only"},
        {"name": "Ada"},
        {"name": {"first": 1}},
        {"emails": {"items": [{"email": "none"}]}},
        {"name": {"first": "x" * 1001}},
        {"name": {"first": "x"}, "addresses": {"items": [{"address": {"country": "Norway"}}]}},
    ],
)
def test_bad_contacts(wix: Caller, info: dict[str, Any]) -> None:
    response = wix("POST", CONTACTS, {"info": info})
    assert (response.status_code, bool(response.json()["message"])) == (400, True)


def test_a_deleted_contact_is_not_found(wix: Caller) -> None:
    path = f"{CONTACTS}/{person(wix)['id']}"
    assert wix("DELETE", path).json() == {}
    assert code(wix("GET", path)) == (404, "CONTACT_NOT_FOUND")


def test_contacts_are_listed_in_pages(wix: Caller) -> None:
    made = [person(wix, f"{n}@example.test")["id"] for n in range(3)]
    page = wix("GET", CONTACTS, params={"paging.limit": "2", "paging.offset": "2"}).json()
    assert ([c["id"] for c in page["contacts"]], page["pagingMetadata"]["total"]) == (made[2:], 3)
    assert code(wix("GET", CONTACTS, params={"paging.limit": "1001"})) == (400, "ILLEGAL_LIMIT")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"primaryInfo.email": "b@example.test"}, "b"),
        ({"info.emails.email": {"$startsWith": "A@"}}, "a"),
        ({"updatedDate": {"$gt": "2026-03-01T12:00:00.250Z"}}, "b"),
        ({"updatedDate": {"$gte": "2026-03-01T13:00:00.250+01:00"}}, "ab"),
        ({"createdDate": {"$lt": "2026-03-01T12:00:01Z"}}, "a"),
        ({"$or": [{"info.name.first": "a"}, {"$not": {"info.name.first": {"$exists": True}}}]}, "a"),
        ({"info.name.first": {"$in": ["a", "b", "c"]}}, "ab"),
    ],
)
def test_contacts_are_queried(wix: Caller, clock: HandClock, condition: dict[str, Any], found: str) -> None:
    for letter in "ab":
        person(wix, f"{letter}@example.test", name={"first": letter})
        clock.tick()
    response = wix("POST", f"{CONTACTS}/query", {"query": {"filter": condition}}).json()
    assert "".join(c["info"]["name"]["first"] for c in response["contacts"]) == found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter": {"info.shoe": 1}}, "UNSUPPORTED_FILTER_FIELD_UNKNOWN"),
        ({"filter": {"id": {"$gt": 1}}}, "UNSUPPORTED_FILTER_OPERATOR"),
        ({"filter": []}, None),
        ({"filter": "x"}, "MALFORMED_FILTER"),
        ({"sort": [{"fieldName": "updatedDate"}]}, "UNSUPPORTED_SORT_FIELD"),
    ],
)
def test_bad_queries(wix: Caller, query: dict[str, Any], expected: str | None) -> None:
    response = wix("POST", f"{CONTACTS}/query", {"query": query})
    assert response.status_code == 200 if expected is None else code(response) == (400, expected)


def test_an_order_is_stored_as_sent(wix: Caller) -> None:
    ada = person(wix, name={"first": "Ada"})
    made = wix("POST", ORDERS, {"order": ORDER | {"buyerInfo": {"id": ada["id"], "identityType": "CONTACT"}}})
    order = made.json()["order"]
    assert (order["number"], order["totals"]["total"], order["currency"]) == (10001, "12.345", "NOK")
    assert (order["buyerInfo"]["email"], order["buyerInfo"]["firstName"]) == ("ada@example.test", "Ada")
    assert order["billingInfo"]["paidDate"] == "2026-03-01T12:00:00.250Z"
    line = order["lineItems"][0]
    assert (line["index"], line["price"], line["priceData"]["totalPrice"]) == (1, "10.50", "31.50")
    assert wix("GET", f"{ORDERS}/{order['id']}").json()["order"] == order


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_order_can_be_neither_changed_nor_deleted(wix: Caller, method: str) -> None:
    made = wix("POST", ORDERS, {"order": ORDER}).json()["order"]
    assert wix(method, f"{ORDERS}/{made['id']}", {}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"totals": {"subtotal": "10"}},
        {"totals": {"subtotal": 10, "total": 10}},
        {"lineItems": []},
        {"billingInfo": {}},
        {"shippingInfo": {}},
        {"lineItems": [{"name": "x", "priceData": {"price": "1"}}]},
    ],
)
def test_bad_orders(wix: Caller, change: dict[str, Any]) -> None:
    response = wix("POST", ORDERS, {"order": ORDER | change})
    assert response.status_code == 400
    assert response.json()["details"]["validationError"]["fieldViolations"]


@pytest.mark.parametrize("path", [ORDERS, PRODUCTS])
def test_filters_of_the_stores_are_strings(wix: Caller, path: str) -> None:
    assert wix("POST", f"{path}/query", {"query": {"filter": {"id": "x"}}}).status_code == 400
    assert wix("POST", f"{path}/query", {"query": {"filter": '{"id":"x"}', "sort": '[{"numericId":"asc"}]'}}).is_success
    assert wix("POST", f"{path}/query", {"query": {"paging": {"limit": 101}}}).status_code == 400


def test_orders_are_queried(wix: Caller, clock: HandClock) -> None:
    for _ in range(3):
        wix("POST", ORDERS, {"order": ORDER})
        clock.tick()
    late = json.dumps({"lastUpdated": {"$gte": "2026-03-01T12:00:01.250Z"}})
    query = {"filter": late, "sort": json.dumps([{"number": "desc"}]), "paging": {"limit": 1, "offset": 1}}
    response = wix("POST", f"{ORDERS}/query", {"query": query}).json()
    assert ([o["number"] for o in response["orders"]], response["totalResults"]) == ([10002], 2)
    assert response["metadata"] == {"items": 1, "offset": 1}


def tee(wix: Caller, **fields: Any) -> dict[str, Any]:
    response = wix("POST", PRODUCTS, {"product": {"name": "Tee", "priceData": {"price": 10.5}, **fields}})
    assert response.status_code == 200, response.text
    return dict(response.json()["product"])


def test_a_product(wix: Caller) -> None:
    made = tee(wix, priceData={"price": 10.5, "currency": "EUR"}, discount={"type": "PERCENT", "value": 10})
    assert (made["priceData"]["price"], made["priceData"]["currency"]) == (10.5, "NOK")
    assert made["priceData"]["discountedPrice"] == 9.45
    assert uuid.UUID(made["inventoryItemId"]).int == uuid.UUID(made["id"]).int ^ (2**128 - 1)
    assert made["stock"] == {"trackInventory": False, "inStock": True, "inventoryStatus": "IN_STOCK"}


def test_costs_are_for_merchants(wix: Caller) -> None:
    path = f"{PRODUCTS}/{tee(wix, costAndProfitData={'itemCost': 4})['id']}"
    assert "costAndProfitData" not in wix("GET", path).json()["product"]
    shown = wix("GET", path, params={"includeMerchantSpecificData": "true"}).json()["product"]["costAndProfitData"]
    assert (shown["itemCost"], shown["profit"], shown["profitMargin"]) == (4, 6.5, 0.619)
    found = wix("POST", f"{PRODUCTS}/query", {"includeMerchantSpecificData": True}).json()["products"][0]
    assert found["costAndProfitData"]["itemCost"] == 4


def test_hidden_products_are_left_out(wix: Caller) -> None:
    tee(wix, visible=False)
    assert wix("POST", f"{PRODUCTS}/query", {}).json()["totalResults"] == 0
    assert wix("POST", f"{PRODUCTS}/query", {"includeHiddenProducts": True}).json()["totalResults"] == 1


def test_a_product_changes_by_what_is_sent(wix: Caller, clock: HandClock) -> None:
    made = tee(wix, sku="A-1")
    clock.tick()
    changes = {"priceData": {"price": 12}, "productType": "digital", "stock": {"quantity": 4}}
    changed = wix("PATCH", f"{PRODUCTS}/{made['id']}", {"product": changes}).json()["product"]
    assert (changed["priceData"]["price"], changed["sku"], changed["productType"]) == (12, "A-1", "physical")
    assert changed["lastUpdated"] == "2026-03-01T12:00:01.250Z"
    assert changed["stock"] == made["stock"]


@pytest.mark.parametrize(
    "fields",
    [{"name": "x" * 81}, {"sku": "x" * 41}, {"productType": "digital"}, {"priceData": {"price": "10"}}, {"name": 7}],
)
def test_bad_products(wix: Caller, fields: dict[str, Any]) -> None:
    product = {"name": "Tee", "priceData": {"price": 1}, **fields}
    assert wix("POST", PRODUCTS, {"product": product}).status_code == 400


def test_a_v1_site_has_no_v3_catalog(wix: Caller) -> None:
    assert wix("GET", "/stores/v3/provision/version").json() == {"catalogVersion": "V1_CATALOG"}
    assert wix("POST", "/stores/v3/products", {}).status_code == 428


@pytest.mark.parametrize("is_null", [True, False])
@pytest.mark.parametrize(
    ("name", "part", "value"), [("phones", "phone", "40000001"), ("emails", "email", "b@example.test")]
)
def test_what_was_cleared_in_a_primary_element_is_not_mirrored(
    wix: Caller, name: str, part: str, value: str, is_null: bool
) -> None:
    ada = person(wix, None, company="Berg AS", **{name: {"items": [{part: value}]}})
    assert ada["primaryInfo"][part] == value
    element = {"primary": True, **({part: None} if is_null else {})}
    response = patch(wix, ada, {name: {"items": [element]}})
    assert response.status_code == 200
    assert part not in response.json()["contact"].get("primaryInfo", {})
