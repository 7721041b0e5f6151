"""Every recorded request of a real WooCommerce 10.5.2, replayed to the sandbox in the recorded order.

`recorded/woocommerce.ndjson` holds a case a line: request, status, headers, body. Between some of them the recorder did
things that it did not write down; they are in UNRECORDED. All differences must be in the table of `woo_replay`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_caller import Caller, HandClock
from woo_replay import differences, idle_rows, known_differences

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sandbox.woocommerce.auth import KEY, READ_KEY, READ_SECRET

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in map(json.loads, (Path(__file__).parent / "recorded" / "woocommerce.ndjson").read_text().splitlines())
}

Step = tuple[str, str, str, dict[str, Any] | None]


def fillers(time: str, path: str, first: int, last: int) -> list[Step]:
    """Records that existed without a recorded request."""
    people = path == "/customers"
    return [
        (time, "SKIP", "user" if people else "post", {"to": first}),
        *[(time, "POST", path, {"email": f"more{n}@example.test"} if people else {}) for n in range(first, last + 1)],
    ]


def put(time: str, path: str, body: dict[str, Any]) -> list[Step]:
    return [(time, "PUT", path, body)]


UNRECORDED: dict[str, list[Step]] = {
    "customer-filter-email": fillers("22:47:55", "/customers", 4, 11),
    "customer-delete-force": put("22:47:57", "/customers/3", {"first_name": "Ola"}),
    "product-create-full": [
        *fillers("22:47:50", "/products", 11, 14),
        ("22:47:50", "POST", "/products/categories", {"name": "Hats"}),
        ("22:47:50", "POST", "/products/tags", {"name": "warm"}),
    ],
    "product-price-trailing-zeros": fillers("22:47:59", "/products", 17, 21),
    "product-sale-above-regular": fillers("22:47:59", "/products", 23, 28),
    "product-name-html": fillers("22:48:00", "/products", 30, 34),
    "product-get": fillers("22:48:00", "/products", 36, 42),
    "product-delete-trash": [*put("22:48:12", "/products/16", {}), ("22:48:13", "GET", "/products/16", None)],
    "product-delete-force": put("22:48:13", "/products/16", {"status": "publish"}),
    "order-create-full": put("22:48:14", "/products/15", {"name": "Lue", "regular_price": "199.90", "sale_price": ""}),
    "order-list": [
        *fillers("22:48:14", "/orders", 49, 49),
        *fillers("22:48:14", "/orders", 51, 51),
        *fillers("22:48:15", "/orders", 54, 54),
        *fillers("22:48:16", "/orders", 56, 61),
        ("22:48:17", "SKIP", "line", {"to": 15}),
        ("22:48:17", "SKIP", "post", {"to": 62}),
        ("22:48:17", "POST", "/orders", {"status": "checkout-draft", "line_items": [{"product_id": 15}]}),
        ("22:48:17", "POST", "/coupons", {"code": "ten", "discount_type": "percent", "amount": "10"}),
        ("22:48:17", "POST", "/orders", {"line_items": [{"product_id": 15}], "coupon_lines": [{"code": "ten"}]}),
    ],
    "order-line-without-id-appends": put(
        "22:48:23", "/orders/48", {"line_items": [{"id": 1, "subtotal": "999.50", "total": "999.50"}]}
    ),
    "order-batch": [
        *put("22:48:23", "/orders/48", {"meta_data": [{"key": "external_id", "value": "ord-2"}]}),
        ("22:48:23", "SKIP", "post", {"to": 65}),
        ("22:48:23", "POST", "/orders/48/refunds", {"amount": "5.00", "reason": "test"}),
    ],
    "order-delete-trash": [("22:48:24", "DELETE", "/customers/2?force=true", None)],
}

KNOWN = known_differences()
"""The differences of both recordings; rows about all cases hold here, too."""


def play() -> dict[str, httpx.Response]:
    clock = HandClock()
    caller = Caller(VENDORS["woocommerce"], clock)
    answers = {}
    for name, case in CASES.items():
        for time, method, path, body in UNRECORDED.get(name, ()):
            set_clock(clock, f"2026-11-21T{time}")
            if method == "SKIP":
                caller.app.state.store.skip_to(path, (body or {})["to"])
            else:
                assert caller(method, path, body).is_success, (name, path)
        seat(caller, clock, case)
        answers[name] = ask(caller, case)
    caller.loop.close()
    return answers


def set_clock(clock: HandClock, stamp: str) -> None:
    clock.at = datetime.fromisoformat(stamp).replace(tzinfo=UTC)


def seat(caller: Caller, clock: HandClock, case: dict[str, Any]) -> None:
    """Let time and ids be where they were when the case was recorded."""
    method, url, body = case["request"]["method"], case["request"]["url"], case["body"]
    first = body["create"][0] if "/batch" in url else body
    if method in ("POST", "PUT") and isinstance(first, dict) and "date_modified_gmt" in first:
        set_clock(clock, first["date_modified_gmt"])
    if method == "POST" and isinstance(first, dict) and "id" in first:
        caller.app.state.store.skip_to("user" if "customers" in url else "post", first["id"])
    if isinstance(first, dict) and first.get("line_items"):
        caller.app.state.store.skip_to("line", first["line_items"][0 if method == "POST" else -1]["id"])


def ask(caller: Caller, case: dict[str, Any]) -> httpx.Response:
    request = case["request"]
    known: dict[str, Any] = {"auth": (KEY, VENDORS["woocommerce"].secrets["consumer_secret"])}
    special = {
        "auth-none": {},
        "auth-wrong-secret": {"auth": (KEY, "cs_wrong")},
        "auth-readonly-post": {"auth": (READ_KEY, READ_SECRET)},
    }
    base = "http://shop.example" if case["name"].startswith("plainhttp") else "https://shop.example"
    known = special.get(case["name"], known)
    if isinstance(request["body"], str):
        headers = {"content-type": "application/json"}
        return caller(
            request["method"], request["url"], base=base, known=known, content=request["body"], headers=headers
        )
    return caller(request["method"], request["url"], request["body"], base=base, known=known)


@pytest.fixture(scope="module")
def answers() -> dict[str, httpx.Response]:
    return play()


@pytest.mark.parametrize("name", CASES)
def test_the_sandbox_responds_like_the_real_shop(name: str, answers: dict[str, httpx.Response]) -> None:
    case, answer = CASES[name], answers[name]
    found = list(differences(case["body"], answer.json()))
    left = [d for d in found if not any(row.covers(name, d[0]) for row in KNOWN)]
    assert (answer.status_code, left) == (case["status"], [])
    assert answer.headers.get("location") == case["headers"].get("location")
    for header in ("x-wp-total", "x-wp-totalpages"):
        assert answer.headers.get(header) == case["headers"].get(header)


def test_no_row_of_the_table_is_in_vain(answers: dict[str, httpx.Response]) -> None:
    found = [(name, d[0]) for name, case in CASES.items() for d in differences(case["body"], answers[name].json())]
    assert idle_rows(CASES, found) == []
