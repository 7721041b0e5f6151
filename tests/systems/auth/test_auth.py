"""One test per kind of authentication; each counts what was asked, to the last request."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import httpx
import pytest
from small_system import OPERATIONS, START, URL, Small, connector, small
from waits import GUARD_S

from qa_sync.clock import VirtualClock
from qa_sync.errors import ConnectorError, InvalidResponse, RequestRejected, SystemUnreachable, UsageError
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection
from qa_sync.systems.system import Record

TOKEN_URL = "https://login.test/token"  # noqa: S105 - a url
OAUTH2 = {"client_id": "me", "client_secret": "$SECRET(secret)", "token_url": TOKEN_URL}
SECRETS = {"secret": "s3cr3t"}
THING = {"id": "1"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def ask(world: Small, times: int = 1) -> None:
    system = world.connection.system()
    for _ in range(times):
        assert system.lookup("thing", "1") is not None


def authorizations(world: Small) -> list[str | None]:
    return [r.headers.get("authorization") for r in world.server.asked if r.url.host == "small.test"]


@pytest.mark.parametrize(("kind", "package"), [("oauth1", "oauthlib"), ("ntlm", "spnego")])
def test_a_method_whose_package_is_not_installed_names_its_extra(
    kind: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, f"qa_sync.systems.auth.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"needs {package}\b.*, which is not installed") as caught:
        ask(small(tmp_path, authentication=kind, username="u", password="$SECRET(secret)", secrets=SECRETS))  # noqa: S106
    assert f"pip install 'qa-sync[{kind}]'" in str(caught.value)


class Issuer:
    """A token endpoint and an API behind it that takes its newest token only."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.forms: list[dict[str, list[str]]] = []
        self.revoked = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.forms.append(parse_qs(request.content.decode()))
            self.revoked = False
            return httpx.Response(200, json={"access_token": f"t{len(self.forms)}", **self.answer})
        good = request.headers.get("authorization") == f"Bearer t{len(self.forms)}" and not self.revoked
        return httpx.Response(200, json=THING) if good else httpx.Response(401, json={"error": "who?"})


class TestOneRequestOnly:
    def test_basic(self, tmp_path: Path) -> None:
        kind: dict[str, Any] = {"authentication": "basic", "username": "u", "password": "$SECRET(secret)"}
        world = small(tmp_path, THING, THING, secrets=SECRETS, **kind)
        ask(world, 2)
        assert authorizations(world) == [basic("u:s3cr3t")] * 2

    @pytest.mark.parametrize("kind", [{"authentication": "jwt"}, {}])
    def test_a_bearer_token_wins_over_a_header(self, tmp_path: Path, kind: dict[str, Any]) -> None:
        own: dict[str, Any] = {"headers": {"Authorization": "mine"}, "jwt_token": "$SECRET(secret)"}
        world = small(tmp_path, THING, secrets=SECRETS, **kind, **own)
        ask(world)
        assert authorizations(world) == ["Bearer s3cr3t"]

    def test_a_key_in_a_header(self, tmp_path: Path) -> None:
        world = small(
            tmp_path, THING, secrets=SECRETS, api_key={"in": "header", "name": "X-Key", "value": "$SECRET(secret)"}
        )
        ask(world)
        assert [r.headers["x-key"] for r in world.server.asked] == ["s3cr3t"]

    def test_a_key_in_the_query(self, tmp_path: Path) -> None:
        world = small(
            tmp_path, THING, secrets={"secret": "a&b"}, api_key={"in": "query", "name": "k", "value": "$SECRET(secret)"}
        )
        ask(world)
        assert [str(r.url) for r in world.server.asked] == [f"{URL}/things/1?k=a%26b"]

    def test_a_name_and_password_in_the_url_are_basic(self, tmp_path: Path) -> None:
        world = small(tmp_path, THING, url="https://u:p%40q@small.test")
        ask(world)
        assert authorizations(world) == [basic("u:p@q")]


