"""`decode_jwt`: what a template takes of a JSON Web Token, by a key or a set of them.

Source: docs/explanation/connector-format-facts.rst, "Expressions", RFC 7519.
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from small_system import OPERATIONS, URL, Small, small

from qa_sync.errors import ConnectorError, QaSyncError, RequestRejected
from qa_sync.systems.redaction import HIDDEN
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.templates.jinja import render

KEYS_URL = "https://keys.test/jwks"
JWT_CHECKS = {name for name in jwt.PyJWT().options if name.endswith("_aud") or name.startswith("verify_")} - {
    "verify_signature"
}
SHARED = "a shared secret of more than thirty-two bytes"
CLAIMS = {"tenant": "acme-4711", "place": {"city": "Oslo-1"}, "aud": "small", "iss": "issuer"}


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def other() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def public(private: rsa.RSAPrivateKey) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_set(*keys: tuple[str | None, rsa.RSAPrivateKey]) -> dict[str, Any]:
    described = [(name, json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))) for name, key in keys]
    return {"keys": [{**jwk, "alg": "RS256", **({"kid": name} if name else {})} for name, jwk in described]}


def world(
    place: Path, args: str, token: str, path: str = ".tenant", *, key: str = "-", keys: Any = None, **system: Any
) -> Small:
    """Return a system whose url shows a claim; `args` are the filter's, `path` is what is taken of the claims."""
    expression = f"{{{{ (secret('jwt') | decode_jwt({args})){path} }}}}"
    operations = {**OPERATIONS, "thing-lookup": {"url": expression, "method": "GET"}}
    headers = {"X-Key": "$SECRET(key)"}

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.host == "keys.test":
            return httpx.Response(200, json=keys) if keys else httpx.Response(404)
        return httpx.Response(200, json={"id": "1"})

    secrets = {"jwt": token, "key": key.replace("\n", "|")}
    return small(place, handler=serve, secrets=secrets, operations=operations, headers=headers, **system)


def shown(place: Path, args: str, token: str, path: str = ".tenant", **more: Any) -> str:
    """Return the path that was requested."""
    made = world(place, args, token, path, **more)
    made.connection.system().lookup("thing", "1")
    return made.server.asked[-1].url.path.removeprefix("/")


BY_KEY = "key=secret('key'), algorithms=['HS256']"
BY_SECRET = f"{BY_KEY}, audience='small'"


def hs256(**claims: Any) -> str:
    """Return a token with these claims; a timedelta is a time counted from now, when the test runs."""
    now = datetime.now(UTC)
    timed = {name: now + value if isinstance(value, timedelta) else value for name, value in claims.items()}
    return jwt.encode({**CLAIMS, **timed}, SHARED, "HS256")


