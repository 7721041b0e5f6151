"""Each kind of authentication against a server that judges and counts: not one request too many.

The server is real (sockets, on this machine); who comes without the right credentials is not let in.

Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import spnego
from loopback import Loopback, loopback
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client
from small_system import START, opened

from qa_sync.clock import VirtualClock
from qa_sync.systems.auth.table import KINDS

SECRETS = {"user": "ck_1", "key": "s3cr3t", "access": "t0", "refresh": "r0", "consumer": "c-c", "employee": "e-e"}
LASTS = 3600


@dataclass
class Door:
    """Lets in whoever shows what is right, and issues tokens; `token` is the one that is good until `until`."""

    clock: VirtualClock
    issued: int = 0
    token: str = ""
    until: datetime = START
    refresh: str = "r0"
    nonces: set[str] = field(default_factory=set)
    handshakes: dict[object, Any] = field(default_factory=dict)

    def issue(self, value: str, lasts: float = LASTS) -> str:
        self.issued, self.token, self.until = self.issued + 1, value, self.clock.now() + timedelta(seconds=lasts)
        return value

    def is_good(self, token: str) -> bool:
        return bool(token) and token == self.token and self.clock.now() < self.until


def authorization(request: httpx.Request, scheme: str) -> str:
    shown: str = request.headers.get("authorization", "")
    return shown.removeprefix(f"{scheme} ")


def pair(request: httpx.Request) -> str:
    return base64.b64decode(authorization(request, "Basic")).decode()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def answers_challenge(request: httpx.Request) -> bool:
    path, shown = request.url.raw_path.decode(), request.headers.get("authorization", "")
    return f'response="{md5(md5("ck_1:r:s3cr3t") + ":n:" + md5(f"GET:{path}"))}"' in shown


def is_signed(door: Door, request: httpx.Request) -> bool:
    """Sign the request ourselves, with its own time and nonce, and see whether that gives the same."""
    told = dict(request.url.params)
    if told["oauth_nonce"] in door.nonces:
        return False
    door.nonces.add(told["oauth_nonce"])
    plain = request.url.copy_with(params={k: v for k, v in told.items() if not k.startswith("oauth_")})
    client = Client(
        SECRETS["user"],
        client_secret=SECRETS["key"],
        signature_method=SIGNATURE_HMAC_SHA256,
        signature_type=SIGNATURE_TYPE_QUERY,
        timestamp=told["oauth_timestamp"],
        nonce=told["oauth_nonce"],
    )
    expected = httpx.URL(client.sign(str(plain).removesuffix("?"), http_method=request.method)[0])
    return bool(expected.params["oauth_signature"] == told["oauth_signature"])


def ntlm(door: Door, request: httpx.Request) -> httpx.Response | bool:
    """Know connections, not requests; the other half of the handshake is the library's."""
    connection = request.extensions["client"]
    context, message = door.handshakes.get(connection), authorization(request, "NTLM")
    if context is not None and context.complete and not message:
        return True
    if not message:
        return httpx.Response(401, json={}, headers={"WWW-Authenticate": "NTLM"})
    if context is None or context.complete:
        context = door.handshakes[connection] = spnego.server(protocol="ntlm")
    challenge = context.step(base64.b64decode(message))
    if context.complete:
        return True
    headers = {"WWW-Authenticate": f"NTLM {base64.b64encode(challenge or b'').decode()}"}
    return httpx.Response(401, json={}, headers=headers)


def oauth2(door: Door, request: httpx.Request) -> httpx.Response | bool:
    if request.url.path != "/token":
        return door.is_good(authorization(request, "Bearer"))
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    refreshing = form["grant_type"] == "refresh_token"
    if form["client_secret"] != SECRETS["key"] or (refreshing and form["refresh_token"] != door.refresh):
        return httpx.Response(400, json={"error": "invalid_grant"})
    told = {"access_token": door.issue(f"t{door.issued + 1}"), "expires_in": LASTS}
    if refreshing:
        door.refresh = f"r{door.issued}"  # the old one is spent
        told["refresh_token"] = door.refresh
    return httpx.Response(200, json=told)


def tripletex(door: Door, request: httpx.Request) -> httpx.Response | bool:
    if request.url.path != "/token":
        return door.is_good(pair(request).removeprefix("0:"))
    told = request.url.params
    if (request.method, told["consumerToken"], told["employeeToken"]) != ("PUT", "c-c", "e-e"):
        return False
    end = datetime.fromisoformat(f"{told['expirationDate']}T00:00:00+00:00")
    token = door.issue(f"s{door.issued + 1}", (end - door.clock.now()).total_seconds())
    return httpx.Response(200, json={"value": {"token": token}})


