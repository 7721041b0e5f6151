"""Trusted certificates and proxies of the network transport, over real sockets."""

from __future__ import annotations

import logging
import ssl
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import trustme
from loopback import Loopback, loopback
from proxy_servers import GREETINGS, Proxy, proxy_to, socks_greeting
from small_system import START, connector, opened

from qa_sync.clock import VirtualClock
from qa_sync.errors import ConnectorError, SystemUnreachable, UsageError
from qa_sync.systems.connectors.folder import Severity
from qa_sync.systems.connectors.load import check_connector
from qa_sync.systems.rest.live_connection import LiveConnection

HOST = "small.test"
"""A name that no one on earth can look up."""
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
SECRETS = {"proxy_password": "pr0xy-pass"}


@pytest.fixture(autouse=True)
def no_proxies_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def chain(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


def thing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"id": "1"})


@pytest.fixture
def plain() -> Iterator[Loopback]:
    with loopback(thing) as server:
        yield server


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Loopback]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
    with loopback(thing, context) as server:
        yield server


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def line_to(place: Path, url: str, **system: Any) -> LiveConnection:
    return opened(place, url, VirtualClock(START), SECRETS, **system)


def read(place: Path, url: str, **system: Any) -> None:
    connection = line_to(place, url, **system)
    try:
        assert connection.system().lookup("thing", "1") is not None
    finally:
        connection.close()


class TestCertificates:
    def test_a_chain_of_ones_own_is_trusted(self, tmp_path: Path, secure: Loopback, chain: str) -> None:
        read(tmp_path, secure.url, verify_ssl=True, custom_ca_pem_chain=chain)
        assert secure.lines == ["GET /things/1"]

    def test_an_end_of_a_chain_is_enough(self, tmp_path: Path, stack: ExitStack) -> None:
        between = trustme.CA().create_child_ca()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = between.issue_cert("127.0.0.1")
        leaf.configure_cert(context)
        server = stack.enter_context(loopback(thing, context))
        read(tmp_path, server.url, custom_ca_pem_chain=between.cert_pem.bytes().decode())

    @pytest.mark.parametrize("verify", [{}, {"verify_ssl": True}])
    def test_no_one_else_is(self, tmp_path: Path, secure: Loopback, verify: dict[str, Any]) -> None:
        with pytest.raises(SystemUnreachable, match="CERTIFICATE_VERIFY_FAILED") as reported:
            read(tmp_path, secure.url, **verify)
        assert "custom_ca_pem_chain in the connector, or SSL_CERT_FILE" in str(reported.value)
        assert secure.asked == []

    def test_a_chain_does_not_vouch_for_another_name(self, tmp_path: Path, secure: Loopback, chain: str) -> None:
        with pytest.raises(SystemUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            read(tmp_path, secure.url.replace("127.0.0.1", "localhost"), custom_ca_pem_chain=chain)

    @pytest.mark.parametrize("parameter", [False, "$ENV(verify)"])
    def test_they_are_not_read_where_a_connector_says_so(
        self, tmp_path: Path, secure: Loopback, parameter: object
    ) -> None:
        made = connector(tmp_path, verify_ssl=parameter)
        _, problems = check_connector(tmp_path / "small", env={}, payloads={})
        reported = [str(problem) for problem in problems if problem.severity is Severity.NOTE]
        assert ["verify_ssl" in one for one in reported] == ([True] if parameter is False else [])
        assert made.parameters >= ({"verify"} if parameter is not False else set())
        if parameter is False:
            read(tmp_path, secure.url, verify_ssl=False)
            assert secure.lines == ["GET /things/1"]

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("PEM", "custom_ca_pem_chain: contains no certificate in PEM format"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                "Small: custom_ca_pem_chain cannot be read",
            ),
        ],
    )
    def test_a_chain_that_is_none_is_reported(self, tmp_path: Path, text: str, error: str) -> None:
        with pytest.raises(UsageError, match=error):
            line_to(tmp_path, "https://127.0.0.1:1", custom_ca_pem_chain=text)


def test_a_length_that_is_wrong_is_not_overlooked_and_that_is_reported(tmp_path: Path) -> None:
    connector(tmp_path, ignore_invalid_content_length_response_header=True)
    _, problems = check_connector(tmp_path / "small", env={}, payloads={})
    reported = [str(problem) for problem in problems if problem.severity is Severity.NOTE]
    assert ["a response with an invalid Content-Length counts as no response" in one for one in reported] == [True]


