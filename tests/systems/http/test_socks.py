"""Through SOCKS5 proxies, also those that do not behave: real sockets. RFC 1928, RFC 1929."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from loopback import Loopback, loopback
from proxy_servers import Greeting, proxy_to, saying, socks_greeting
from small_system import START, opened

from qa_sync.clock import VirtualClock
from qa_sync.errors import SystemUnreachable
from qa_sync.systems.http.failures import NOT_SENT_ERRORS
from qa_sync.systems.http.transport import TransportOptions, live_transport
from qa_sync.systems.redaction import Redactor

CONNECT_S = 120.0
"""A guard that no busy machine reaches."""
SHORT_S = 0.4
"""For a proxy that never answers."""
OPEN = b"\x05\x00"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(lambda _: httpx.Response(200, json={"id": "1"})) as server:
        yield server


def client_through(proxy: str, read_s: float = CONNECT_S, connect_s: float = CONNECT_S) -> httpx.Client:
    transport = live_transport(TransportOptions("X", proxies={"all": proxy}, environment={}), Redactor())
    return httpx.Client(transport=transport, timeout=httpx.Timeout(read_s, connect=connect_s), trust_env=False)


@pytest.mark.parametrize("host", ["small.test", "192.0.2.7", "[2001:db8::7]"])
@pytest.mark.parametrize("credentials", ["", "me:p%40ss@"])
def test_its_answers_may_come_in_pieces(server: Loopback, host: str, credentials: str) -> None:
    with proxy_to(server.port, socks_greeting) as proxy, client_through(proxy.url("socks5", credentials)) as client:
        for _ in range(2):
            assert client.post(f"http://{host}/x", content=b"body").json() == {"id": "1"}
    assert [request.content for request in server.asked] == [b"body", b"body"]
    assert proxy.asked == [f"{host.strip('[]')}:80"]  # a connection is kept
    assert proxy.shown == (["me:p@ss"] if credentials else [])


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_the_proxy_looks_up_the_name(server: Loopback, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[object] = []
    known = socket.getaddrinfo

    def look_up(host: str, *rest: object) -> object:
        looked_up.append(host)
        return known(host, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with proxy_to(server.port, socks_greeting) as proxy, client_through(proxy.url(scheme)) as client:
        assert client.get("http://erp.internal/x").json() == {"id": "1"}
    assert proxy.asked == ["erp.internal:80"]
    assert "erp.internal" not in looked_up


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (saying(), httpx.TransportError("closed|reset")),
        (saying(OPEN), httpx.TransportError("closed|reset")),  # reset where it left something unread
        (saying(OPEN, b"\x05\x00\x00"), httpx.TransportError("closed|reset")),
        (saying(b"HTTP/1.1 400 Bad\r\n\r\n"), httpx.ProxyError("Unexpected SOCKS version")),
        (saying(OPEN, b"HTTP"), httpx.ProxyError("Unexpected SOCKS version")),
        (saying(b"\x05\xff"), httpx.ProxyError("No acceptable authentication methods")),
        (saying(OPEN, b"\x05\x02\x00\x01"), httpx.ProxyError("SOCKS proxy: Connection not allowed by ruleset")),
        (saying(OPEN, b"\x05\x63\x00\x01"), httpx.ProxyError("Invalid reply code")),
    ],
)
def test_what_goes_wrong_before_there_is_a_connection(greeting: Greeting, error: Exception) -> None:
    with proxy_to(1, greeting) as proxy, client_through(proxy.url("socks5")) as client:  # noqa: SIM117
        with pytest.raises(type(error), match=str(error)) as reported:
            client.get("https://small.test/x")
    assert isinstance(reported.value, NOT_SENT_ERRORS)


@pytest.mark.parametrize("greeting", [saying(b""), saying(OPEN, b"")])
def test_a_proxy_that_never_answers_times_out_like_a_connection(greeting: Greeting) -> None:
    with proxy_to(1, greeting) as proxy, client_through(proxy.url("socks5"), connect_s=SHORT_S) as client:  # noqa: SIM117
        with pytest.raises(httpx.ConnectTimeout, match="did not respond in time") as reported:
            client.get("https://small.test/x")
    assert isinstance(reported.value, NOT_SENT_ERRORS)
    assert str(reported.value.__context__) == f"Proxy connection timed out: {SHORT_S}"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([b"\x05\x02", b"\x01\x01"], "Username and password authentication failure"),
        ([b"\x05\xff"], "No acceptable authentication methods"),
    ],
)
def test_a_password_that_it_does_not_take(answers: list[bytes], error: str) -> None:
    with proxy_to(1, saying(*answers)) as proxy, client_through(proxy.url("socks5", "me:secret@")) as client:  # noqa: SIM117
        with pytest.raises(httpx.ProxyError, match=error):
            client.get("http://small.test/x")


def test_a_password_that_cannot_be_said() -> None:
    credentials = f"me:{'x' * 256}@"
    with proxy_to(1, saying(b"\x05\x02")) as proxy, client_through(proxy.url("socks5", credentials)) as client:  # noqa: SIM117
        with pytest.raises(httpx.ProxyError, match="limited to 255 bytes"):
            client.get("http://small.test/x")


def test_a_proxy_that_is_not_there() -> None:
    with socket.socket() as deaf:  # it holds the port, and does not listen
        deaf.bind(("127.0.0.1", 0))
        url = f"socks5://127.0.0.1:{deaf.getsockname()[1]}"
        with client_through(url) as client, pytest.raises(httpx.ConnectError):
            client.get("http://small.test/x")


def test_what_goes_wrong_later_is_reported_as_it_is() -> None:
    def cut(client: socket.socket, _: object) -> None:
        client.recv(1024)
        client.sendall(OPEN)
        client.recv(1024)
        client.sendall(OPEN + b"\x00\x01" + bytes(6))
        client.recv(1024)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut")

    with proxy_to(1, cut) as proxy, client_through(proxy.url("socks5")) as client:  # noqa: SIM117
        with pytest.raises(httpx.RemoteProtocolError) as reported:
            client.post("http://small.test/x")
    assert not isinstance(reported.value, NOT_SENT_ERRORS)


def test_a_write_that_was_not_sent_is_not_unclear(tmp_path: Path) -> None:
    with proxy_to(1, saying(b"junk")) as proxy:
        connection = opened(
            tmp_path, "http://small.test", VirtualClock(START), {}, proxies={"all": proxy.url("socks5")}
        )
        try:
            with pytest.raises(SystemUnreachable, match="ProxyError: SOCKS proxy: Unexpected") as reported:
                connection.system().insert("thing", {"name": "x"})
        finally:
            connection.close()
    assert "check the proxy" in str(reported.value)


def test_it_is_not_loaded_before_there_is_such_a_proxy() -> None:
    socks = "{'httpx_socks', 'qa_sync.systems.http.socks'}"
    code = f"import sys, qa_sync.systems.http.transport; print({socks} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
