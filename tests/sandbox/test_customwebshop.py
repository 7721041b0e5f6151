"""Custom Webshop (docs/explanation/vendors/custom-webshop.rst)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from sandbox_caller import Caller, HandClock


def make(webshop: Caller, path: str, **fields: Any) -> dict[str, Any]:
    response = webshop("POST", f"/{path}", fields)
    assert (response.status_code, list(response.json())) == (200, ["id"]), response.text
    return dict(webshop("GET", f"/{path}/{response.json()['id']}").json())


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_key_is_needed(webshop: Caller) -> None:
    assert code(webshop("GET", "/products", known={})) == (401, "unauthorized")


def test_a_product(webshop: Caller) -> None:
    made = make(webshop, "products", sku="A-1", title="Tee æ", price="99.9", stock=4, currency="EUR", color="red")
    assert made == {
        "id": 1,
        "sku": "A-1",
        "title": "Tee æ",
        "description": None,
        "price": "99.90",
        "stock": 4,
        "published": True,
        "slug": "tee-æ",
        "currency": "NOK",
        "created": "2026-03-01T12:00:00Z",
        "updated": "2026-03-01T12:00:00Z",
    }


@pytest.mark.parametrize(("given", "kept"), [("15", "15.00"), ("0", "0.00"), ("12.345", "12.345"), ("-1.5", "-1.50")])
def test_money_has_two_decimals_or_three(webshop: Caller, given: str, kept: str) -> None:
    assert make(webshop, "products", title="x", price=given)["price"] == kept


@pytest.mark.parametrize(
    "fields", [{"price": 99.9}, {"price": "12,50"}, {"price": ""}, {"title": ""}, {"stock": 1.5}, {"published": "yes"}]
)
def test_bad_products(webshop: Caller, fields: dict[str, Any]) -> None:
    assert webshop("POST", "/products", {"title": "x", **fields}).status_code == 422


def test_patch_changes_what_is_sent(webshop: Caller, clock: HandClock) -> None:
    make(webshop, "customers", email="a@example.test", firstName="Ada", billingAddress={"city": "Oslo", "zip": "0150"})
    clock.tick(5)
    changed = webshop("PATCH", "/customers/1", {"lastName": "Berg", "billingAddress": {"city": "Bergen"}}).json()
    assert (changed["firstName"], changed["lastName"]) == ("Ada", "Berg")
    assert (changed["billingAddress"]["city"], changed["billingAddress"]["zip"]) == ("Bergen", "0150")
    assert (changed["created"], changed["updated"]) == ("2026-03-01T12:00:00Z", "2026-03-01T12:00:05Z")
    assert webshop("PATCH", "/customers/1", {"firstName": None}).json()["firstName"] is None


@pytest.mark.parametrize(
    ("path", "field", "fields"),
    [("customers", "email", {}), ("products", "sku", {"title": "x"})],
)
def test_unique_fields(webshop: Caller, path: str, field: str, fields: dict[str, Any]) -> None:
    make(webshop, path, **fields, **{field: "A@b"})
    make(webshop, path, **fields, **{field: "c@d"})
    assert code(webshop("POST", f"/{path}", {**fields, field: "a@B"})) == (409, f"duplicate_{field}")
    assert code(webshop("PATCH", f"/{path}/2", {field: "A@b"})) == (409, f"duplicate_{field}")
    assert webshop("PATCH", f"/{path}/1", {field: "a@b"}).status_code == 200


def test_many_products_may_have_no_sku(webshop: Caller) -> None:
    assert [make(webshop, "products", title="x", sku=sku)["id"] for sku in ("", None, "")] == [1, 2, 3]


def test_delete(webshop: Caller) -> None:
    make(webshop, "products", title="x")
    assert webshop("DELETE", "/products/1").json() == {"deleted": True}
    assert code(webshop("GET", "/products/1")) == (404, "not_found")


def test_a_cursor_beyond_all_numbers_leads_to_nothing(webshop: Caller) -> None:
    after = base64.urlsafe_b64encode(b"after:" + b"9" * 40).decode()
    response = webshop("GET", "/products", params={"after": after})
    assert (response.status_code, response.json()) == (200, [])


def test_the_cursor_leads_through_everything(webshop: Caller) -> None:
    made = [make(webshop, "products", title="x")["id"] for _ in range(5)]
    seen: list[int] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = webshop("GET", "/products", params={"limit": "2", **after})
        seen += [p["id"] for p in page.json()]
        after = {"after": page.headers.get("x-next-cursor", "")}
    assert (seen, after) == (made, {"after": ""})
    assert webshop("GET", "/products", params={"after": "junk"}).status_code == 400
    assert webshop("GET", "/products", params={"limit": "101"}).status_code == 400


def test_an_order_works_out_what_follows(webshop: Caller) -> None:
    make(webshop, "products", sku="A-1", title="Tee", price="99.90")
    make(webshop, "customers", email="a@example.test")
    items = [{"productId": 1, "qty": 2, "total": "1", "sku": "no"}, {"title": "Gift", "qty": 1, "unitPrice": "10"}]
    made = make(webshop, "orders", customerId=1, items=items, shippingCost="49", discount="9.5", currency="SEK")
    assert [(i["lineId"], i["sku"], i["title"], i["total"]) for i in made["items"]] == [
        (1, "A-1", "Tee", "199.80"),
        (2, None, "Gift", "10.00"),
    ]
    assert (made["total"], made["tax"], made["currency"], made["status"]) == ("249.30", "0.00", "SEK", "new")
    assert (made["orderedAt"], made["number"]) == ("2026-03-01T12:00:00Z", "100001")


def test_only_status_and_note_of_an_order_change(webshop: Caller, clock: HandClock) -> None:
    first = make(webshop, "orders", items=[{"title": "x", "qty": 1, "unitPrice": "1"}])
    clock.tick()
    changed = webshop("PATCH", "/orders/1", {"status": "paid", "note": "hi"}).json()
    assert (changed["note"], changed["paidAt"]) == ("hi", "2026-03-01T12:00:01Z")
    assert changed["items"] == first["items"]
    assert code(webshop("PATCH", "/orders/1", {"note": "x", "currency": "SEK"})) == (422, "not_editable")
    assert webshop("GET", "/orders/1").json() == changed
    assert code(webshop("DELETE", "/orders/1")) == (405, "method_not_allowed")


def test_an_order_refers_to_what_exists(webshop: Caller) -> None:
    assert code(webshop("POST", "/orders", {"customerId": 9})) == (422, "unknown_customer")
    assert code(webshop("POST", "/orders", {"items": [{"productId": 9}]})) == (422, "unknown_product")
    assert webshop("GET", "/orders").json() == []
