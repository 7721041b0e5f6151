"""How a client shows its credentials to a token server, and to which servers they go."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from click.testing import CliRunner
from small_system import OPERATIONS, connector, small

from qa_sync.cli.main import qa_sync
from qa_sync.errors import RequestRejected, UsageError
from qa_sync.systems.connectors.capabilities import addresses_of
from qa_sync.systems.http.auth_transport import is_loopback

SECRETS = {"secret": "s3c r3t&"}
OAUTH2 = {"client_id": "me:you", "client_secret": "$SECRET(secret)", "token_url": "https://login.test/token"}
BASIC = "Basic " + base64.b64encode(b"me%3Ayou:s3c+r3t%26").decode()


class Server:
    """A token server and an API; `by_form` and `by_header` say how the client may show its credentials."""

    def __init__(self, *, by_form: bool, by_header: bool, refusal: httpx.Response | None = None) -> None:
        self.by_form, self.by_header = by_form, by_header
        self.refusal = refusal or httpx.Response(401, json={"error": "invalid_client"})
        self.requests: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/token":
            known = request.headers.get("authorization") == "Bearer t"
            return httpx.Response(200 if known else 401, json=[])
        form = parse_qs(request.content.decode())
        shown = request.headers.get("authorization")
        self.requests.append("header" if shown else "form")
        assert not (shown and {"client_id", "client_secret"} & form.keys())  # RFC 6749 2.3: one method in a request
        good = self.by_header and shown == BASIC if shown else self.by_form and form["client_secret"] == ["s3c r3t&"]
        return httpx.Response(200, json={"access_token": "t", "expires_in": 60}) if good else self.refusal


def listed(place: Path, server: Server, times: int = 1, **system: Any) -> list[str]:
    world = small(place, handler=server, secrets=SECRETS, **{"oauth2": OAUTH2, **system})
    for _ in range(times):
        assert list(world.connection.system().list("thing")) == []
        world.clock.sleep(120)
    return server.requests


def test_the_form_is_enough_for_a_server_that_takes_it(tmp_path: Path) -> None:
    assert listed(tmp_path, Server(by_form=True, by_header=True)) == ["form"]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(400, json={"error": "invalid_client"}),
        httpx.Response(401, text="who are you?"),
    ],
)
def test_the_header_follows_where_the_form_is_rejected(tmp_path: Path, refusal: httpx.Response) -> None:
    server = Server(by_form=False, by_header=True, refusal=refusal)
    assert listed(tmp_path, server, times=2) == ["form", "header", "header"]


def test_the_header_is_used_with_a_refresh_token_too(tmp_path: Path) -> None:
    server = Server(by_form=False, by_header=True)
    assert listed(tmp_path, server, oauth2={**OAUTH2, "refresh_token": "r"}) == ["form", "header"]


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_scope"])
def test_another_error_is_not_tried_again(tmp_path: Path, error: str) -> None:
    server = Server(by_form=False, by_header=True, refusal=httpx.Response(400, json={"error": error}))
    with pytest.raises(RequestRejected, match=error):
        listed(tmp_path, server)
    assert server.requests == ["form"]


def test_a_client_that_is_rejected_in_both_forms_is_reported_without_its_secret(tmp_path: Path) -> None:
    server = Server(by_form=False, by_header=False, refusal=httpx.Response(401, json={"error": "invalid_client"}))
    with pytest.raises(RequestRejected, match="invalid_client") as caught:
        listed(tmp_path, server)
    assert server.requests == ["form", "header"]
    assert not any(part in str(caught.value) for part in ("s3c", BASIC.split()[1]))


# -- addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "localhost.example", "127.0.0.1.example", "0x7f.example"])
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("system", "what"),
    [
        ({"oauth2": OAUTH2}, "its credentials would go to https://login.test"),
        ({"url_pattern": "https://api.test/%s", "headers": {"key": "$SECRET(secret)"}}, None),
        (
            {
                "headers": {"key": "$SECRET(secret)"},
                "operations": {**OPERATIONS, "thing-list": {"url": "https://api.test/things", "method": "GET"}},
            },
            "a request would go to https://api.test",
        ),
    ],
)
def test_no_secret_leaves_this_machine_while_the_url_is_on_it(
    tmp_path: Path, system: dict[str, Any], what: str | None
) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json=[])

    world = small(tmp_path, handler=answer, url="http://127.0.0.1:8000", secrets=SECRETS, **system)
    if what is None:  # the url of the settings replaces the address of the connector
        assert list(world.connection.system().list("thing")) == []
    else:
        with pytest.raises(UsageError, match="the url of Small is on this machine, but " + what):
            list(world.connection.system().list("thing"))
    assert all(is_loopback(url.host) for url in asked)


def test_every_address_of_a_connector_is_listed(tmp_path: Path) -> None:
    made = connector(
        tmp_path, url_pattern="https://u:p@api.test/v1/%s", oauth2={**OAUTH2, "token_url": "https://login.test/token"}
    )
    assert addresses_of(made) == ("https://api.test/v1/", "https://login.test/token")
    printed = CliRunner().invoke(qa_sync, ["connectors", "check", str(tmp_path / "small")]).output
    assert "addresses, of which `url` replaces the first: https://api.test/v1/, https://login.test/token" in printed