def test_digest_requests_one_challenge_only(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def door(request: httpx.Request) -> httpx.Response:
        reported = request.headers.get("authorization", "")
        if not reported:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n"'})
        expected = digest(f"{digest('u:r:s3cr3t')}:n:{digest('GET:/things/1')}")
        return httpx.Response(200, json=THING) if f'response="{expected}"' in reported else httpx.Response(403)

    kind: dict[str, Any] = {"authentication": "digest", "username": "u", "password": "$SECRET(secret)"}
    world = small(tmp_path, handler=door, secrets=SECRETS, **kind)
    ask(world, 3)
    assert len(world.server.asked) == 4


@pytest.mark.parametrize(
    "challenge", ["x", 'realm="r", nonce="n", algorithm=X', 'realm="r", nonce="n", qop="auth-int"']
)
def test_a_digest_challenge_that_is_none_is_reported_each_time(tmp_path: Path, challenge: str) -> None:
    refused = httpx.Response(401, headers={"WWW-Authenticate": f"Digest {challenge}"})
    kind: dict[str, Any] = {"authentication": "digest", "username": "u", "password": "$SECRET(secret)"}
    world = small(tmp_path, handler=lambda _: refused, secrets=SECRETS, **kind)
    for _ in range(2):
        with pytest.raises(InvalidResponse, match="invalid Digest challenge: status 401"):
            ask(world)
    assert len(world.server.asked) == 2


class TestOAuth2:
    def test_client_credentials_fetch_one_token(self, tmp_path: Path) -> None:
        issuer = Issuer(expires_in=3600)
        reported = {**OAUTH2, "scope": ["a", "b"], "extra": {"audience": "x", "headers": {"X-Site": "7"}}}
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2=reported)
        ask(world, 3)
        form = {"grant_type": ["client_credentials"], "client_id": ["me"], "client_secret": ["s3cr3t"]}
        assert issuer.forms == [{**form, "scope": ["a b"], "audience": ["x"]}]
        assert world.server.asked[0].headers["x-site"] == "7"
        assert len(world.server.asked) == 4

    def test_a_token_is_renewed_before_its_end(self, tmp_path: Path) -> None:
        issuer = Issuer(expires_in="100")
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2={**OAUTH2, "refresh_window": 40})
        for seconds, tokens in ((0, 1), (59, 1), (1, 2), (59, 2), (1, 3)):
            world.clock.sleep(seconds)
            ask(world)
            assert len(issuer.forms) == tokens
        assert len(world.server.asked) == 5 + 3

    def test_a_window_longer_than_the_token_lives_is_halved(self, tmp_path: Path) -> None:
        issuer = Issuer(expires_in=20)
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2=OAUTH2)
        ask(world, 3)
        assert len(issuer.forms) == 1

    def test_a_refused_token_is_renewed_once(self, tmp_path: Path) -> None:
        issuer = Issuer()
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2=OAUTH2)
        ask(world)
        issuer.revoked = True
        ask(world)
        assert world.server.lines == ["POST /token", "GET /things/1", "GET /things/1", "POST /token", "GET /things/1"]

    def test_a_token_that_is_refused_again_is_reported(self, tmp_path: Path) -> None:
        def never(request: httpx.Request) -> httpx.Response:
            issued = str(request.url) == TOKEN_URL
            return httpx.Response(200, json={"access_token": "t"}) if issued else httpx.Response(401, json={})

        world = small(tmp_path, handler=never, secrets=SECRETS, oauth2=OAUTH2)
        with pytest.raises(RequestRejected, match="rejected with 401"):
            ask(world)
        assert len(world.server.asked) == 4

    def test_a_refresh_token_is_exchanged_and_the_new_one_used(self, tmp_path: Path) -> None:
        issuer = Issuer(refresh_token="r2", expires_in=100)  # noqa: S106 - a test has no secrets
        issuer.revoked = True
        reported = {**OAUTH2, "access_token": "$SECRET(old)", "refresh_token": "r1"}
        world = small(tmp_path, handler=issuer, secrets={**SECRETS, "old": "t0"}, oauth2=reported)
        ask(world)
        world.clock.sleep(90)
        ask(world)
        assert [(f["grant_type"], f["refresh_token"]) for f in issuer.forms] == [
            (["refresh_token"], ["r1"]),
            (["refresh_token"], ["r2"]),
        ]
        assert authorizations(world) == ["Bearer t0", "Bearer t1", "Bearer t2"]

    def test_all_who_wait_get_the_one_new_token(self, tmp_path: Path) -> None:
        issuer, all_there = Issuer(), threading.Barrier(8, timeout=GUARD_S)
        together = [False]

        def door(request: httpx.Request) -> httpx.Response:
            if together[0] and request.headers.get("authorization") == "Bearer t1":
                all_there.wait()  # all eight hold the old token when it is refused
            return issuer(request)

        world = small(tmp_path, handler=door, secrets=SECRETS, oauth2=OAUTH2)
        ask(world)
        issuer.revoked, together[0] = True, True
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ask(world), range(8)))
        assert len(issuer.forms) == 2
        assert len(world.server.asked) == 2 + 8 + 1 + 8

    def test_all_who_come_first_fetch_one_token(self, tmp_path: Path) -> None:
        issuer = Issuer()
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2=OAUTH2)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ask(world), range(8)))
        assert len(world.server.asked) == 9

    @pytest.mark.parametrize("trouble", [httpx.ReadError("x"), httpx.Response(503), httpx.Response(429)])
    def test_a_create_is_safe_while_there_is_no_token(self, tmp_path: Path, trouble: Any) -> None:
        world = small(tmp_path, trouble, {"access_token": "t"}, {"id": "7"}, secrets=SECRETS, oauth2=OAUTH2)
        assert world.connection.system().insert("thing", {"name": "a"}).id == "7"
        assert world.server.lines == ["POST /token", "POST /token", "POST /things"]

    @pytest.mark.parametrize(
        ("answer", "kind", "text"),
        [
            (
                httpx.Response(401, json={"error": "invalid_client"}),
                RequestRejected,
                "rejected with 401 invalid_client",
            ),
            (httpx.Response(200, json={"accessToken": "private"}), InvalidResponse, "no token in the response"),
            (httpx.Response(200, text='{"access_token":"private'), InvalidResponse, "not JSON"),
            (httpx.Response(200, json=["private"]), InvalidResponse, "no token in the response"),
            (
                httpx.Response(200, json={"access_token": "", "x": "private"}),
                InvalidResponse,
                "no token in the response",
            ),
        ],
    )
    def test_no_token_to_be_had_is_reported_without_the_answer(
        self, tmp_path: Path, answer: httpx.Response, kind: type[Exception], text: str
    ) -> None:
        world = small(tmp_path, answer, answer, secrets=SECRETS, oauth2=OAUTH2)
        with pytest.raises(kind, match=text) as caught:
            ask(world)
        assert "POST https://login.test/token" in str(caught.value)
        assert "private" not in str(caught.value)

    @pytest.mark.parametrize("lasts", [86_399_999_999_999, 1e300, "1e999", pytest.param(10**400, id="10**400")])
    def test_a_token_that_lasts_for_ever_is_not_renewed(self, tmp_path: Path, lasts: float) -> None:
        issuer = Issuer(expires_in=lasts)
        world = small(tmp_path, handler=issuer, secrets=SECRETS, oauth2=OAUTH2)
        ask(world, 2)
        assert len(issuer.forms) == 1

    def test_who_gives_tokens_is_left_alone_as_long_as_he_asks(self, tmp_path: Path) -> None:
        later = httpx.Response(429, headers={"Retry-After": "30"})
        world = small(tmp_path, later, {"access_token": "t"}, THING, secrets=SECRETS, oauth2=OAUTH2)
        ask(world)
        assert 30 <= world.waited <= 31
        assert world.server.lines == ["POST /token", "POST /token", "GET /things/1"]

    def test_all_who_wait_for_a_token_that_is_put_off_ask_once(self, tmp_path: Path) -> None:
        issuer, asking = Issuer(), threading.Barrier(9, timeout=GUARD_S)

        def door(request: httpx.Request) -> httpx.Response:
            if str(request.url) != TOKEN_URL or world.waited >= 5:
                return issuer(request)
            if world.server.lines == ["POST /token"]:
                asking.wait()
                time.sleep(0.2)  # so that most have come to the lock; who comes later finds the token
            return httpx.Response(503, headers={"Retry-After": "5"}, request=request)

        def work(number: int) -> None:
            if number:
                asking.wait()
            ask(world)

        world = small(
            tmp_path,
            handler=door,
            secrets=SECRETS,
            oauth2=OAUTH2,
            rate_limiter=lambda clock: RateLimiter(clock, None, 9),
        )
        with ThreadPoolExecutor(9) as pool:
            list(pool.map(work, range(9)))
        assert world.server.lines.count("POST /token") == 2
        assert len(world.server.asked) == 2 + 9

    def test_the_lock_is_free_after_a_failure(self, tmp_path: Path) -> None:
        world = small(tmp_path, httpx.Response(400), {"access_token": "t"}, THING, secrets=SECRETS, oauth2=OAUTH2)
        with pytest.raises(RequestRejected):
            ask(world)
        ask(world)