def custom(door: Door, request: httpx.Request) -> httpx.Response | bool:
    """Ask for a token by a refresh token that was requested before it, when the connector says so."""
    if request.url.path == "/refresh":
        told = {"refresh_token": f"rr{door.issued}", "refresh_token_expires_in": LASTS * 10}
        return httpx.Response(200, json=told) if json.loads(request.content) == {"consumer": "c-c"} else False
    if request.url.path != "/token":
        asked = json.loads(request.content) if request.content else {"session": door.token}
        return door.is_good(authorization(request, "Session")) and asked == {"session": door.token}
    sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    if sent not in ({"user": "ck_1", "key": "s3cr3t"}, {"refresh": "rr0"}) or "authorization" in request.headers:
        return httpx.Response(400, json={"error": "who?"})
    until = door.clock.now() + timedelta(seconds=LASTS)
    token = {"session": {"id": door.issue(f't"&{door.issued + 1}')}, "ends": until.isoformat(), "lasts": LASTS}
    return httpx.Response(200, json={"result": token})


Judge = Callable[[Door, httpx.Request], httpx.Response | bool]

NAMED = {"username": "$SECRET(user)", "password": "$SECRET(key)"}
TOKENS = {"client_id": "me", "client_secret": "$SECRET(key)", "token_url": "{{@ base_url @}}/token"}
OWN_TOKENS = {"access_token": "$SECRET(access)", "refresh_token": "$SECRET(refresh)"}
BOUGHT = {
    "consumer_token": "$SECRET(consumer)",
    "employee_token": "$SECRET(employee)",
    "token_url": "{{@ base_url @}}/token",
}


SESSION = {"Authorization": "Session {{ token.session.id }}"}
FETCHED: dict[str, Any] = {
    "get_token_operation": {
        "method": "POST",
        "url": "token",
        "payload-type": "form",
        "payload": {"user": "$SECRET(user)", "key": "$SECRET(key)"},
        "payload_property": "result",
    },
    "expires_in_expression": "{{ body.result.lasts }}",
}
RENEWED: dict[str, Any] = {
    "get_refresh_token_operation": {"method": "POST", "url": "refresh", "payload": {"consumer": "$SECRET(consumer)"}},
    "refresh_token_expires_in_expression": "{{ token.refresh_token_expires_in }}",
    "get_token_operation": {**FETCHED["get_token_operation"], "payload": {"refresh": "{{ token.refresh_token }}"}},
    "expires_at_expression": "{{ token.ends }}",
    "expires_in_expression": "never asked",
}


@dataclass
class Kind:
    """A kind of authentication, who judges it, and how many requests are needed.

    `three` reads one after the other; `expired`: a read, the token's whole life, a read; `refused`: a read, the token
    is withdrawn, a read; `eight` reads at once, none before (None: it depends on who comes first, or has no token).
    """

    told: dict[str, Any]
    judge: Judge
    three: int
    expired: int | None = None
    refused: int | None = None
    eight: int | None = 8


