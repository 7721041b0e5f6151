"""NTLM against a library's server half, over real connections: those are what it signs. MS-NTHT, RFC 5929."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import spnego
import trustme
from loopback import loopback
from small_system import START, opened
from spnego.channel_bindings import GssChannelBindings

from qa_sync.clock import VirtualClock
from qa_sync.errors import InvalidResponse, RequestRejected, UsageError
from qa_sync.systems.auth.ntlm import NtlmAuth
from qa_sync.systems.http.auth_transport import AuthTransport
from qa_sync.systems.responses.response_checker import ResponseChecker
from qa_sync.systems.rest.live_connection import LiveConnection

NTLM = {"authentication": "ntlm", "username": "OFFICE\\erna", "password": "$SECRET(password)"}
PASSWORD = "pass wørd"  # noqa: S105 - no one's


@pytest.fixture(autouse=True)
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the server's half who there is."""
    file = tmp_path / "users"
    file.write_text(f"OFFICE:erna:{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


@dataclass
class Server:
    """Knows connections; `scheme` is what it calls the handshake, `binding` what that must be bound to."""

    scheme: str = "NTLM"
    binding: GssChannelBindings | None = None
    closes: bool = False
    handshakes: dict[object, Any] = field(default_factory=dict)
    let_in: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        connection = request.extensions["client"]
        scheme, _, message = request.headers.get("authorization", "").partition(" ")
        context = self.handshakes.get(connection)
        if message and scheme == self.scheme:
            if context is None or context.complete:
                context = self.handshakes[connection] = spnego.server(protocol="ntlm", channel_bindings=self.binding)
            try:
                response = context.step(base64.b64decode(message))
            except spnego.exceptions.SpnegoError:
                return self.unknown()
            if not context.complete:
                return self.unknown(f" {base64.b64encode(response or b'').decode()}")
        if context is None or not context.complete:
            return self.unknown()
        self.let_in.append((request.method, request.content))
        headers = {"Connection": "close"} if self.closes else {}
        return httpx.Response(200, json={"id": "1"}, headers=headers)

    def unknown(self, challenge: str = "") -> httpx.Response:
        return httpx.Response(401, json={}, headers={"WWW-Authenticate": f"{self.scheme}{challenge}"})


def line_to(place: Path, url: str, password: str = PASSWORD, **system: Any) -> LiveConnection:
    return opened(place, url, VirtualClock(START), {"password": password}, **NTLM, **system)


Asked = Callable[[Server], list[str]]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Return what two reads and a create ask of a server."""

    def ask(server: Server) -> list[str]:
        with loopback(server) as place:
            connection = line_to(tmp_path, place.url)
            system = connection.system()
            assert system.lookup("thing", "1") is not None
            assert system.lookup("thing", "1") is not None
            assert system.insert("thing", {"name": "x"}).id == "1"
            connection.close()
        return [f"{r.method} {r.headers.get('authorization', '-').partition(' ')[0]}" for r in place.asked]

    return ask


def test_one_handshake_a_connection(asked: Asked) -> None:
    server = Server()
    assert asked(server) == ["GET NTLM", "GET NTLM", "GET -", "POST -"]
    assert json.loads(server.let_in[-1][1]) == {"name": "x"}


def test_a_server_that_calls_it_by_another_name(asked: Asked) -> None:
    expected = ["GET NTLM", "GET Negotiate", "GET Negotiate", "GET -", "POST -"]
    assert asked(Server("Negotiate")) == expected


def test_another_handshake_on_another_connection(asked: Asked) -> None:
    server = Server(closes=True)
    assert asked(server) == ["GET NTLM"] * 2 + ["GET -"] + ["GET NTLM"] * 2 + ["POST -"] + ["POST NTLM"] * 2
    assert [method for method, _ in server.let_in] == ["GET", "GET", "POST"]  # what was refused did nothing
    assert json.loads(server.let_in[-1][1]) == {"name": "x"}


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    with loopback(Server()) as place:
        connection = line_to(tmp_path, place.url, "wrong")
        with pytest.raises(RequestRejected) as reported:
            connection.system().lookup("thing", "1")
        connection.close()
    assert reported.value.status == 401
    assert len(place.asked) == 2  # a domain locks those out who try often


def damaged() -> list[bytes]:
    """Return what a challenge may be when it is none: nothing of the kind, cut anywhere, other at one place."""
    greeting = spnego.client("erna", "x", protocol="ntlm").step()
    whole = spnego.server(protocol="ntlm").step(greeting) or b""
    cut = [whole[:length] for length in range(0, len(whole), 7)]
    other = [whole[:at] + b"\xff" + whole[at + 1 :] for at in range(len(whole))]
    return [b"nonsense", *cut, *other]


def outcome(challenge: bytes) -> str:
    """Return what comes of a request that is met with that challenge, and with none of ours when that is answered."""
    headers = {"WWW-Authenticate": f"NTLM {base64.b64encode(challenge).decode()}"}
    refusing = httpx.MockTransport(lambda _: httpx.Response(401, json={}, headers=headers))
    transport = AuthTransport(refusing, NtlmAuth("erna", "x", ResponseChecker(label="Small", redact=str)))
    try:
        return str(transport.handle_request(httpx.Request("GET", "http://small.test")).status_code)
    except InvalidResponse as reported:
        return reported.message


def test_what_is_no_challenge_is_never_a_fault_of_ours() -> None:
    reported = {outcome(challenge) for challenge in damaged()} - {"401"}
    assert reported
    assert all("invalid NTLM challenge" in one for one in reported)


@pytest.mark.parametrize("challenge", ["bm9uc2Vuc2U=", "!"])
def test_a_challenge_that_is_none(tmp_path: Path, challenge: str) -> None:
    headers = {"WWW-Authenticate": f"NTLM {challenge}"}
    with loopback(lambda _: httpx.Response(401, json={}, headers=headers)) as place:
        connection = line_to(tmp_path, place.url)
        with pytest.raises(InvalidResponse, match="invalid NTLM challenge"):
            connection.system().lookup("thing", "1")
        connection.close()


def test_the_password_is_hidden(tmp_path: Path) -> None:
    assert line_to(tmp_path, "http://127.0.0.1:1").redact(f"it is {PASSWORD}") == "it is (hidden)"


def test_the_logs_do_not_show_what_is_signed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with loopback(Server()) as place:
        connection = line_to(tmp_path, place.url)
        assert connection.system().lookup("thing", "1") is not None
        connection.close()
    assert [record.name for record in caplog.records if record.name.startswith("spnego")] == []


def test_what_is_to_be_installed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "qa_sync.systems.auth.ntlm", raising=False)
    monkeypatch.setitem(sys.modules, "spnego", None)
    with pytest.raises(UsageError, match=r"Small: the authentication 'ntlm' needs spnego") as reported:
        line_to(tmp_path, "http://127.0.0.1:1")
    assert "pip install 'qa-sync[ntlm]'" in str(reported.value)


class TestOverTls:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def certificate(self, authority: trustme.CA) -> trustme.LeafCert:
        return authority.issue_cert("127.0.0.1")

    @pytest.fixture
    def binding(self, certificate: trustme.LeafCert) -> GssChannelBindings:
        der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        return GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(der).digest())

    @pytest.fixture
    def tls(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context

    def test_the_handshake_is_bound_to_the_certificate(
        self, tmp_path: Path, authority: trustme.CA, tls: ssl.SSLContext, binding: GssChannelBindings
    ) -> None:
        with loopback(Server(binding=binding), tls) as place:
            connection = line_to(tmp_path, place.url, custom_ca_pem_chain=authority.cert_pem.bytes().decode())
            assert connection.system().lookup("thing", "1") is not None
            connection.close()

    def test_a_server_that_is_not_who_it_seems_notices(
        self, tmp_path: Path, authority: trustme.CA, tls: ssl.SSLContext
    ) -> None:
        other = GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(b"other").digest())
        with loopback(Server(binding=other), tls) as place:
            connection = line_to(tmp_path, place.url, custom_ca_pem_chain=authority.cert_pem.bytes().decode())
            with pytest.raises(RequestRejected):
                connection.system().lookup("thing", "1")
            connection.close()
