"""What all vendors have in common."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sandbox_caller import ROOTS, Caller, HandClock, credentials

from qa_sync.sandbox.serve import build_server_app
from qa_sync.sandbox.vendors import VENDORS

FIRST: dict[str, tuple[str, dict[str, Any], str]] = {
    "wix": ("/contacts/v4/contacts", {"info": {"name": {"first": "x"}}}, "/contacts/v4/contacts"),
    "woocommerce": ("/products", {"name": "x"}, "/products"),
    "customerp": ("/contacts", {}, "/contacts"),
    "customwebshop": ("/products", {"title": "x"}, "/products"),
}


def first_answer(name: str, seed: str) -> Any:
    caller = Caller(VENDORS[name], HandClock(), seed)
    path, body, _ = FIRST[name]
    response = caller("POST", path, body)
    writes = caller.app.state.store.writes
    caller.loop.close()
    return response.json(), writes


@pytest.mark.parametrize("name", VENDORS)
def test_the_same_seed_and_time_give_the_same_records(name: str) -> None:
    assert first_answer(name, "a") == first_answer(name, "a")


def test_another_seed_gives_other_ids() -> None:
    assert first_answer("wix", "a") != first_answer("wix", "b")


@pytest.mark.parametrize("name", VENDORS)
def test_writes_are_counted_and_reads_are_not(name: str) -> None:
    caller = Caller(VENDORS[name], HandClock())
    path, body, listed = FIRST[name]
    caller("POST", path, body)
    assert caller("GET", listed).is_success
    assert caller.app.state.store.writes == 1
    caller.loop.close()


@pytest.mark.parametrize("name", VENDORS)
def test_one_server_serves_them_all(name: str) -> None:
    clock = HandClock()
    server = build_server_app({n: v.build_app(clock.now, "s") for n, v in VENDORS.items()})
    vendor = VENDORS[name]
    path, body, _ = FIRST[name]

    async def call() -> httpx.Response:
        base = f"http://127.0.0.1:8765/{name}{ROOTS.get(name, '')}"
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(server), base_url=base, **credentials(vendor)
        ) as client:
            return await client.post(path, json=body)

    response = asyncio.run(call())
    assert response.is_success, response.text
    if name == "woocommerce":
        assert response.headers["location"] == "http://127.0.0.1:8765/woocommerce/wp-json/wc/v3/products/11"


@pytest.mark.parametrize("name", VENDORS)
def test_credentials_are_not_real_secrets(name: str) -> None:
    assert all("sandbox" in value or value.startswith("5a4db0c5-") for value in VENDORS[name].secrets.values())


HOSTILE: tuple[Any, ...] = (
    *([], "x", 1, {"info": None}, {"info": {"emails": {"items": [None]}}}, {"order": None}, {"product": []}),
    *({"line_items": [None]}, {"line_items": [{"id": "x"}]}, {"meta_data": [None]}, {"billing": {"city": None}}),
    *({"create": [None, 1, {"meta_data": [1]}, {"line_items": [None]}], "update": [None], "delete": [None, {}]},),
    *({"lines": [None]}, {"lines": [{"quantity": 1e308, "unitPrice": 1e308}]}, {"items": [None]}, {"id": {}}),
    *({"query": {"filter": "["}}, {"query": {"filter": '{"$and":1}'}}, {"query": {"paging": [1]}}),
)
PATHS = {
    "wix": ("/contacts/v4/contacts", "/contacts/v4/contacts/query", "/stores/v2/orders", "/stores/v1/products/query"),
    "woocommerce": ("/products", "/orders", "/customers", "/products/batch", "/orders/batch", "/customers/batch"),
    "customerp": ("/contacts", "/products", "/orders"),
    "customwebshop": ("/customers", "/products", "/orders"),
}


@pytest.mark.parametrize("name", VENDORS)
def test_no_body_makes_the_sandbox_fall(name: str) -> None:
    caller = Caller(VENDORS[name], HandClock())
    statuses = {caller("POST", path, body).status_code for path in PATHS[name] for body in HOSTILE}
    caller.loop.close()
    assert statuses <= {200, 201, 400, 404, 409, 422}
