"""Customerp (docs/explanation/vendors/customerp.rst)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sandbox_caller import Caller, HandClock

KINDS = [
    ("contacts", "contactId", "C-1001", {}),
    ("customers", "customerId", "K-1001", {}),
    ("products", "productId", "P-1001", {"itemNumber": "A-1", "name": "Tee"}),
    ("orders", "orderId", "O-1001", {}),
]


def make(erp: Caller, path: str, **fields: Any) -> dict[str, Any]:
    response = erp("POST", f"/{path}", fields)
    assert response.status_code == 201, response.text
    return dict(response.json())


def put(erp: Caller, path: str, fields: dict[str, Any], version: int) -> httpx.Response:
    return erp("PUT", path, fields, headers={"If-Match": f'"{version}"'})


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_token_is_needed(erp: Caller) -> None:
    assert code(erp("GET", "/contacts", known={})) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(("path", "id_field", "id", "fields"), KINDS)
def test_every_entity_can_be_made_read_replaced_and_deleted(
    erp: Caller, path: str, id_field: str, id: str, fields: dict[str, Any]
) -> None:
    made = erp("POST", f"/{path}", fields)
    assert (made.json()[id_field], made.headers["etag"]) == (id, '"1"')
    assert erp("GET", f"/{path}/{id}").json() == made.json()
    assert put(erp, f"/{path}/{id}", fields, 1).json()["rowVersion"] == 2
    assert erp("DELETE", f"/{path}/{id}").status_code == 204
    assert code(erp("GET", f"/{path}/{id}")) == (404, "NOT_FOUND")


def test_put_replaces_the_whole(erp: Caller) -> None:
    made = make(erp, "contacts", firstName="Ada", address={"city": "Oslo", "line1": "Gate 1"})
    changed = put(erp, f"/contacts/{made['contactId']}", {"address": {"city": "Bergen"}}, 1).json()
    assert (changed["firstName"], changed["address"]["line1"], changed["address"]["city"]) == (None, None, "Bergen")
    assert changed.keys() == made.keys()


def test_the_row_version_guards(erp: Caller) -> None:
    made = make(erp, "contacts", firstName="Ada")
    path = f"/contacts/{made['contactId']}"
    assert code(erp("PUT", path, {})) == (428, "PRECONDITION_REQUIRED")
    assert put(erp, path, {"firstName": "Eva"}, 1).status_code == 200
    assert code(put(erp, path, {"firstName": "Bo"}, 1)) == (412, "STALE")
    assert erp("GET", path).json()["firstName"] == "Eva"


@pytest.mark.parametrize(
    ("day", "stamp"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T01:00:00+01:00"),
        (datetime(2026, 7, 1, tzinfo=UTC), "2026-07-01T02:00:00+02:00"),
    ],
)
def test_times_are_of_the_office(erp: Caller, clock: HandClock, day: datetime, stamp: str) -> None:
    clock.at = day
    assert make(erp, "contacts")["modifiedAt"] == stamp


@pytest.mark.parametrize("name", ["Norway", "Norge", "norge", "Sweden", "Åland Islands", None])
def test_countries_have_names(erp: Caller, name: str | None) -> None:
    assert make(erp, "contacts", address={"country": name})["address"]["country"] == name


@pytest.mark.parametrize("name", ["NO", "Norwegen", "Atlantis"])
def test_an_unknown_country_is_rejected(erp: Caller, name: str) -> None:
    response = erp("POST", "/contacts", {"address": {"country": name}})
    assert code(response) == (422, "INVALID_COUNTRY")
    assert name in response.json()["error"]["message"]


@pytest.mark.parametrize("price", [99.9, 0, 0.1, -5, 12.345, 123456789.01, 7])
def test_money_is_a_number_and_exact(erp: Caller, price: float) -> None:
    assert make(erp, "products", itemNumber="A", name="n", salesPrice=price)["salesPrice"] == price


@pytest.mark.parametrize(
    "fields",
    [{"salesPrice": "99.9"}, {"active": "yes"}, {"type": "thing"}, {"name": 7}, {"itemNumber": ""}, {"name": None}],
)
def test_bad_products(erp: Caller, fields: dict[str, Any]) -> None:
    response = erp("POST", "/products", {"itemNumber": "A", "name": "n", **fields})
    assert (response.status_code, bool(response.json()["error"]["message"])) == (422, True)


def test_item_numbers_are_unique(erp: Caller) -> None:
    first = make(erp, "products", itemNumber="Abc", name="n")
    second = make(erp, "products", itemNumber="B", name="n")
    assert code(erp("POST", "/products", {"itemNumber": "aBC", "name": "n"})) == (409, "DUPLICATE_ITEM_NUMBER")
    taken = put(erp, f"/products/{second['productId']}", {"itemNumber": "Abc", "name": "n"}, 1)
    assert taken.status_code == 409
    assert put(erp, f"/products/{first['productId']}", {"itemNumber": "Abc", "name": "m"}, 1).status_code == 200


def test_an_order_works_out_what_follows(erp: Caller) -> None:
    tee = make(erp, "products", itemNumber="A-1", name="Tee")
    lines = [
        {"productId": tee["productId"], "quantity": 1.5, "unitPrice": 99.9, "discountPercent": 10, "lineTotal": 1},
        {"description": "free text", "quantity": 1, "unitPrice": 10},
    ]
    made = make(erp, "orders", lines=lines, freight=49, discount=9.5, totalAmount=1, vatAmount=5)
    assert [(line["lineNo"], line["itemNumber"]) for line in made["lines"]] == [(1, "A-1"), (2, None)]
    assert [line["lineTotal"] for line in made["lines"]] == [134.87, 10]
    assert (made["totalAmount"], made["vatAmount"], made["status"]) == (184.37, 0, "open")


def test_the_order_number_is_set_on_create_only(erp: Caller) -> None:
    given = make(erp, "orders", orderNumber="W-7")
    assert put(erp, f"/orders/{given['orderId']}", {"orderNumber": "other"}, 1).json()["orderNumber"] == "W-7"
    assert make(erp, "orders")["orderNumber"] == "50001"


def test_an_order_refers_to_what_exists(erp: Caller) -> None:
    contact, customer = make(erp, "contacts")["contactId"], make(erp, "customers")["customerId"]
    assert [make(erp, "orders", customerId=buyer)["customerId"] for buyer in (contact, customer, None)] == [
        contact,
        customer,
        None,
    ]
    assert code(erp("POST", "/orders", {"customerId": "K-9"})) == (422, "UNKNOWN_CUSTOMER")
    assert code(erp("POST", "/orders", {"lines": [{"productId": "P-9"}]})) == (422, "UNKNOWN_PRODUCT")


@pytest.mark.parametrize(("day", "status"), [("2024-02-29", 201), ("2023-02-29", 422), ("2024-02-29T10:00:00Z", 422)])
def test_days_have_no_time(erp: Caller, day: str, status: int) -> None:
    assert erp("POST", "/orders", {"orderDate": day}).status_code == status


def test_pages(erp: Caller) -> None:
    made = [make(erp, "contacts")["contactId"] for _ in range(5)]
    page = erp("GET", "/contacts", params={"page": "2", "pageSize": "2"}).json()
    assert [c["contactId"] for c in page.pop("items")] == made[2:4]
    assert page == {"page": 2, "pageSize": 2, "total": 5}
    assert erp("GET", "/contacts", params={"pageSize": "201"}).status_code == 400


def test_changed_since(erp: Caller, clock: HandClock) -> None:
    make(erp, "contacts")
    clock.tick(10)
    late = make(erp, "contacts")
    for since in ("2026-03-01T12:00:10Z", "2026-03-01T13:00:10+01:00"):  # equal counts
        found = erp("GET", "/contacts", params={"modifiedSince": since}).json()["items"]
        assert [c["contactId"] for c in found] == [late["contactId"]]
    assert erp("GET", "/contacts", params={"modifiedSince": "2026-03-01"}).status_code == 400


def test_exact_filters(erp: Caller) -> None:
    make(erp, "contacts", email="Ada@example.test")
    make(erp, "products", itemNumber="A-1", name="n")
    for path, requested in (("/contacts", {"email": "ada@example.test"}), ("/products", {"itemNumber": "a-1"})):
        assert erp("GET", path, params=requested).json()["total"] == 1
        assert erp("GET", path, params=dict.fromkeys(requested, "other")).json()["total"] == 0


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"firstName": NaN}', '{"firstName": "\\ud83d"}'])
def test_a_body_that_is_not_a_json_object_is_rejected(erp: Caller, body: str) -> None:
    assert code(erp("POST", "/contacts", content=body)) == (400, "BAD_JSON")


def test_paths_and_methods_that_are_not_there(erp: Caller) -> None:
    assert code(erp("GET", "/nosuch")) == (404, "NOT_FOUND")
    assert code(erp("PATCH", "/contacts/C-1", {})) == (405, "METHOD_NOT_ALLOWED")