class TestTripletex:
    KIND: dict[str, Any] = {  # noqa: RUF012 - read only
        "authentication": "tripletex",
        "tripletex": {
            "consumer_token": "$SECRET(consumer_token)",
            "employee_token": "$SECRET(employee_token)",
            "token_url": f"{URL}/v2/token/session/:create",
        },
    }
    SECRETS: dict[str, str] = {"consumer_token": "c-c", "employee_token": "e-e"}  # noqa: RUF012 - read only

    def session(self, token: str) -> dict[str, Any]:
        return {"value": {"token": token}}

    def test_a_session_is_bought_once(self, tmp_path: Path) -> None:
        world = small(tmp_path, self.session("s1"), THING, THING, secrets=self.SECRETS, **self.KIND)
        ask(world, 2)
        bought = world.server.asked[0]
        assert bought.method == "PUT"
        assert dict(bought.url.params) == {
            "consumerToken": "c-c",
            "employeeToken": "e-e",
            "expirationDate": "2024-11-15",
        }
        assert authorizations(world)[1:] == [basic("0:s1")] * 2

    def test_it_is_renewed_before_its_last_day(self, tmp_path: Path) -> None:
        script = (self.session("s1"), THING, THING, self.session("s2"), THING)
        world = small(tmp_path, *script, secrets=self.SECRETS, **self.KIND)
        ask(world)
        world.clock.sleep(35 * 3600)  # 20:00 on the eve
        ask(world)
        world.clock.sleep(2 * 3600)
        ask(world)
        assert world.server.script == []

    def test_a_short_session_lasts_a_day_nevertheless(self, tmp_path: Path) -> None:
        kind = {**self.KIND, "tripletex": {**self.KIND["tripletex"], "ttl": 1}}
        world = small(tmp_path, self.session("s1"), THING, THING, secrets=self.SECRETS, **kind)
        world.clock.sleep(14 * 3600)
        ask(world, 2)
        assert world.server.asked[0].url.params["expirationDate"] == "2024-11-15"

    def test_a_refused_session_is_renewed_once(self, tmp_path: Path) -> None:
        script = (self.session("s1"), httpx.Response(401), self.session("s2"), THING)
        world = small(tmp_path, *script, secrets=self.SECRETS, **self.KIND)
        ask(world)
        assert world.server.script == []


