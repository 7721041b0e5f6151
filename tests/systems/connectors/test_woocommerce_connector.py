"""What WooCommerce needs of its connector: the customers that are meant, all decimals, a url in either form."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from qa_sync.errors import RequestRejected, UsageError
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

SECRETS = {"consumer_key": "ck", "consumer_secret": "cs"}


def asked(url: str = "https://shop.example", datatype: str = "customer", **env: Any) -> httpx.URL:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=[])

    connector = load_connector(builtin_folder("woocommerce"))
    system = RestSystem("Shop", connector, url, SECRETS, httpx.MockTransport(answer), env=env)
    assert list(system.list(datatype)) == []
    return requests[0].url


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example/wp-json/wc/v3",
        "https://shop.example/wp-json/wc/v3/",
        "https://shop.example/wp-json/wc/v3//",
        "https://shop.example/wp-json/wc",
        "https://shop.example/wp-json",
        "https://shop.example/wp-json/",
        "https://shop.example/WP-JSON/WC/V3",
        "https://shop.example/Wp-Json",
    ],
)
def test_the_url_may_be_that_of_the_shop_or_of_its_api(url: str) -> None:
    assert asked(url).path == "/wp-json/wc/v3/customers"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example/blog", "/blog"),
        ("https://a.example/blog/wp-json/wc/v3", "/blog"),
        ("https://a.example/blog/", "/blog"),
        ("https://a.example/Blog/WP-JSON", "/Blog"),
        ("https://a.example/index.php/wp-json/wc/v3", "/index.php"),  # permalinks with index.php
        ("https://a.example/wp-jsonp", "/wp-jsonp"),
    ],
)
def test_a_shop_in_a_folder_keeps_it(url: str, path: str) -> None:
    assert asked(url).path == f"{path}/wp-json/wc/v3/customers"


@pytest.mark.parametrize(
    ("path", "site"),
    [
        ("/wp-json/wc/v2", ""),
        ("/wp-json/wc/v2/", ""),
        ("/wp-json/wc/v1", ""),
        ("/wp-json/wc/v4", ""),
        ("/WP-JSON/wc/v2", ""),
        ("/wp-json/wp/v2", ""),
        ("/wp-json/wc-analytics", ""),
        ("/wp-json/wc/v3/orders", ""),
        ("/blog/wp-json/wc/v3/customers/7", "/blog"),
        ("/wp-json/wc/v2/wp-json/wc/v3", ""),
    ],
)
def test_a_url_with_another_path_below_that_of_the_api_is_refused(path: str, site: str) -> None:
    told = r"(?i)has '/wp-json/[^']*', but its connector uses '/wp-json/wc/v3'"
    with pytest.raises(UsageError, match=told) as refused:
        asked(f"https://a.example{path}")
    assert f"expected https://a.example{site}:" in (refused.value.hint or "")


def test_a_list_that_does_not_exist_points_to_the_url() -> None:
    connector = load_connector(builtin_folder("woocommerce"))
    gone = httpx.MockTransport(lambda _: httpx.Response(404, json={"code": "rest_no_route", "message": "No route"}))
    shop = RestSystem("Shop", connector, "https://shop.example/wp-admin", SECRETS, gone)
    with pytest.raises(RequestRejected, match="rejected with 404") as refused:
        list(shop.list("customer"))
    assert refused.value.hint == "check the url of Shop: its connector adds the path of the API to it"
    with pytest.raises(RequestRejected, match="rejected with 404") as refused:
        shop.insert("customer", {"email": "a@example.org"})
    assert refused.value.hint is None


@pytest.mark.parametrize(
    "url", ["https://a.example/?rest_route=/wc/v3", "https://a.example/wp-json/wc/v3?x=1", "https://a.example/#x"]
)
def test_a_url_with_a_query_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="has a query or a fragment"):
        asked(url)


def test_customers_are_those_with_the_role_of_customers_unless_the_settings_say_otherwise() -> None:
    assert asked().params["role"] == "customer"
    assert asked(role="all").params["role"] == "all"


def test_amounts_of_orders_are_requested_with_all_decimals() -> None:
    assert asked(datatype="order").params["dp"] == "6"
