"""Names are looked up within the timeout of a request."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any

import httpcore
import httpx
import pytest
from loopback import loopback

from qa_sync.systems.http import name_lookup
from qa_sync.systems.http.name_lookup import NetworkTransport, look_up

V4, V6 = (socket.AF_INET, ("127.0.0.1", 80)), (socket.AF_INET6, ("::1", 80, 0, 0))
LOCAL = (socket.AF_INET6, ("fe80::1", 80, 0, 2))


@pytest.mark.parametrize(
    ("found", "addresses"),
    [([V4], ["127.0.0.1"]), ([V6, V4, V4], ["::1", "127.0.0.1"]), ([LOCAL], ["fe80::1%2"]), ([], [])],
)
def test_all_addresses_are_found(found: Any, addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(family, socket.SOCK_STREAM, 6, "", place) for family, place in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    assert look_up("some.test", 80, 60) == addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%2"])
def test_an_address_is_no_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert look_up(host, 80, 60) == [host]


def test_a_lookup_without_end_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait() and [])
    try:
        with pytest.raises(httpcore.ConnectTimeout, match=r"the address of some\.test was not found within 0\.01 s"):
            look_up("some.test", 80, 0.01)
    finally:
        over.set()


def test_an_unknown_name_is_an_error_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(httpcore.ConnectError, match="Name or service not known"):
        look_up("some.test", 80, 60)


def test_a_later_address_is_connected_to_when_an_earlier_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_lookup, "look_up", lambda *_: ["127.0.0.2", "127.0.0.1"])
    with loopback(lambda _: httpx.Response(200, text="well")) as server:
        url = server.url.replace("127.0.0.1", "some.test")
        transport = NetworkTransport(ssl.create_default_context(), None, httpx.Limits())
        with httpx.Client(transport=transport, trust_env=False) as client:
            assert client.get(url).text == "well"