AUTH: dict[str, Kind] = {
    "basic": Kind({"authentication": "basic", **NAMED}, lambda _, r: pair(r) == "ck_1:s3cr3t", 3),
    "bearer": Kind({"jwt_token": "$SECRET(key)"}, lambda _, r: authorization(r, "Bearer") == "s3cr3t", 3),
    "jwt": Kind(
        {"authentication": "jwt", "jwt_token": "$SECRET(key)"},
        lambda _, r: authorization(r, "Bearer") == "s3cr3t",
        3,
    ),
    "key in a header": Kind(
        {"api_key": {"in": "header", "name": "X-Key", "value": "$SECRET(key)"}},
        lambda _, r: r.headers.get("x-key") == "s3cr3t",
        3,
    ),
    "key in the query": Kind(
        {"api_key": {"in": "query", "name": "k", "value": "$SECRET(key)"}},
        lambda _, r: r.url.params.get("k") == "s3cr3t",
        3,
    ),
    "a header of its own": Kind(
        {"headers": {"X-Key": "$SECRET(key)"}}, lambda _, r: r.headers.get("x-key") == "s3cr3t", 3
    ),
    "digest": Kind({"authentication": "digest", **NAMED}, lambda _, r: answers_challenge(r), 1 + 3, eight=None),
    # one connection, on which one request at a time is in progress
    "ntlm": Kind({"authentication": "ntlm", **NAMED}, ntlm, 1 + 3, eight=1 + 8),
    "oauth1": Kind({"authentication": "oauth1", **NAMED}, is_signed, 3),
    "oauth2, client credentials": Kind({"oauth2": TOKENS}, oauth2, 1 + 3, 2 * 2, 2 + 3, 1 + 8),
    # its first token is given, and of unknown age: it is used until it is refused
    "oauth2, refresh token": Kind({"oauth2": {**TOKENS, **OWN_TOKENS}}, oauth2, 2 + 3, 3 + 2, 3 + 3, None),
    "oauth2, refresh token alone": Kind(
        {"oauth2": {**TOKENS, "refresh_token": "$SECRET(refresh)"}}, oauth2, 1 + 3, 2 * 2, 2 + 3, 1 + 8
    ),
    "custom": Kind({"custom_auth": FETCHED, "headers": SESSION}, custom, 1 + 3, 2 * 2, 2 + 3, 1 + 8),
    # the refresh token outlives the session, and is fetched once
    "custom, refreshed": Kind({"custom_auth": RENEWED, "headers": SESSION}, custom, 2 + 3, 3 + 2, 3 + 3, 2 + 8),
    "tripletex": Kind({"authentication": "tripletex", "tripletex": BOUGHT}, tripletex, 1 + 3, 2 * 2, 2 + 3, 1 + 8),
}


class World:
    """A system with that kind of authentication, its door, and a line to it."""

    def __init__(self, place: Path, kind: Kind, server: Loopback, clock: VirtualClock, door: Door) -> None:
        self.server, self.clock, self.door = server, clock, door
        self.connection = opened(place, server.url, clock, SECRETS, **kind.told)

    def read(self, times: int = 1) -> None:
        system = self.connection.system()
        for _ in range(times):
            assert system.lookup("thing", "1") is not None


def play(place: Path, kind: Kind, work: Callable[[World], object]) -> int:
    """Return how many requests the work takes."""
    clock = VirtualClock(START)
    door = Door(clock)

    def serve(request: httpx.Request) -> httpx.Response:
        judged = kind.judge(door, request)
        if isinstance(judged, httpx.Response):
            return judged
        challenge = {"WWW-Authenticate": 'Digest realm="r", nonce="n"'}
        return httpx.Response(200, json={"id": "1"}) if judged else httpx.Response(401, json={}, headers=challenge)

    with loopback(serve) as server:
        world = World(place, kind, server, clock, door)
        work(world)
        world.connection.close()
    return len(server.asked)


@pytest.fixture(autouse=True)
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the server's half of NTLM who there is."""
    file = tmp_path / "users"
    file.write_text(f":{SECRETS['user']}:{SECRETS['key']}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


@pytest.mark.parametrize("name", AUTH)
def test_three_reads(tmp_path: Path, name: str) -> None:
    assert play(tmp_path, AUTH[name], lambda world: world.read(3)) == AUTH[name].three


WITH_TOKENS = [name for name, kind in AUTH.items() if kind.refused]


@pytest.mark.parametrize("name", WITH_TOKENS)
def test_a_token_is_renewed_before_it_ends(tmp_path: Path, name: str) -> None:
    def work(world: World) -> None:
        world.read()
        world.clock.sleep((world.door.until - world.clock.now()).total_seconds() - 1)  # it is good, but not for long
        world.read()

    assert play(tmp_path, AUTH[name], work) == AUTH[name].expired


@pytest.mark.parametrize("name", WITH_TOKENS)
def test_a_token_is_renewed_once_when_it_is_refused(tmp_path: Path, name: str) -> None:
    def work(world: World) -> None:
        world.read()
        world.door.token = ""
        world.read()

    assert play(tmp_path, AUTH[name], work) == AUTH[name].refused


@pytest.mark.parametrize("name", [name for name, kind in AUTH.items() if kind.eight])
def test_all_who_wait_share_one_token(tmp_path: Path, name: str) -> None:
    def work(world: World) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: world.read(), range(8)))

    assert play(tmp_path, AUTH[name], work) == AUTH[name].eight


def test_every_kind_stands_in_the_table() -> None:
    kinds = {kind.told.get("authentication") or next(iter(kind.told)) for kind in AUTH.values()}
    assert {re.sub("jwt_token", "jwt", kind) for kind in kinds} - {"headers"} == KINDS.keys()