class TestProxies:
    @pytest.mark.parametrize("scheme", GREETINGS)
    def test_through_each_kind_with_a_password(
        self, tmp_path: Path, secure: Loopback, chain: str, stack: ExitStack, scheme: str
    ) -> None:
        proxy = stack.enter_context(proxy_to(secure.port, GREETINGS[scheme]))
        url = proxy.url(scheme, "me:$SECRET(proxy_password)@")
        read(tmp_path, f"https://{HOST}", custom_ca_pem_chain=chain, proxies={"https": url})
        assert secure.lines == ["GET /things/1"]
        expected = {"http": ("CONNECT small.test:443", "Basic bWU6cHIweHktcGFzcw==")}
        assert (*proxy.asked, *proxy.shown) == expected.get(scheme, ("small.test:443", "me:pr0xy-pass"))

    @pytest.mark.parametrize("scheme", GREETINGS)
    def test_the_logs_do_not_show_the_password(
        self, tmp_path: Path, plain: Loopback, stack: ExitStack, scheme: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        proxy = stack.enter_context(proxy_to(plain.port, GREETINGS[scheme]))
        read(tmp_path, f"http://{HOST}", proxies={"http": proxy.url(scheme, "me:$SECRET(proxy_password)@")})
        assert "httpcore" in caplog.text
        assert SECRETS["proxy_password"] not in caplog.text

    def test_plain_http_is_handed_over(self, tmp_path: Path, plain: Loopback, stack: ExitStack) -> None:
        proxy = stack.enter_context(proxy_to(plain.port))
        read(tmp_path, f"http://{HOST}", proxies={"http": proxy.url("http")})
        assert proxy.asked == [f"GET http://{HOST}/things/1"]

    @pytest.mark.parametrize(
        ("prefix", "used"),
        [
            ("http", True),
            ("HTTP://", True),
            ("all", True),
            (f"http://{HOST}", True),
            (f"http://{HOST}/", True),
            (f"all://{HOST}:8080", True),
            ("https", False),
            ("http://other.test", False),
            (f"http://{HOST}:81", False),
        ],
    )
    def test_the_narrowest_prefix_that_fits_wins(
        self, tmp_path: Path, plain: Loopback, stack: ExitStack, prefix: str, *, used: bool
    ) -> None:
        meant, other = (stack.enter_context(proxy_to(plain.port)) for _ in range(2))
        proxies = {"all://": other.url("http"), prefix: meant.url("http")}
        if prefix == "all":
            del proxies["all://"]
        read(tmp_path, f"http://{HOST}:8080", proxies=proxies)
        assert (len(meant.asked), len(other.asked)) == ((1, 0) if used else (0, 1))

    @pytest.mark.parametrize("prefix", [f"http://{HOST}:80", f"ALL://{HOST}:80/", f"http://{HOST}"])
    @pytest.mark.parametrize("port", ["", ":80"])
    def test_a_usual_port_may_be_told(
        self, tmp_path: Path, plain: Loopback, stack: ExitStack, prefix: str, port: str
    ) -> None:
        meant, other = (stack.enter_context(proxy_to(plain.port)) for _ in range(2))
        proxies = {"http": other.url("http"), f"http://{HOST}:81": other.url("http"), prefix: meant.url("http")}
        if prefix.startswith("ALL"):
            del proxies["http"]
        read(tmp_path, f"http://{HOST}{port}", proxies=proxies)
        assert (len(meant.asked), len(other.asked)) == (1, 0)

    @pytest.mark.parametrize("reference", ["$SECRET(name):$SECRET(password)@", "$SECRET(whole)"])
    def test_a_password_may_hold_anything(
        self, tmp_path: Path, plain: Loopback, stack: ExitStack, reference: str
    ) -> None:
        proxy = stack.enter_context(proxy_to(plain.port))
        name, password = "m/e@x", "p/a#b?c@d%41:e"
        whole = proxy.url("http", f"{quote(name, safe='')}:{quote(password, safe='')}@")
        url = reference if reference == "$SECRET(whole)" else proxy.url("http", reference)
        given = {"name": name, "password": password, "whole": whole}
        connection = opened(tmp_path, f"http://{HOST}", VirtualClock(START), given, proxies={"http": url})
        stack.callback(connection.close)
        assert connection.system().lookup("thing", "1") is not None
        assert proxy.shown == ["Basic " + b64encode(f"{name}:{password}".encode()).decode()]
        assert connection.redact(f"with {password}") == "with (hidden)"

    def test_an_empty_one_is_none(self, tmp_path: Path, plain: Loopback) -> None:
        read(tmp_path, plain.url, proxies={"http": "", "https": None})
        assert plain.lines == ["GET /things/1"]

    def test_what_is_wrong_with_them_is_reported_at_once(self, tmp_path: Path) -> None:
        wrong = {"ftp": "http://p:1", "https://host/path": "http://p:1", "http": "p:3128", "https": "gopher://p"}
        with pytest.raises(ConnectorError) as reported:
            connector(tmp_path, proxies=wrong)
        assert all(f"proxies.{prefix}: expected" in str(reported.value) for prefix in wrong)

    def test_a_proxy_that_is_none_is_reported_without_its_password(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"Small: proxies: invalid proxy URL") as reported:
            line_to(tmp_path, f"http://{HOST}", proxies={"http": "http://me:$SECRET(proxy_password)@p:port"})
        assert SECRETS["proxy_password"] not in str(reported.value)

    def test_a_proxy_that_refuses_is_reported_and_nothing_was_sent(
        self, tmp_path: Path, secure: Loopback, stack: ExitStack
    ) -> None:
        response = b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
        proxy = stack.enter_context(proxy_to(secure.port, refuses=response))
        connection = line_to(tmp_path, f"https://{HOST}", proxies={"https": proxy.url("http")})
        with pytest.raises(SystemUnreachable, match="ProxyError: 407 Who are you") as reported:  # no Unclear: not sent
            connection.system().insert("thing", {"name": "x"})
        assert "check the proxy" in str(reported.value)
        assert secure.asked == []


class TestOfTheEnvironment:
    @pytest.fixture
    def proxy(self, plain: Loopback, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Proxy:
        proxy = stack.enter_context(proxy_to(plain.port))
        monkeypatch.setenv("HTTP_PROXY", proxy.url("http", "me:env-pass@"))
        return proxy

    def test_it_is_gone_through(self, tmp_path: Path, proxy: Proxy) -> None:
        read(tmp_path, f"http://{HOST}")
        assert proxy.asked == [f"GET http://{HOST}/things/1"]

    def test_a_scheme_may_be_missing(self, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", proxy.url("http").removeprefix("http://"))
        read(tmp_path, f"http://{HOST}")
        assert len(proxy.asked) == 1

    def test_the_connectors_own_wins(self, tmp_path: Path, proxy: Proxy, plain: Loopback, stack: ExitStack) -> None:
        own = stack.enter_context(proxy_to(plain.port))
        read(tmp_path, f"http://{HOST}", proxies={"http": own.url("http")})
        assert (len(own.asked), len(proxy.asked)) == (1, 0)

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_not_to_this_machine(self, tmp_path: Path, proxy: Proxy, plain: Loopback, host: str) -> None:
        read(tmp_path, plain.url.replace("127.0.0.1", host))
        assert (len(proxy.asked), len(plain.asked)) == (0, 1)

    def test_not_to_what_needs_none(self, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_PROXY", "other.test, .test")
        with pytest.raises(SystemUnreachable):
            read(tmp_path, f"http://{HOST}")
        assert proxy.asked == []

    @pytest.mark.parametrize(("port", "used"), [(8080, False), (81, True)])
    def test_what_needs_none_may_be_told_with_its_port(
        self, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, port: int, *, used: bool
    ) -> None:
        monkeypatch.setenv("NO_PROXY", f"{HOST}:{port}")
        with nullcontext() if used else pytest.raises(SystemUnreachable):
            read(tmp_path, f"http://{HOST}:8080")
        assert bool(proxy.asked) is used

    @pytest.mark.parametrize("credentials", ["me:env-pass@", "env-pass@"])
    @pytest.mark.parametrize("scheme", ["", "http://"])
    def test_what_it_repeats_is_hidden(
        self, tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch, scheme: str, credentials: str
    ) -> None:
        proxy = stack.enter_context(proxy_to(1, refuses=b"HTTP/1.1 407 Not env-pass\r\nContent-Length: 0\r\n\r\n"))
        monkeypatch.setenv("HTTPS_PROXY", scheme + proxy.url("http", credentials).removeprefix("http://"))
        with pytest.raises(SystemUnreachable, match=r"407 Not \(hidden\)"):
            read(tmp_path, f"https://{HOST}")

    def test_a_socks_proxy_needs_nothing_more(
        self, tmp_path: Path, plain: Loopback, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "socksio", None)
        socks = stack.enter_context(proxy_to(plain.port, socks_greeting))
        monkeypatch.setenv("ALL_PROXY", socks.url("socks5"))
        read(tmp_path, plain.url)
        assert socks.asked == []
        read(tmp_path, f"http://{HOST}")
        assert socks.asked == [f"{HOST}:80"]

    def test_its_password_is_hidden(self, tmp_path: Path, proxy: Proxy) -> None:
        connection = line_to(tmp_path, f"http://{HOST}")
        assert connection.redact("with env-pass") == "with (hidden)"
        assert proxy.asked == []

    def test_one_that_is_none_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "gopher://p:70")
        with pytest.raises(UsageError, match="HTTPS_PROXY: invalid proxy URL"):
            line_to(tmp_path, f"https://{HOST}")


def test_a_port_that_is_none_leads_to_no_other(tmp_path: Path, plain: Loopback) -> None:
    with pytest.raises(UsageError, match="the url of Small is not a valid URL"):
        read(tmp_path, f"http://127.0.0.1:{plain.port + 65_536}")
    assert plain.asked == []