class TestWooCommerce:
    """Against the sandbox's door, which knows the shop's rules."""

    @pytest.fixture(autouse=True)
    def shop(self) -> Iterator[None]:
        self.clock = VirtualClock(START)
        self.app = AsgiTransport(VENDORS["woocommerce"].build_app(self.clock.now, "1"))
        yield
        self.app.close()

    def connection(
        self, url: str, out: Callable[[httpx.BaseTransport], httpx.BaseTransport], **secrets: str
    ) -> LiveConnection:
        given = {**VENDORS["woocommerce"].secrets, **secrets}
        shop = load_connector(builtin_folder("woocommerce"))
        return open_connection("Shop", shop, url, given, clock=self.clock, redact=Redactor(), out=out(self.app))

    def test_over_http_every_request_is_signed(self) -> None:
        seen: list[httpx.Request] = []
        connection = self.connection("http://shop.example", lambda app: Watched(app, seen))
        system = connection.system()
        made = system.insert("product", {"name": "Tee [x] & é", "regular_price": "10.00"}).id
        assert [r.id for r in system.list("product")] == [made]
        system.delete("product", made)
        assert len(seen) == 3
        assert all("authorization" not in r.headers for r in seen)
        assert len({r.url.params["oauth_nonce"] for r in seen}) == 3
        assert {r.url.params["oauth_signature_method"] for r in seen} == {"HMAC-SHA256"}
        assert seen[1].url.params["per_page"] == "100"

    def test_a_second_attempt_has_a_signature_of_its_own(self) -> None:
        seen: list[httpx.Request] = []
        connection = self.connection("http://shop.example", lambda app: Watched(app, seen, lose=1))
        assert list(connection.system().list("product")) == []
        assert len(seen) == 2

    def test_over_https_it_is_basic(self) -> None:
        seen: list[httpx.Request] = []
        connection = self.connection("https://shop.example", lambda app: Watched(app, seen))
        assert list(connection.system().list("product")) == []
        assert [r.headers["authorization"][:6] for r in seen] == ["Basic "]
        assert "oauth_nonce" not in seen[0].url.params

    def test_what_a_url_may_show_is_escaped_to_be_signed(self) -> None:
        seen: list[httpx.Request] = []
        connection = self.connection("http://shop.example", lambda app: Watched(app, seen))
        url = "http://shop.example/wp-json/wc/v3/products?search=a|b%20[c]+d&x=%C3%A9"
        with httpx.Client(transport=connection.transport) as client:
            assert client.get(url).status_code == 200

    def test_a_401_over_http_says_what_may_be_wrong(self) -> None:
        connection = self.connection("http://shop.example", lambda app: app, consumer_secret="wrong")  # noqa: S106 - no secret
        with pytest.raises(RequestRejected) as caught:
            list(connection.system().list("product"))
        assert "accepts Basic (and keys in the query) over https only" in str(caught.value.hint)

    def test_a_401_over_https_is_about_the_secrets(self) -> None:
        connection = self.connection("https://shop.example", lambda app: app, consumer_secret="wrong")  # noqa: S106 - no secret
        with pytest.raises(RequestRejected) as caught:
            list(connection.system().list("product"))
        assert "check the secrets" in str(caught.value.hint)


