"""WooCommerce beyond the recorded cases (docs/explanation/vendors/woocommerce.rst)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

import pytest
from sandbox_caller import Caller, HandClock

from qa_sync.sandbox.woocommerce.auth import KEY, SECRET


def product(woo: Caller, **fields: Any) -> dict[str, Any]:
    response = woo("POST", "/products", fields)
    assert response.status_code == 201, response.text
    return dict(response.json())


def order(woo: Caller, **fields: Any) -> dict[str, Any]:
    response = woo("POST", "/orders", fields)
    assert response.status_code == 201, response.text
    return dict(response.json())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("12.3400", "12.3400"),
        ("abc", ""),
        ("12,50", "1250"),
        ("1e3", "13"),
        ("kr 50", "50"),
        ("-5", "-5"),
        ("15", "15"),
    ],
)
def test_prices_are_stored_as_sent_without_invalid_characters(woo: Caller, given: str, kept: str) -> None:
    made = product(woo, name="x", regular_price=given)
    assert (made["regular_price"], made["price"], made["on_sale"]) == (kept, kept, False)


@pytest.mark.parametrize(("sale", "kept"), [("9.99", "9.99"), ("10", ""), ("11", "")])
def test_a_sale_price_must_be_lower(woo: Caller, sale: str, kept: str) -> None:
    made = product(woo, regular_price="10", sale_price=sale)
    assert (made["sale_price"], made["price"], made["on_sale"]) == (kept, kept or "10", bool(kept))


def test_price_is_read_only(woo: Caller) -> None:
    assert product(woo, regular_price="10", price="99")["price"] == "10"


def test_stock_needs_manage_stock(woo: Caller) -> None:
    assert product(woo, stock_quantity=4)["stock_quantity"] is None
    managed = product(woo, stock_quantity=0, manage_stock=True)
    assert (managed["stock_quantity"], managed["stock_status"]) == (0, "outofstock")


@pytest.mark.parametrize(("path", "email"), [("/products", {}), ("/customers", {"email": "a@example.test"})])
def test_names_are_stripped_trimmed_and_encoded(woo: Caller, path: str, email: dict[str, str]) -> None:
    name = "name" if path == "/products" else "first_name"
    made = woo("POST", path, {name: "  Ål & <script>Øl</script> 🧢 ", **email}).json()
    assert made[name] == "Ål &amp; Øl 🧢"


def test_a_sku_is_unique_ignoring_case(woo: Caller) -> None:
    first = product(woo, sku="Abc")
    clash = woo("POST", "/products", {"sku": " aBC "})
    assert (clash.status_code, clash.json()["code"]) == (400, "product_invalid_sku")
    assert clash.json()["data"]["resource_id"] == first["id"]
    assert woo("PUT", f"/products/{first['id']}", {"sku": "Abc"}).status_code == 200


@pytest.mark.parametrize("sku", ["a-1", "A-1", "x,A-1"])
def test_products_are_found_by_sku(woo: Caller, sku: str) -> None:
    product(woo, sku="A-1")
    product(woo, sku="A-11")
    assert [p["sku"] for p in woo("GET", "/products", params={"sku": sku}).json()] == ["A-1"]


def test_an_email_is_unique_ignoring_case(woo: Caller) -> None:
    woo("POST", "/customers", {"email": "Ann@example.test"})
    clash = woo("POST", "/customers", {"email": "aNN@example.test"})
    assert (clash.status_code, clash.json()["code"]) == (400, "registration-error-email-exists")
    found = woo("GET", "/customers", params={"email": "ann@EXAMPLE.test"}).json()
    assert [c["email"] for c in found] == ["Ann@example.test"]


def test_addresses_merge_and_an_empty_billing_email_is_rejected(woo: Caller) -> None:
    made = woo("POST", "/customers", {"email": "a@example.test", "billing": {"city": "Oslo", "phone": "1"}}).json()
    path = f"/customers/{made['id']}"
    changed = woo("PUT", path, {"billing": {"city": "Bergen"}}).json()
    assert (changed["billing"]["city"], changed["billing"]["phone"]) == ("Bergen", "1")
    refused = woo("PUT", path, {"billing": {"email": ""}})
    assert (refused.status_code, refused.json()["data"]["params"]) == (400, {"billing": "Invalid email address."})


def test_any_put_moves_the_time_of_change(woo: Caller, clock: HandClock) -> None:
    made = product(woo, name="x")
    clock.tick(60)
    again = woo("PUT", f"/products/{made['id']}", {}).json()
    assert made["date_modified_gmt"] == "2026-03-01T12:00:00"
    assert (again["date_modified_gmt"], again["date_modified"]) == ("2026-03-01T12:01:00", "2026-03-01T13:01:00")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"modified_after": "2026-03-01T11:59:59", "dates_are_gmt": "true"}, 1),
        ({"modified_after": "2026-03-01T12:00:00", "dates_are_gmt": "true"}, 0),  # strictly greater
        ({"modified_after": "2026-03-01T11:59:59Z"}, 1),
        ({"modified_after": "2026-03-01T12:59:59"}, 1),  # without the flag: the shop's own time
        ({"modified_after": "2026-03-01T13:00:00"}, 0),
        ({"modified_after": "2026-03-01T11:59:59Z", "dates_are_gmt": "true"}, 0),  # both: shifted by the offset
        ({"modified_before": "2026-03-01T12:00:01", "dates_are_gmt": "true"}, 1),
    ],
)
def test_modified_after(woo: Caller, asked: dict[str, str], found: int) -> None:
    product(woo, name="x")
    order(woo)
    assert len(woo("GET", "/products", params=asked).json()) == found
    assert len(woo("GET", "/orders", params=asked).json()) == found


@pytest.mark.parametrize("mark", ["2026-03-01", "soon"])
def test_an_invalid_time_filter_is_rejected(woo: Caller, mark: str) -> None:
    assert woo("GET", "/products", params={"modified_after": mark}).json()["code"] == "rest_invalid_param"


def test_pages_have_totals_and_links(woo: Caller) -> None:
    made = [product(woo, name=f"p{n}")["id"] for n in range(5)]
    requested = {"per_page": "2", "orderby": "id", "order": "asc"}
    pages = [woo("GET", "/products", params=requested | {"page": str(n)}) for n in (1, 2, 3, 4)]
    assert [p["id"] for page in pages for p in page.json()] == made
    assert {page.headers["x-wp-total"] for page in pages} == {"5"}
    assert 'rel="next"' in pages[0].headers["link"]
    assert 'rel="next"' not in pages[2].headers["link"]


def test_the_newest_comes_first(woo: Caller, clock: HandClock) -> None:
    first = product(woo, name="old")
    clock.tick()
    second = product(woo, name="new")
    assert [p["id"] for p in woo("GET", "/products").json()] == [second["id"], first["id"]]


@pytest.mark.parametrize("asked", [{"per_page": "0"}, {"page": "0"}, {"orderby": "sku"}, {"order": "up"}])
def test_bad_list_arguments(woo: Caller, asked: dict[str, str]) -> None:
    response = woo("GET", "/products", params=asked)
    assert (response.status_code, response.json()["code"]) == (400, "rest_invalid_param")


def test_totals_come_from_the_lines(woo: Caller) -> None:
    tee = product(woo, name="Tee", sku="T", regular_price="33.335")
    made = order(
        woo,
        total="1",
        line_items=[{"sku": "t", "quantity": 3}, {"product_id": tee["id"], "subtotal": "20", "total": "15.5"}],
        shipping_lines=[{"method_id": "flat_rate", "method_title": "Post", "total": "49"}],
        fee_lines=[{"name": "Fee", "total": "1.005"}],
    )
    assert [line["total"] for line in made["line_items"]] == ["100.01", "15.50"]
    assert [line["price"] for line in made["line_items"]] == [33.335, 15.5]
    assert (made["total"], made["discount_total"], made["shipping_total"]) == ("165.52", "4.50", "49.00")


def test_lines_without_an_id_are_added_and_zero_removes(woo: Caller) -> None:
    tee = product(woo, regular_price="10")
    made = order(woo, line_items=[{"product_id": tee["id"]}])
    path = f"/orders/{made['id']}"
    twice = woo("PUT", path, {"line_items": [{"product_id": tee["id"], "quantity": 2}]}).json()
    assert (len(twice["line_items"]), twice["total"]) == (2, "30.00")
    once = woo("PUT", path, {"line_items": [{"id": twice["line_items"][0]["id"], "quantity": 0}]}).json()
    assert [line["quantity"] for line in once["line_items"]] == [2]
    assert woo("PUT", path, {"line_items": []}).json()["total"] == "20.00"


def test_quantity_zero_on_a_new_line_kills_php(woo: Caller) -> None:
    tee = product(woo, regular_price="10")
    lines = {"line_items": [{"product_id": tee["id"], "quantity": 0}]}
    assert woo("POST", "/orders", lines).json()["code"] == "internal_server_error"
    assert woo("POST", "/orders/batch", {"create": [{}, lines]}).status_code == 500
    assert len(woo("GET", "/orders").json()) == 1  # what came before it has been made


@pytest.mark.parametrize(("quantity", "status"), [("2", 201), (1.5, 400), (-1, 201)])
def test_quantities(woo: Caller, quantity: Any, status: int) -> None:
    tee = product(woo, regular_price="10")
    assert (
        woo("POST", "/orders", {"line_items": [{"product_id": tee["id"], "quantity": quantity}]}).status_code == status
    )


def test_orders_move_the_stock(woo: Caller, clock: HandClock) -> None:
    tee = product(woo, regular_price="10", manage_stock=True, stock_quantity=3)
    made = order(woo, line_items=[{"product_id": tee["id"], "quantity": 5}])

    def stock() -> dict[str, Any]:
        return dict(woo("GET", f"/products/{tee['id']}").json())

    assert stock()["stock_quantity"] == 3
    clock.tick(5)
    woo("PUT", f"/orders/{made['id']}", {"status": "processing"})
    assert (stock()["stock_quantity"], stock()["date_modified_gmt"]) == (-2, "2026-03-01T12:00:05")
    woo("PUT", f"/orders/{made['id']}", {"status": "cancelled"})
    assert stock()["stock_quantity"] == 3


def test_the_trash(woo: Caller) -> None:
    made = product(woo, name="x", sku="S")
    path = f"/products/{made['id']}"
    assert woo("DELETE", path).json()["status"] == "publish"
    assert woo("GET", path).json()["status"] == "trash"
    assert woo("GET", "/products").json() == []
    assert len(woo("GET", "/products", params={"status": "trash"}).json()) == 1
    assert woo("DELETE", path, params={"force": "yes"}).status_code == 400
    assert woo("DELETE", path, params={"force": "true"}).status_code == 200
    assert woo("GET", path).status_code == 404


def test_meta_data(woo: Caller) -> None:
    made = product(woo, meta_data=[{"key": "a", "value": 5}, {"key": "b", "value": True}, {"key": "_c", "value": [1]}])
    assert {m["key"]: m["value"] for m in made["meta_data"]} == {"a": "5", "b": "1", "_c": [1]}
    path = f"/products/{made['id']}"
    changed = woo("PUT", path, {"meta_data": [{"key": "a", "value": "6"}, {"key": "b", "value": None}]}).json()
    assert {m["key"]: m["value"] for m in changed["meta_data"]} == {"a": "6", "_c": [1]}
    assert changed["meta_data"][0]["id"] == made["meta_data"][0]["id"]
    assert woo("PUT", path, {"meta_data": []}).json()["meta_data"] == changed["meta_data"]


@pytest.mark.parametrize("path", ["/products", "/customers", "/orders"])
def test_a_post_with_an_id_is_rejected(woo: Caller, path: str) -> None:
    assert woo("POST", path, {"id": 5}).json()["code"].endswith("_exists")


def test_a_body_that_is_not_a_json_object_counts_as_empty(woo: Caller) -> None:
    assert woo("POST", "/products", [1]).json()["name"] == "Product"
    assert woo("POST", "/products", content="name=x").json()["name"] == "Product"


@pytest.mark.parametrize(
    ("fields", "paying"),
    [
        ({}, False),
        ({"status": "processing"}, False),  # a status says nothing about a payment, but the last one does
        ({"status": "completed"}, True),
        ({"set_paid": True}, True),
        ({"status": "cancelled"}, False),
    ],
)
def test_a_paid_order_makes_a_paying_customer(
    woo: Caller, clock: HandClock, fields: dict[str, Any], paying: bool
) -> None:
    buyer, other = (woo("POST", "/customers", {"email": f"{n}@example.org"}).json() for n in "ab")
    clock.tick(5)
    made = order(woo, customer_id=buyer["id"], **fields)
    after = woo("GET", f"/customers/{buyer['id']}").json()
    assert after["is_paying_customer"] is paying
    assert (after["date_modified_gmt"] != buyer["date_modified_gmt"]) is paying
    clock.tick(5)
    woo("PUT", f"/orders/{made['id']}", {"status": "completed"})
    woo("PUT", f"/orders/{made['id']}", {"status": "refunded"})
    assert woo("GET", f"/customers/{buyer['id']}").json()["is_paying_customer"]
    assert not woo("GET", f"/customers/{other['id']}").json()["is_paying_customer"]
    order(woo, status="completed")  # of a guest


def test_removing_a_customer_leaves_the_orders(woo: Caller) -> None:
    ann = woo("POST", "/customers", {"email": "a@example.test"}).json()
    made = order(woo, customer_id=ann["id"])
    woo("DELETE", f"/customers/{ann['id']}", params={"force": "true"})
    assert woo("GET", f"/orders/{made['id']}").json()["customer_id"] == 0


def test_the_batch_checks_nothing_and_has_a_limit(woo: Caller) -> None:
    made = woo("POST", "/products/batch", {"create": [{"name": 7, "regular_price": 12.5, "status": "shiny"}]}).json()
    assert [(p["name"], p["regular_price"], p["status"]) for p in made["create"]] == [("7", "12.5", "publish")]
    assert woo("POST", "/products/batch", {"create": [{}] * 101}).status_code == 413


def test_keys_in_the_query(woo: Caller) -> None:
    keys = {"consumer_key": KEY, "consumer_secret": SECRET}
    assert woo("GET", "/orders", known={}, params=keys).status_code == 200


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000/wp-json/wc/v3", "http://shop.example/wp-json/wc/v3"])
def test_basic_over_http_works_on_this_machine_only(woo: Caller, base: str) -> None:
    assert woo("GET", "/orders", base=base).status_code == (200 if "127" in base else 401)


def signed(clock: HandClock, url: str, nonce: str, secret: str = SECRET) -> dict[str, str]:
    """The parameters of an OAuth 1.0a one-legged GET, worked out apart from the sandbox's own way."""
    given = {
        "oauth_consumer_key": KEY,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(clock.at.timestamp())),
        "per_page": "5",
    }
    listed = "%26".join(f"{name}%3D{value}" for name, value in sorted(given.items()))
    base = f"GET&{quote(url, safe='')}&{listed}"
    digest = hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()
    return given | {"oauth_signature": base64.b64encode(digest).decode()}


def test_oauth_over_http(woo: Caller, clock: HandClock) -> None:
    base = "http://shop.example/wp-json/wc/v3"
    good = signed(clock, f"{base}/orders", "n1")
    assert woo("GET", "/orders", base=base, known={}, params=good).status_code == 200
    assert "nonce" in woo("GET", "/orders", base=base, known={}, params=good).json()["message"]
    bad = signed(clock, f"{base}/orders", "n2", "cs_wrong")
    assert "signature" in woo("GET", "/orders", base=base, known={}, params=bad).json()["message"]