def signed_with_nothing() -> str:
    """Return what older libraries take for signed, when they are given no key."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, CLAIMS)]
    signature = hmac.digest(b"", b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.mark.parametrize(("path", "claim"), [(".tenant", "acme-4711"), ("['place'].city", "Oslo-1")])
def test_a_claim_by_a_shared_key(tmp_path: Path, path: str, claim: str) -> None:
    assert shown(tmp_path, BY_SECRET, hs256(), path, key=SHARED) == claim


def test_rs256_is_what_is_allowed_when_nothing_is_said(tmp_path: Path, private: rsa.RSAPrivateKey, public: str) -> None:
    token = jwt.encode(CLAIMS, private, "RS256")
    args = "secret('key').replace('|', '\\n'), audience=['other', 'small'], issuer='issuer'"
    assert shown(tmp_path, args, token, key=public) == "acme-4711"


def test_one_algorithm_need_not_stand_in_a_list(tmp_path: Path) -> None:
    args = "key=secret('key'), algorithms='HS256', audience='small'"
    assert shown(tmp_path, args, hs256(), key=SHARED) == "acme-4711"


@pytest.mark.parametrize("args", ["verify=false", "verify=false, verify_exp=false"])
def test_no_key_is_needed_where_nothing_is_verified(tmp_path: Path, args: str) -> None:
    assert shown(tmp_path, args, hs256()) == "acme-4711"


@pytest.mark.parametrize("claim", ["sub", "jti"])
def test_a_claim_that_is_a_number_is_accepted_on_request_and_the_signature_is_still_verified(
    tmp_path: Path, claim: str
) -> None:
    args = f"{BY_SECRET}, verify_{claim}=false"
    assert shown(tmp_path / "a", args, hs256(**{claim: 42}), f".{claim}", key=SHARED) == "42"
    with pytest.raises(ConnectorError, match="must be a string"):
        shown(tmp_path / "b", BY_SECRET, hs256(**{claim: 42}), key=SHARED)
    with pytest.raises(ConnectorError, match="Signature verification failed"):
        shown(tmp_path / "c", args, hs256(**{claim: 42}), key="another key of more than thirty-two bytes")


@pytest.mark.parametrize("check", sorted(JWT_CHECKS))
def test_every_check_of_the_library_can_be_named(tmp_path: Path, check: str) -> None:
    assert shown(tmp_path, f"{BY_SECRET}, {check}=true", hs256(sub="s", jti="j"), key=SHARED) == "acme-4711"


AGO = timedelta(minutes=-5)
SOON = timedelta(hours=1)


@pytest.mark.parametrize(
    ("args", "claims", "error"),
    [
        ("key=secret('key')", {}, "The specified alg value is not allowed"),
        ("", {}, "needs 'key' or 'jwks_url'"),
        ("key='x' * 40, algorithms=['HS256'], audience='small'", {}, "Signature verification failed"),
        (BY_KEY, {}, "Invalid audience"),
        (f"{BY_KEY}, audience='other'", {}, "Audience doesn't match"),
        (f"{BY_SECRET}, issuer='other'", {}, "Invalid issuer"),
        (BY_SECRET, {"exp": AGO}, "Signature has expired"),
        (BY_SECRET, {"nbf": SOON}, "not yet valid"),
        (f"{BY_SECRET}, require='exp'", {}, 'Token is missing the "exp" claim'),
        (f"{BY_SECRET}, require=['iss', 'sub']", {}, 'Token is missing the "sub" claim'),
        (f"{BY_SECRET}, strict_aud=true", {"aud": ["small"]}, "Invalid claim format in token"),
        (f"{BY_SECRET}, verfy_exp=false", {}, "unknown argument 'verfy_exp'"),
        (f"{BY_SECRET}, require=5", {}, "require must be a text or a list of texts, got 5"),
        (f"{BY_SECRET}, require=none", {}, "require must be a text or a list of texts, got None"),
        ("key=secret('key'), algorithms=7", {}, "algorithms must be a text or a list of texts, got 7"),
    ],
)
def test_any_other_token_is_refused(tmp_path: Path, args: str, claims: dict[str, Any], error: str) -> None:
    with pytest.raises(ConnectorError, match="decode_jwt: ") as caught:
        shown(tmp_path, args, hs256(**claims), key=SHARED)
    assert error in str(caught.value)
    assert SHARED not in str(caught.value)


@pytest.mark.parametrize("args", ["algorithms=['HS256']", "key='', algorithms=['HS256']"])
def test_what_is_signed_with_nothing_is_not_believed(tmp_path: Path, args: str) -> None:
    with pytest.raises(ConnectorError, match="needs 'key' or 'jwks_url'"):
        shown(tmp_path, args, signed_with_nothing())


def test_a_claim_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="has no attribute 'other'"):
        shown(tmp_path, BY_SECRET, hs256(), ".other", key=SHARED)


@pytest.mark.parametrize("more", ["leeway=600", "verify_exp=false"])
def test_what_is_not_checked_is_said(tmp_path: Path, more: str) -> None:
    assert shown(tmp_path, f"{BY_SECRET}, {more}", hs256(exp=AGO), key=SHARED) == "acme-4711"


@pytest.mark.parametrize("token", ["a.b.c", "no token", "é"])
def test_what_is_no_token_is_reported(tmp_path: Path, token: str) -> None:
    with pytest.raises(ConnectorError, match="decode_jwt: "):
        shown(tmp_path, "'k', algorithms=['HS256']", token)


def test_what_is_to_be_installed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(ConnectorError, match=r"decode_jwt needs jwt, which is not installed") as reported:
        shown(tmp_path, "verify=false", hs256())
    assert "pip install 'qa-sync[jwt]'" in str(reported.value)


class TestSetsOfKeys:
    TOLD = f"jwks_url='{KEYS_URL}', audience='small'"

    def token(self, key: rsa.RSAPrivateKey, name: str | None) -> str:
        return jwt.encode(CLAIMS, key, "RS256", headers={"kid": name} if name else None)

    @pytest.mark.parametrize("name", ["k1", None])
    def test_the_key_that_the_token_names_or_any(
        self, tmp_path: Path, private: rsa.RSAPrivateKey, other: rsa.RSAPrivateKey, name: str | None
    ) -> None:
        made = world(tmp_path, self.TOLD, self.token(private, name), keys=key_set(("k0", other), ("k1", private)))
        system = made.connection.system()
        for _ in range(3):
            system.lookup("thing", "1")
        asked = made.server.asked
        assert [str(r.url) for r in asked] == [KEYS_URL, *[f"{URL}/acme-4711"] * 3]  # the keys are requested once

    def test_whoever_has_the_keys_is_shown_nothing(self, tmp_path: Path, private: rsa.RSAPrivateKey) -> None:
        auth = {"authentication": "basic", "username": "u", "password": "p"}
        made = world(tmp_path, self.TOLD, self.token(private, "k"), keys=key_set(("k", private)), **auth)
        made.connection.system().lookup("thing", "1")
        keys, lookup = made.server.asked
        assert not {"authorization", "x-jwt", "x-key"} & keys.headers.keys()
        assert "authorization" in lookup.headers

    def test_a_key_that_is_not_there(self, tmp_path: Path, private: rsa.RSAPrivateKey) -> None:
        made = world(tmp_path, self.TOLD, self.token(private, "k9"), keys=key_set(("k1", private)))
        with pytest.raises(ConnectorError, match="jwks_url has no key 'k9'"):
            made.connection.system().lookup("thing", "1")

    @pytest.mark.parametrize("keys", [{"keys": []}, {"nothing": 1}, [1], {"keys": [{"kty": "?"}]}])
    def test_what_is_no_set_of_keys(self, tmp_path: Path, private: rsa.RSAPrivateKey, keys: Any) -> None:
        made = world(tmp_path, self.TOLD, self.token(private, "k"), keys=keys)
        with pytest.raises(ConnectorError, match="decode_jwt: "):
            made.connection.system().lookup("thing", "1")

    @pytest.mark.parametrize("answer", [b"", b"{}", b"null", b"[]"])
    def test_a_set_that_is_empty_vouches_for_no_one(self, tmp_path: Path, answer: bytes) -> None:
        token = signed_with_nothing()
        made = world(tmp_path, f"jwks_url='{KEYS_URL}', algorithms=['HS256']", token)
        made.server.handler = lambda _: httpx.Response(200, content=answer)
        with pytest.raises(ConnectorError, match="decode_jwt: ") as reported:
            made.connection.system().lookup("thing", "1")
        assert "HMAC" not in str(reported.value)  # no key was tried at all

    def test_keys_that_cannot_be_had(self, tmp_path: Path, private: rsa.RSAPrivateKey) -> None:
        made = world(tmp_path, self.TOLD, self.token(private, "k"))
        with pytest.raises(RequestRejected, match="404"):
            made.connection.system().lookup("thing", "1")

    def test_only_over_a_line_that_no_one_can_change(self, tmp_path: Path, private: rsa.RSAPrivateKey) -> None:
        reported = self.TOLD.replace("https", "http")
        made = world(tmp_path, reported, self.token(private, "k"), keys=key_set(("k", private)))
        with pytest.raises(ConnectorError, match="jwks_url must be https"):
            made.connection.system().lookup("thing", "1")
        assert made.server.asked == []


class TestWhatIsConfidential:
    def test_a_claim_is_hidden_and_a_replay_requests_it_all_the_same(self, tmp_path: Path) -> None:
        made = world(tmp_path, BY_SECRET, hs256(), ".place.city", key=SHARED)
        made.connection.system().lookup("thing", "1")
        recorded = made.connection.redact(str(made.server.asked[0].url))
        assert recorded == f"{URL}/{HIDDEN}"

        asked: list[httpx.Request] = []

        def play(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(200, json={"id": "1"})

        without = dict.fromkeys(made.connection.secrets, HIDDEN)
        replay = RestSystem(
            "Small", made.connection.connector, URL, without, httpx.MockTransport(play), authenticates=False
        )
        replay.lookup("thing", "1")
        assert str(asked[0].url) == recorded

    def test_a_short_claim_is_not_hidden_wherever_it_stands(self, tmp_path: Path) -> None:
        made = world(tmp_path, "verify=false", hs256(tenant="1"))
        made.connection.system().lookup("thing", "1")
        assert made.connection.redact("order 12") == "order 12"

    def test_a_token_that_was_fetched_tells_when_it_ends(self, tmp_path: Path) -> None:
        """The most likely use: a session's token says itself how long it is good, and for whom."""
        ends = int((datetime.now(UTC) + SOON).timestamp())

        def serve(request: httpx.Request) -> httpx.Response:
            response = {"jwt": hs256(exp=ends)} if request.url.path == "/login" else {"id": "1"}
            return httpx.Response(200, json=response)

        auth = {
            "get_token_operation": {"method": "POST", "url": "login"},
            "expires_at_expression": "{{ (token.jwt | decode_jwt(verify=false)).exp }}",
        }
        headers = {"X-Tenant": "{{ (token.jwt | decode_jwt(verify=false)).tenant }}"}
        made = small(tmp_path, handler=serve, custom_auth=auth, headers=headers)
        above: list[str] = []

        class Above(httpx.BaseTransport):
            def __init__(self, inner: httpx.BaseTransport) -> None:
                self.inner = inner

            def handle_request(self, request: httpx.Request) -> httpx.Response:
                above.append(request.headers["x-tenant"])
                return self.inner.handle_request(request)

        system = made.connection.system(Above)
        assert system.lookup("thing", "1") is not None
        assert system.lookup("thing", "1") is not None
        assert [r.url.path for r in made.server.asked] == ["/login", "/things/1", "/things/1"]
        assert made.server.asked[-1].headers["x-tenant"] == "acme-4711"
        assert above == ["~token~jwt.tenant~"] * 2

    def test_keys_are_not_fetched_for_a_token_that_is_being_fetched(self, tmp_path: Path) -> None:
        auth = {
            "get_token_operation": {"method": "POST", "url": "login"},
            "expires_at_expression": f"{{{{ (token.jwt | decode_jwt(jwks_url='{KEYS_URL}')).exp }}}}",
        }
        made = small(tmp_path, {"jwt": hs256()}, custom_auth=auth)
        with pytest.raises(QaSyncError, match="decode_jwt: 'jwks_url' is not available here"):
            made.connection.system().lookup("thing", "1")


def test_where_no_one_reads_tokens_that_is_reported() -> None:
    with pytest.raises(ConnectorError, match="decode_jwt is not available here"):
        render("{{ 'x' | decode_jwt }}", {})
