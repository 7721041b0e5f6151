"""A secret that a system sends back, anywhere in its response, is in no output."""

from __future__ import annotations

import html
import io
import json
import re
import string
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from cli_caller import QaSync
from hostile_values import results
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import loopback
from people_api import KEY, People, write_connector, write_settings, write_spec
from small_system import small

from qa_sync.errors import InvalidResponse, NoVerdict, QaSyncError, UncertainWrite
from qa_sync.reports.formats import ndjson
from qa_sync.reports.formats.table import FORMATS, render
from qa_sync.reports.history.store import append_run
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.results import Results
from qa_sync.systems.recording.cassettes import CassetteLabel
from qa_sync.systems.recording.recorder import CassetteRecorder
from qa_sync.systems.redaction import Redactor, redacted_body
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.exchange_log import ExchangeLog

LABEL = CassetteLabel("seed-1", datetime(2024, 11, 13, 10, tzinfo=UTC), {"wix": "abc"}, "sec1")
URL = "https://api.test/things"
ENCODINGS = ("utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
BEGIN = "zQ7"
SECRETS = st.text(string.ascii_letters + string.digits + "-_+/=.~!", min_size=8, max_size=24).map(BEGIN.__add__)
"""A beginning of their own keeps them apart from the words of our messages and files."""
HEADERS = ("content-type", "etag", "link", "location", "retry-after", "x-next-cursor", "www-authenticate", "x-other")


def in_reason(secret: str) -> httpx.Response:
    return httpx.Response(200, json={}, extensions={"reason_phrase": f"OK {secret}".encode()})


def in_header(name: str, status: int) -> Callable[[str], httpx.Response]:
    return lambda secret: httpx.Response(status, headers={name: f"https://x.test/{secret}"}, content=b"no JSON")


def in_header_name(secret: str) -> httpx.Response:
    token = "".join(c for c in secret if c.isalnum() or c in "-_.~!+")
    return httpx.Response(200, headers={f"x-{token}": "1"}, json={})


def in_body(encoding: str, status: int) -> Callable[[str], httpx.Response]:
    def respond(secret: str) -> httpx.Response:
        text = json.dumps({"id": secret, secret: [1], "message": f"unknown key {secret}", "code": secret})
        return httpx.Response(status, content=text.encode(encoding))

    return respond


PLACES: dict[str, Callable[[str], httpx.Response]] = {
    "reason": in_reason,
    "header name": in_header_name,
    **{f"header {name} {status}": in_header(name, status) for name in HEADERS for status in (200, 302, 500)},
    **{f"body {name} {status}": in_body(name, status) for name in ENCODINGS for status in (200, 400, 500)},
}


def outputs(secret: str, response: httpx.Response) -> list[str]:
    """Return everything that is written or shown of a response."""
    redact = Redactor([secret])
    request = httpx.Request("GET", f"{URL}?key={secret}")
    exchange_log = ExchangeLog("Small", redact)
    transport = httpx.MockTransport(lambda _: response)
    exchange = HttpExchange(
        label="Small", redact=redact, client=httpx.Client(transport=transport), exchange_log=exchange_log
    )
    texts = []
    for check in (exchange.expect_success, exchange.json, lambda a, b: exchange.raise_invalid(a, b, "invalid")):
        try:
            check(request, exchange.send(request))
        except QaSyncError as error:
            texts.append(str(error))
    texts += [f"{one.url} {one.sent} {one.answer}" for one in exchange_log.mentioning(())]
    with tempfile.TemporaryDirectory() as folder:
        cassette = CassetteRecorder(Path(folder) / "a.json", LABEL, redact)
        cassette.add(request, response)
        cassette.save()
        texts += [each.read_text() for each in Path(folder).iterdir()]
    return texts


def shapes(secret: str) -> set[str]:
    """Return a secret as it is, and with what an encoding of several bytes puts between its characters."""
    plain = {secret, json.dumps(secret)[1:-1]}
    between = ("\0", "\\x00", "\\u0000", "\0\0\0", "\\x00\\x00\\x00")
    return plain | {gap.join(secret) for gap in between}


def a_quick_share(max_examples: int) -> list[Any]:
    """Return the number of examples for each run of the tests, and the one for `-m slow`."""
    return [max_examples, pytest.param(20 * max_examples, marks=pytest.mark.slow)]


@pytest.mark.parametrize("examples", a_quick_share(5))
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_in_a_response_is_in_no_output(place: str, examples: int) -> None:
    settings(max_examples=examples)(given(secret=SECRETS)(hold))(place)


def hold(place: str, secret: str) -> None:
    texts = outputs(secret, PLACES[place](secret))
    assert not [text for text in texts for shape in shapes(secret) if shape in text]


REPORTED = ("reason", "header location 302", "body utf-8 400", "body utf-16 500")


@pytest.mark.parametrize("examples", a_quick_share(1))
@pytest.mark.parametrize("format", [*FORMATS, "terminal", "events", "history"])
def test_a_secret_in_a_response_is_in_no_report(format: str, examples: int) -> None:
    settings(max_examples=examples, deadline=None)(given(secret=SECRETS)(hold_in_report))(format)


def hold_in_report(format: str, secret: str) -> None:
    told = results([text for place in REPORTED for text in outputs(secret, PLACES[place](secret))])
    assert "(hidden)" in str(told)
    assert BEGIN not in reported(format, told)


def reported(format: str, told: Results) -> str:
    """Return a report, or what stands in the history."""
    checks = [check for spec in told.specs for section in spec.sections for check in section.checks]
    if format == "terminal":
        out = io.StringIO()
        Terminal(out, out).report(told)
        return out.getvalue()
    if format == "events":
        return "".join(map(ndjson.event_line, checks))
    if format == "history":
        with tempfile.TemporaryDirectory() as folder:
            append_run(told, Path(folder) / "history.sqlite", {})
            return "".join(each.read_bytes().decode("latin-1") for each in Path(folder).iterdir())
    return render(told, format)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("before", [b"", b"x", b"xyz"])
@settings(max_examples=20)
@given(secret=SECRETS)
def test_a_body_keeps_its_encoding_and_everything_else(encoding: str, before: bytes, secret: str) -> None:
    body = before + f"a {secret} b".encode(encoding)
    assert redacted_body(Redactor([secret]), body) == before + "a (hidden) b".encode(encoding)


@settings(max_examples=10)
@given(secret=SECRETS)
@pytest.mark.parametrize("how", ["created", "found"])
def test_an_id_with_a_secret_in_it_goes_nowhere(how: str, secret: str) -> None:
    answers = {"created": {"id": f"a{secret}"}, "found": {}}
    with tempfile.TemporaryDirectory() as folder:
        world = small(Path(folder), handler=lambda _: httpx.Response(200, json=answers[how]), redact=Redactor([secret]))
        with pytest.raises(UncertainWrite, match="the id of a new record contains a secret") as told:
            world.connection.system().insert("thing", {"name": "a"}, lambda: f"a{secret}")
    assert secret not in str(told.value)
    assert len(world.server.asked) == 1


@pytest.mark.parametrize("how", ["list", "list_pages", "lookup"])
@settings(max_examples=10)
@given(secret=SECRETS, before=st.sampled_from(["", "a", "a/"]))
def test_a_record_with_a_secret_in_its_id_is_not_read(how: str, secret: str, before: str) -> None:
    record = {"id": f"{before}{secret}", "name": "a"}
    answer = record if how == "lookup" else [{"id": "1"}, record]
    with tempfile.TemporaryDirectory() as folder:
        world = small(Path(folder), handler=lambda _: httpx.Response(200, json=answer), redact=Redactor([secret]))
        system = world.connection.system()
        with pytest.raises(InvalidResponse, match="the id of a record contains a secret") as told:
            system.lookup("thing", "1") if how == "lookup" else list(getattr(system, how)("thing"))
    assert secret not in str(told.value)


COMMANDS = {
    "check": ("check", "{spec}", "--mode", "live", "--kind", "create", "--report", "json={place}/r.json", "--history"),
    "sync": ("sync", "{spec}", "--links", "{place}/links.sqlite"),
    "audit": ("audit", "{spec}", "--report", "html={place}/r.html", "--differences", "{place}/d.parquet"),
    "observe": ("observe", "{spec}", "--state", "{place}/state.sqlite", "--every", "1s", "--for", "2s"),
    "record": ("check", "{spec}", "--mode", "record", "--cassettes", "{place}/cassettes", "--kind", "create"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_with_a_secret_in_its_id_is_in_no_file(
    command: str, qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEOPLE_KEY", KEY)
    monkeypatch.setenv("QA_SYNC_HISTORY", "1")
    people = People()
    people.stores["plain", "alpha"] = {KEY: {"id": f"a-{KEY}", "name": "Kari"}}
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    spec = write_spec(tmp_path / "spec.txt", [("name", "name", "string")])
    keys = '[[keys]]\nsection = "Alpha Person to Beta Person"\nsource = "name"\ntarget = "name"\n'
    with loopback(people) as served:
        config = write_settings(tmp_path, served.url, keys)
        words = [word.format(spec=spec, place=tmp_path) for word in COMMANDS[command]]
        done = qa_sync(*words, "--config", str(config))
    assert done.code == 3, done.out + done.err
    assert "the id of a record contains a secret" in " ".join((done.out + done.err).split())
    assert KEY not in done.out + done.err
    assert [file for file in tmp_path.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()] == []


def test_a_recording_with_a_secret_in_it_is_not_written(tmp_path: Path) -> None:
    class Forgetful(Redactor):
        forgets = True

        def __call__(self, text: str) -> str:
            return text if self.forgets else super().__call__(text)

    redact = Forgetful(["secret-0001"])
    cassette = CassetteRecorder(tmp_path / "a.json", LABEL, redact)
    cassette.add(httpx.Request("GET", f"{URL}?key=secret-0001"), httpx.Response(200, json={}))
    redact.forgets = False
    with pytest.raises(NoVerdict, match="was not written: a secret is still in it"):
        cassette.save()
    assert list(tmp_path.iterdir()) == []


SPELLINGS: dict[str, Callable[[str], str]] = {
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "percent": lambda text: "".join(f"%{ord(char):02x}" for char in text),
    "unicode": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "mixed": lambda text: "".join(
        (f"&#{ord(c)};", f"%25{ord(c):x}", f"\\x{ord(c):x}", c)[n % 4] for n, c in enumerate(text)
    ),
}


def decoded(text: str) -> str:
    """Return a text as browsers and parsers may show it."""
    text = re.sub(r"\\+(?:u00|x)([\da-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
    return html.unescape(unquote(unquote(html.unescape(html.unescape(text)))))


@pytest.mark.parametrize("examples", a_quick_share(1))
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_secret_spelled_otherwise_is_in_no_output(spelling: str, status: int, examples: int) -> None:
    def hold_spelled(secret: str) -> None:
        spelled = SPELLINGS[spelling](secret)
        body = {"id": "1", "message": f"unknown key {spelled}", spelled: [spelled]}
        texts = outputs(secret, httpx.Response(status, json=body))
        texts += outputs(secret, httpx.Response(status, text=f"<p>{spelled}</p>"))
        reports = [reported(name, results(texts)) for name in ("html", "junit", "json", "terminal", "history")]
        assert not [text for text in [*texts, *reports] if secret in decoded(text) or BEGIN in decoded(text)]

    settings(max_examples=examples, deadline=None)(given(secret=SECRETS)(hold_spelled))()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "spelling", ["mixed", *(pytest.param(name, marks=pytest.mark.slow) for name in SPELLINGS if name != "mixed")]
)
def test_a_value_that_spells_a_secret_is_in_no_file(
    command: str, spelling: str, qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beta adds the secret to each name that it stores, so that messages about it show both."""
    monkeypatch.setenv("PEOPLE_KEY", KEY)
    monkeypatch.setenv("QA_SYNC_HISTORY", "1")
    people = Parrots(SPELLINGS[spelling](KEY))
    people.stores["plain", "alpha"] = {"7": {"id": "7", "name": f"Kari {SPELLINGS[spelling](KEY)}"}}
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    spec = write_spec(tmp_path / "spec.txt", [("name", "name", "string")])
    keys = '[[keys]]\nsection = "Alpha Person to Beta Person"\nsource = "name"\ntarget = "name"\n'
    with loopback(people) as served:
        config = write_settings(tmp_path, served.url, keys)
        words = [word.format(spec=spec, place=tmp_path) for word in COMMANDS[command]]
        done = qa_sync(*words, "--config", str(config))
    assert "internal error" not in done.err
    # The stores of sync and observe hold the values of records; no other user can read them.
    stores = [file for file in tmp_path.rglob("*.sqlite*") if file.name.startswith(("links", "state"))]
    assert all(file.stat().st_mode & 0o077 == 0 for file in stores)
    written = [file for file in tmp_path.rglob("*") if file.is_file() and file not in stores]
    texts = [done.out, done.err, *(file.read_bytes().decode("latin-1") for file in written)]
    assert [text[:400] for text in texts if KEY in decoded(text)] == []


class Parrots(People):
    """Adds a text to each name that beta stores."""

    def __init__(self, more: str) -> None:
        super().__init__()
        self.more = more

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = super().__call__(request)
        for person in self.stores.get(("plain", "beta"), {}).values():
            if "name" in person and self.more not in person["name"]:
                person["name"] += self.more
        return response
