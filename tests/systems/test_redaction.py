"""Canaries in every place where a secret can be, and a search for them in everything that is reported or kept."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from canaries import leaks, shapes
from small_system import START, Small, small

from qa_sync.errors import QaSyncError
from qa_sync.systems.recording.cassettes import CassetteLabel
from qa_sync.systems.recording.player import ExpectedLabel, ReplayTransport, load_cassette
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport
from qa_sync.systems.redaction import HIDDEN, HTTP_LOGGERS, Redactor, url_secrets
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record

SECRET = 'cänary7Q/+x "&<'  # noqa: S105 - a canary
FETCHED = "canary9-fetched/+token"
REFRESHED = "canary8-refreshed/+token"
IN_URL = "canary6@url"
TOKEN_URL = "https://login.test/token"  # noqa: S105 - a url
RECORD = Record("Small", "thing", "1", {"id": "1", "rev": 1, "name": "a"})
URL = f"https://user:{quote(IN_URL)}@small.test"

KINDS: dict[str, dict[str, Any]] = {
    "basic": {"authentication": "basic", "username": "ann", "password": "$SECRET(key)"},
    "digest": {"authentication": "digest", "username": "ann", "password": "$SECRET(key)"},
    "bearer": {"jwt_token": "$SECRET(ascii)"},
    "key in header": {"api_key": {"in": "header", "name": "X-Key", "value": "$SECRET(ascii)"}},
    "key in query": {"api_key": {"in": "query", "name": "k", "value": "$SECRET(key)"}},
    "oauth1": {"authentication": "oauth1", "username": "$SECRET(ascii)", "password": "$SECRET(key)"},
    "oauth2": {
        "oauth2": {
            "client_id": "me",
            "client_secret": "$SECRET(key)",
            "refresh_token": "$SECRET(ascii)",
            "token_url": TOKEN_URL,
        }
    },
    "tripletex": {
        "authentication": "tripletex",
        "tripletex": {"consumer_token": "$SECRET(key)", "employee_token": "$SECRET(ascii)", "token_url": TOKEN_URL},
    },
    "headers": {"headers": {"X-Own": "$SECRET(ascii)", "Authorization": "Bearer $SECRET(ascii)"}},
    "url": {"url_pattern": "{{@ base_url @}}/%s?token=$SECRET(ascii)"},
}
SECRETS = {"key": SECRET, "ascii": "canary5-plain/+token"}
ALL = [*SECRETS.values(), IN_URL, FETCHED, REFRESHED]
FETCHES = {"oauth2": ALL, "tripletex": ALL[:-1]}
"""What is known to be confidential; without such a kind that is what the settings say."""


def echo(kind: str) -> str:
    return " ".join(shape for secret in FETCHES.get(kind, ALL[:-2]) for shape in shapes(secret))


class Parrot:
    """Issues tokens, and echoes with each answer everything that it was ever told, in all its shapes."""

    def __init__(self, kind: str, answer: Callable[[str], httpx.Response]) -> None:
        self.kind = kind
        self.echo = echo(kind)
        self.answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "login.test":
            told = {"access_token": FETCHED, "refresh_token": REFRESHED, "value": {"token": FETCHED}, "expires_in": 1}
            return httpx.Response(200, json=told)
        if "authorization" not in request.headers and "digest" in self.kind:
            return httpx.Response(401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n"'})
        exchanges = f"{self.echo} {request.url} {dict(request.headers)} {request.content.decode('utf-8', 'replace')}"
        return self.answer(exchanges)


def say(status: int, **more: Any) -> Callable[[str], httpx.Response]:
    return lambda exchanges: httpx.Response(status, **{k: v(exchanges) if callable(v) else v for k, v in more.items()})


def lose(exchanges: str) -> httpx.Response:
    raise httpx.ReadError(f"lost: {exchanges}")


ANSWERS: dict[str, Callable[[str], httpx.Response]] = {
    "success": say(200, json=lambda exchanges: {"id": "1", "rev": 1, "name": exchanges}),
    "refusal": say(400, json=lambda exchanges: {"message": exchanges, "code": exchanges}),
    "unauthorized": say(401, json=lambda exchanges: {"error": exchanges}),
    "conflict": say(409, text=lambda exchanges: exchanges),
    "maintenance": say(503, html=lambda exchanges: f"<h1>{exchanges}</h1>"),
    "noise": say(200, text=lambda exchanges: f"<b>Notice</b> {exchanges}"),
    "no id": say(200, json=lambda exchanges: {"nothing": exchanges}),
    "content type": say(200, content=b"x", headers=lambda exchanges: {"Content-Type": quote(exchanges)}),
    "redirect": say(
        302, headers=lambda exchanges: {"Location": "https://other.test/?next=" + quote(exchanges, safe="")}
    ),
    "redirect with userinfo": say(302, headers=lambda _: {"Location": f"ftp://u:{quote(IN_URL)}@other.test/"}),
    "lost": lose,
}


def work(system: RestSystem) -> Iterator[Callable[[], object]]:
    yield lambda: list(system.list("thing"))
    yield lambda: system.lookup("thing", "1")
    yield lambda: system.insert("thing", {"name": f"{SECRET} {IN_URL}"}, lambda: None).id
    yield lambda: system.update(RECORD, {"name": SECRETS["ascii"]})
    yield lambda: system.delete("thing", "1")


def told(error: BaseException) -> str:
    """Return everything that anybody could print of an error."""
    chain: list[str] = []
    each: BaseException | None = error
    while each is not None:
        chain += [str(each), repr(each), repr(vars(each))]
        each = each.__cause__ or each.__context__
    return "\n".join([*chain, *traceback.format_exception(error)])


def world(place: Path, kind: str, answer: str) -> Small:
    system = {"headers": {}, **KINDS[kind]}
    return small(place, handler=Parrot(kind, ANSWERS[answer]), url=URL, secrets=SECRETS, redact=Redactor(), **system)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_reported_or_kept_holds_a_secret(
    tmp_path: Path, kind: str, answer: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in HTTP_LOGGERS:  # what lines of other tests have left there
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    made = world(tmp_path, kind, answer)
    label = CassetteLabel("seed", START, {"small": "f"}, "spec", {"small": URL})
    cassette = CassetteRecorder(tmp_path / "tape.json", label, made.connection.redact)
    errors = []
    for act in work(made.connection.system(lambda way: RecordingTransport(way, cassette))):
        try:
            act()
        except QaSyncError as error:
            errors.append(told(error))
    cassette.save()
    assert errors
    assert leaks("\n".join(errors)) == []
    assert leaks((tmp_path / "tape.json").read_text()) == []
    made.connection.close()
    assert caplog.text
    assert leaks(caplog.text) == []
    assert not any(logging.getLogger(name).filters for name in HTTP_LOGGERS)


def test_the_search_finds_what_is_there() -> None:
    for secret in ALL:
        for shape in shapes(secret):
            assert leaks(f"x {shape} y"), shape


@pytest.mark.parametrize("secret", [*ALL, "x", "a b", "é"])
def test_every_shape_is_hidden(secret: str) -> None:
    redact = Redactor([secret, "u"])
    if len(secret) > 6:
        assert leaks(redact(" ".join(shapes(secret)))) == []
    assert redact(f"<{secret}>") == f"<{HIDDEN}>"


def test_what_is_learned_is_hidden_from_then_on() -> None:
    redact = Redactor()
    assert redact("a token-1 b") == "a token-1 b"
    redact.add_secrets("token-1", "")
    assert redact("a token-1 b") == f"a {HIDDEN} b"
    redact.add_secrets("token-2")
    assert redact("token-1 token-2") == f"{HIDDEN} {HIDDEN}"


def test_the_password_of_a_url_is_a_secret() -> None:
    assert url_secrets("https://ann:p%40q@h.test/a@b") == ["p%40q", "p@q", "ann:p@q"]
    assert url_secrets("ann:p%40q@proxy:3128") == url_secrets("//ann:p%40q@h.test") == ["p%40q", "p@q", "ann:p@q"]
    assert url_secrets("https://t%40ken-of-us@h.test") == ["t%40ken-of-us", "t@ken-of-us", "t@ken-of-us:"]
    assert url_secrets("https://ann@h.test") == []
    assert url_secrets("https://h.test/a:b@c") == url_secrets("proxy:3128") == []


def test_a_recording_over_a_line_is_replayed_without_any_credentials(tmp_path: Path) -> None:
    """Tokens, retries and signatures are below the recorder; what is on the tape is what was requested."""
    fail = chain([True, False, False, True], repeat(False))

    def shop(request: httpx.Request) -> httpx.Response:
        if request.url.host == "login.test":
            return httpx.Response(200, json={"access_token": FETCHED})
        if next(fail):
            raise httpx.ReadError("lost")
        known = request.method != "POST" or request.url.path == "/things"
        return httpx.Response(200, json={"id": "1", "rev": 1, "name": "a"} if known else [])

    def act(system: RestSystem) -> list[object]:
        read = system.lookup("thing", "1")
        listed = list(system.list("thing"))
        made = system.insert("thing", {"name": "a"}, lambda: next((r.id for r in system.list("thing")), None)).id
        return [read, listed, made]

    told = {**KINDS["oauth2"], "headers": {"X-K": "$SECRET(ascii)"}}
    told["operations"] = {
        "thing-list": {"url": "things/query", "method": "POST", "params": {"key": "$SECRET(key)"}},
        "thing-lookup": {"url": "things/{{ entity.id }}", "method": "GET", "params": {"key": "$SECRET(key)"}},
        **{f"thing-{verb}": {"url": "things", "method": "POST"} for verb in ("insert", "update", "delete")},
    }
    made = small(tmp_path, handler=shop, url=URL, secrets=SECRETS, **told)
    cassette = CassetteRecorder(
        tmp_path / "t.json", CassetteLabel("s", START, {"small": "f"}, "x", {"small": URL}), made.connection.redact
    )
    lived = act(made.connection.system(lambda way: RecordingTransport(way, cassette)))
    cassette.save()
    again = load_cassette(tmp_path / "t.json", ExpectedLabel({"small": "f"}, "x", "spec"))
    replayed = RestSystem(
        "Small",
        made.connection.connector,
        again.label.urls["small"],
        dict.fromkeys(SECRETS, HIDDEN),
        ReplayTransport(again),
        authenticates=False,
    )
    assert act(replayed) == lived
    assert again.unused_requests() == ()
    assert leaks((tmp_path / "t.json").read_text()) == []