CUSTOM = {
    "get_token_operation": "log-in",
    "expires_in_expression": "{{ body.lasts }}",
}
LOG_IN = {"method": "POST", "url": "login", "payload": {"key": "$SECRET(secret)"}}
THINGS = {
    **OPERATIONS,
    "thing-lookup": {"url": "things/{{ entity.id }}?t={{ token.key }}", "method": "GET"},
    "thing-insert": {
        "url": "things",
        "method": "POST",
        "payload": {"by": "{{ token.who.name }}", "key": "{{token.key}}"},
    },
    "log-in": LOG_IN,
}


class TestCustom:
    """Tokens that an operation of the system itself fetches."""

    def world(self, tmp_path: Path, answer: Any, headers: dict[str, str] | None = None) -> Small:
        def serve(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=answer if request.url.path == "/login" else THING)

        headers = {"X-Session": "{{ token.key }}", "X-Plain": "p"} if headers is None else headers
        return small(tmp_path, secrets=SECRETS, handler=serve, custom_auth=CUSTOM, operations=THINGS, headers=headers)

    def test_a_token_stands_wherever_a_template_says(self, tmp_path: Path) -> None:
        world = self.world(
            tmp_path, {"key": 'a b&"ä', "who": {"name": "o'x \\ y"}, "lasts": 60}, {"X-Who": "{{ token.lasts }}"}
        )
        system = world.connection.system()
        system.lookup("thing", "1")
        system.insert("thing", {"name": "n"})
        login, lookup, insert = world.server.asked
        assert json.loads(login.content) == {"key": "s3cr3t"}
        assert "x-who" not in login.headers
        assert (lookup.url.params["t"], lookup.headers["x-who"]) == ('a b&"ä', "60")
        assert json.loads(insert.content) == {"by": "o'x \\ y", "key": 'a b&"ä'}
        assert int(insert.headers["content-length"]) == len(insert.content)

    def test_what_is_recorded_has_no_token_in_it(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, {"key": "very-secret", "who": {"name": "n"}, "lasts": 60})
        above: list[httpx.Request] = []
        world.connection.system(lambda transport: Watched(transport, above)).lookup("thing", "1")
        assert [f"{r.url} {r.headers['x-session']}" for r in above] == [f"{URL}/things/1?t=~token~key~ ~token~key~"]
        assert world.server.asked[-1].headers["x-session"] == "very-secret"

    def test_what_is_made_of_a_token_is_made_of_the_token_itself(self, tmp_path: Path) -> None:
        shown = "Basic {{ (('0:' + token.key) | tobytes(encoding='utf-8') | b64encode).decode() }}"
        headers = {"Authorization": shown, "X-Up": "{{ token.who.name|upper }}"}
        world = self.world(tmp_path, {"key": "session-k€y", "who": {"name": "n-1"}, "lasts": 60}, headers)
        above: list[httpx.Request] = []
        world.connection.system(lambda transport: Watched(transport, above)).lookup("thing", "1")
        sent = world.server.asked[-1].headers
        assert (sent["authorization"], sent["x-up"]) == (basic("0:session-k€y"), "N-1")
        assert above[0].headers["authorization"] == basic("0:~token~key~")
        assert world.connection.redact(sent["authorization"]) == "Basic MDp(hidden)"  # `0:`, which is no secret

    def test_two_members_may_have_names_of_their_own(self, tmp_path: Path) -> None:
        def serve(request: httpx.Request) -> httpx.Response:
            answer = {"value": "a&b", "more": f"r{len(world.server.asked)}", "lasts": 60}
            return httpx.Response(200, json=answer if request.url.path == "/login" else THING)

        reported: dict[str, Any] = {**CUSTOM, "access_token_property": "value", "refresh_token_property": "more"}
        reported["initial_refresh_token"] = {"more": "$SECRET(secret)"}
        operations = {
            **THINGS,
            "thing-lookup": {"url": "things/1?t={{ access_token }}", "method": "GET"},
            "log-in": {**LOG_IN, "payload": {"with": "{{ refresh_token }}"}},
        }
        headers = {"X-Session": "{{ access_token }}"}
        world = small(
            tmp_path, secrets=SECRETS, handler=serve, custom_auth=reported, operations=operations, headers=headers
        )
        above: list[httpx.Request] = []
        system = world.connection.system(lambda transport: Watched(transport, above))
        system.lookup("thing", "1")
        world.clock.sleep(60)
        system.lookup("thing", "1")
        first, lookup, second, _ = world.server.asked
        assert [json.loads(r.content) for r in (first, second)] == [{"with": "s3cr3t"}, {"with": "r1"}]
        assert "x-session" not in first.headers
        assert (lookup.url.params["t"], lookup.headers["x-session"]) == ("a&b", "a&b")
        assert {str(r.url) for r in above} == {f"{URL}/things/1?t=~token~value~"}

    def test_what_looks_like_a_part_of_a_token_is_data(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, {"key": "very-secret", "who": {"name": "n"}, "lasts": 60})
        text = "~token~key~ {{ token.key }}"
        system = world.connection.system()
        system.update(Record("Small", "thing", "1", {"rev": 1}), {"name": text})
        assert json.loads(world.server.asked[-1].content) == {"name": text}

    def test_a_token_that_no_header_can_carry_is_reported_without_it(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, {"key": "k€y-1", "lasts": 60}, {"X-Up": "{{ token.key|upper }}"})
        with pytest.raises(InvalidResponse, match="the token does not fit the templates") as reported:
            world.connection.system().lookup("thing", "1")
        assert "K€Y" not in str(reported.value)

    def test_a_redirect_is_followed_with_the_token(self, tmp_path: Path) -> None:
        def serve(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/things/1":
                return httpx.Response(307, headers={"Location": "/elsewhere/1?a=b"})
            return httpx.Response(200, json={"key": "k", "lasts": 60} if request.url.path == "/login" else THING)

        headers = {"X-Session": "{{ token.key }}"}
        world = small(tmp_path, secrets=SECRETS, handler=serve, custom_auth=CUSTOM, operations=THINGS, headers=headers)
        assert world.connection.system().lookup("thing", "1") is not None
        asked = world.server.asked[-1]
        assert (str(asked.url), asked.headers["x-session"]) == (f"{URL}/elsewhere/1?a=b", "k")

    def test_a_link_to_the_next_page_may_show_the_token(self, tmp_path: Path) -> None:
        def serve(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/login":
                return httpx.Response(200, json={"key": "a&b", "lasts": 60})
            page = int(request.url.params.get("page", 0))
            return httpx.Response(200, json={"rows": [{"id": str(page)}], "next": page + 1 if page < 2 else None})

        link = "things?page={{ body.next }}&t={{ token.key }}{% if body.next is none %}{{ stop }}{% endif %}"
        listing = {
            "url": "things?t={{ token.key }}",
            "method": "GET",
            "payload_property": "rows",
            "next_page_link": link,
        }
        operations = {**THINGS, "thing-list": listing}
        world = small(tmp_path, secrets=SECRETS, handler=serve, custom_auth=CUSTOM, operations=operations)
        assert [record.id for record in world.connection.system().list("thing")] == ["0", "1", "2"]
        assert [r.url.params["t"] for r in world.server.asked if r.url.path == "/things"] == ["a&b"] * 3

    def test_a_member_that_the_token_does_not_have_is_reported(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, {"other": "x", "lasts": 60})
        with pytest.raises(InvalidResponse, match="the token has no member 'key'"):
            world.connection.system().lookup("thing", "1")

    def test_an_end_that_the_response_does_not_have_is_reported(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidResponse, match="custom_auth: expires_in_expression did not render to a time"):
            self.world(tmp_path, {"key": "k"}).connection.system().lookup("thing", "1")

    @pytest.mark.parametrize("lasts", ["soon", "", None])
    def test_an_end_that_is_no_time_is_reported(self, tmp_path: Path, lasts: Any) -> None:
        world = self.world(tmp_path, {"key": "k", "lasts": lasts})
        with pytest.raises(InvalidResponse, match="custom_auth: expires_in_expression did not render to a time"):
            world.connection.system().lookup("thing", "1")

    def test_an_end_that_no_one_can_calculate_is_reported_with_its_operation(self, tmp_path: Path) -> None:
        with pytest.raises(ConnectorError, match="Small: operation 'get_token_operation': the expression"):
            self.tokens_of_three_reads(tmp_path, expires_in_expression="{{ 1 / 0 }}")

    def tokens_of_three_reads(self, place: Path, **reported: Any) -> int:
        def serve(request: httpx.Request) -> httpx.Response:
            answer = {"key": "very-secret", "ends": None, "lasts": 3600}
            return httpx.Response(200, json=answer if request.url.path == "/login" else THING)

        auth = {"get_token_operation": "log-in", **reported}
        headers = {"X-Session": "{{ token.key }}"}
        world = small(place, secrets=SECRETS, handler=serve, custom_auth=auth, operations=THINGS, headers=headers)
        ask(world, 3)
        return world.server.lines.count("POST /login")

    def test_of_two_ends_the_one_that_is_a_time_counts(self, tmp_path: Path) -> None:
        reported = {"expires_at_expression": "{{ token.ends }}", "expires_in_expression": "{{ token.lasts }}"}
        assert self.tokens_of_three_reads(tmp_path, **reported) == 1

    def test_a_small_number_is_how_long_a_token_is_good(self, tmp_path: Path) -> None:
        assert self.tokens_of_three_reads(tmp_path, expires_at_expression="{{ 3600 }}") == 1

    def test_a_short_member_is_not_hidden_wherever_it_stands(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, {"key": "very-secret", "who": {"name": "1"}, "lasts": 60})
        world.connection.system().insert("thing", {"name": "n"})
        assert world.connection.redact("order 12, very-secret") == "order 12, (hidden)"

    @pytest.mark.parametrize("answer", ["text", [1], 5])
    def test_a_response_without_members_is_no_token(self, tmp_path: Path, answer: Any) -> None:
        with pytest.raises(InvalidResponse, match="no token in the response"):
            self.world(tmp_path, answer).connection.system().lookup("thing", "1")


class Watched(httpx.BaseTransport):
    """Notes what goes out, and loses the first answers."""

    def __init__(self, inner: httpx.BaseTransport, seen: list[httpx.Request], lose: int = 0) -> None:
        self.inner, self.seen, self.lose = inner, seen, lose

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        response = self.inner.handle_request(request)
        if len(self.seen) <= self.lose:
            raise httpx.ReadError("lost")
        return response


@pytest.mark.parametrize("url", ["https://h:port/x", "login", "ftp://h/x", "https://"])
def test_a_token_url_that_is_none_is_reported_at_once(tmp_path: Path, url: str) -> None:
    reported: dict[str, Any] = {"oauth2": {**OAUTH2, "token_url": url}}
    with pytest.raises(UsageError, match=r"Small: oauth2\.token_url is not a valid URL"):
        small(tmp_path, secrets=SECRETS, **reported)


@pytest.mark.parametrize("status", [429, 503, 520])
def test_a_token_that_is_not_there_yet_is_requested_later(tmp_path: Path, status: int) -> None:
    issuer = Issuer(expires_in=100)
    late = [httpx.Response(status)]

    def serve(request: httpx.Request) -> httpx.Response:
        return late.pop() if str(request.url) == TOKEN_URL and late else issuer(request)

    world = small(tmp_path, secrets=SECRETS, handler=serve, oauth2=OAUTH2)
    ask(world)
    assert [r.url.host for r in world.server.asked] == ["login.test", "login.test", "small.test"]


def test_a_token_may_be_used_to_its_very_end(tmp_path: Path) -> None:
    issuer = Issuer(expires_in=100)
    world = small(tmp_path, secrets=SECRETS, handler=issuer, oauth2={**OAUTH2, "refresh_window": 0})
    ask(world)
    world.clock.sleep(99)
    ask(world)
    assert len(issuer.forms) == 1


class TestWhatAConnectorSays:
    BASIC: ClassVar = {"authentication": "basic", "username": "u"}
    FETCHES: ClassVar = {"get_token_operation": {"method": "POST"}, "expires_in_expression": "60"}

    @pytest.mark.parametrize(
        ("system", "problem"),
        [
            ({"authentication": "basik"}, "authentication: 'basik' is not supported: did you mean 'basic'?"),
            ({"authentication": "ntlm"}, "authentication: 'ntlm' needs 'username', 'password'"),
            ({"authentication": "xyz"}, "expected one of: api_key, basic"),
            ({"custom_auth": {"x": 1}}, "'custom_auth' needs 'custom_auth.get_token_operation'"),
            ({"custom_auth": {"get_token_operation": {}}}, "needs 'expires_at_expression' or 'expires_in_expression'"),
            ({"custom_auth": {"get_token_operation": "log-in"}}, "the system has no operation 'log-in'"),
            (
                {"custom_auth": {**FETCHES, "get_refresh_token_operation": {"method": "POST"}}},
                "needs 'refresh_token_expires_at_expression' or 'refresh_token_expires_in_expression'",
            ),
            ({**BASIC, "custom_auth": FETCHES}, "custom_auth: is not used with the authentication 'basic'"),
            (
                {"oauth2": OAUTH2, "custom_auth": FETCHES},
                "custom_auth: is not used with the authentication 'oauth2'",
            ),
            ({"authentication": "basic"}, "authentication: 'basic' needs 'username'"),
            ({"oauth2": {"client_id": "c"}}, "'oauth2' needs 'oauth2.token_url'"),
            ({"oauth2": OAUTH2, "jwt_token": "x"}, "exclude each other"),
            ({"authentication": "tripletex"}, "needs 'tripletex.consumer_token', 'tripletex.employee_token'"),
            ({"api_key": {"in": "body", "name": "k", "value": "v"}}, "api_key.in: is 'body'"),
            ({"oauth2": {**OAUTH2, "extra": "x"}}, "oauth2.extra: expected an object, got a str"),
            ({"oauth2": {**OAUTH2, "extra": {"headers": "x"}}}, "oauth2.extra.headers: expected an object"),
            ({"custom_auth": {**FETCHES, "initial_refresh_token": "x"}}, "initial_refresh_token: expected an object"),
        ],
    )
    def test_nonsense_is_reported_when_it_is_read(self, tmp_path: Path, system: dict[str, Any], problem: str) -> None:
        with pytest.raises(ConnectorError) as caught:
            connector(tmp_path, **system)
        assert problem in str(caught.value)

    @pytest.mark.parametrize("figure", ["soon", [1], True, 1e12])
    def test_a_number_that_is_none_is_reported_at_once(self, tmp_path: Path, figure: Any) -> None:
        tripletex = {"consumer_token": "c", "employee_token": "e", "token_url": TOKEN_URL, "ttl": figure}
        systems: dict[str, dict[str, Any]] = {
            "oauth2.refresh_window": {"oauth2": {**OAUTH2, "refresh_window": figure}},
            "custom_auth.refresh_window": {"custom_auth": {**self.FETCHES, "refresh_window": figure}},
            "tripletex.ttl": {"authentication": "tripletex", "tripletex": tripletex},
        }
        for name, system in systems.items():
            with pytest.raises(UsageError, match=f"Small: {name} must be a number"):
                small(tmp_path, secrets=SECRETS if "oauth2" in system else {}, **system)

    def test_two_ways_to_say_the_same_are_one(self, tmp_path: Path) -> None:
        made = connector(tmp_path, authentication="custom_auth", custom_auth=self.FETCHES)
        assert made.service.authentication == "custom_auth"

    def test_empty_texts_are_as_good_as_absent(self, tmp_path: Path) -> None:
        made = connector(tmp_path, authentication="", username="", jwt_token="", oauth2={})
        assert made.service.authentication is None


def test_a_server_that_is_not_there_is_reported_in_the_end(tmp_path: Path) -> None:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no such host")

    world = small(tmp_path, handler=nobody, secrets=SECRETS, oauth2=OAUTH2)
    with pytest.raises(SystemUnreachable, match="no token: ConnectError: no such host"):
        ask(world)
    assert len(world.server.asked) == RetryPolicy().attempts
