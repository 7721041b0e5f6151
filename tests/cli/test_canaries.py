"""The whole program in each mode, with a canary in every place where a secret can be: none is in anything it tells.

The systems are the embedded ones, served on this machine behind a door that asks for each kind of credentials, issues
tokens, and echoes with every answer whatever it was told and whatever it issued, in all shapes.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from canaries import leaks, shapes
from cli_caller import ROOT, Answer, QaSync
from loopback import loopback

from qa_sync.clock import RealClock
from qa_sync.reports.formats import FORMATS
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.builtin import builtin_folder
from qa_sync.systems.inprocess import AsgiTransport

SPEC = ROOT / "specs" / "000.txt"
SECRETS = {
    "KEY": 'cänary7Q/+x "&<',
    "ASCII": "canary5-plain/+token",
    "USER": "canary4-user",
    "TRIGGER": "canary3-trigger/+token",
}
FETCHED = {"access_token": "canary9-fetched/+token", "refresh_token": "canary8-refreshed/+token"}
LABELS = {"wix": "Wix.com", "customerp": "Customerp"}
SETTINGS = {name.lower(): f"CANARY_{name}" for name in SECRETS}

OAUTH2 = {
    "client_id": "$SECRET(user)",
    "client_secret": "$SECRET(key)",
    "refresh_token": "$SECRET(ascii)",
    "token_url": "{{@ base_url @}}/issue",
}
TRIPLETEX = {"consumer_token": "$SECRET(key)", "employee_token": "$SECRET(ascii)", "token_url": OAUTH2["token_url"]}
NAMED = {"username": "$SECRET(user)", "password": "$SECRET(key)"}

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # what the first system asks for, and the second
    "tokens and keys": (
        {"oauth2": OAUTH2, "headers": {"X-Own": "$SECRET(ascii)", "Cookie": "session=$SECRET(ascii)"}},
        {"api_key": {"in": "query", "name": "k", "value": "$SECRET(key)"}, "headers": {}},
    ),
    "names and urls": (
        {"authentication": "basic", **NAMED, "headers": {}},
        {"url_pattern": "{{@ base_url @}}/api/v1/%s?token=$SECRET(ascii)", "headers": {}},
    ),
    "sessions and bearers": (
        {"authentication": "tripletex", "tripletex": TRIPLETEX, "headers": {}},
        {"jwt_token": "$SECRET(ascii)", "headers": {}},
    ),
}

CREDENTIALS: dict[str, dict[str, str]] = {
    "wix": {"authorization": VENDORS["wix"].secrets["api_key"], "wix-site-id": VENDORS["wix"].secrets["site_id"]},
    "customerp": {"authorization": f"Bearer {VENDORS['customerp'].secrets['token']}"},
}


def echoed(response: httpx.Response, heard: str) -> httpx.Response:
    """Return a good answer with everything confidential beside what is in it."""
    body = json.loads(response.content) if response.content else None
    if not isinstance(body, dict):
        return response
    for holder in (body, *(member for member in body.values() if isinstance(member, dict))):
        holder["echo"] = heard
    headers = {name: value for name, value in response.headers.items() if name in {"content-type", "etag"}}
    headers |= {"Set-Cookie": f"session={quote(heard)}", "X-Echo": quote(heard), "Link": f"<x?{quote(heard)}>"}
    return httpx.Response(response.status_code, json=body, headers=headers)


def in_a_name(response: httpx.Response, _: str) -> httpx.Response:
    """Return an answer whose records hold, in a property that is compared, what is confidential."""
    text = response.content.decode().replace(" name ", f" {SECRETS['ASCII']} ")
    return httpx.Response(response.status_code, content=text.encode(), headers=response.headers)


ANSWERS: dict[str, Callable[[httpx.Response, str], httpx.Response]] = {
    "echo": echoed,
    "in a name": in_a_name,
    "refusal": lambda _, heard: httpx.Response(401, json={"message": heard, "code": heard}),
    "html": lambda _, heard: httpx.Response(503, html=f"<h1>{heard}</h1>"),
    "noise": lambda _, heard: httpx.Response(200, text=f"<b>Notice</b> {heard}"),
    "redirect": lambda _, heard: httpx.Response(302, headers={"Location": f"https://other.test/?{quote(heard)}"}),
    "redirect nowhere": lambda _, heard: httpx.Response(302, headers={"Location": f"https://u:{quote(heard)}@x.test/"}),
}


@dataclass
class Place:
    """A folder with connectors, settings and a document, and where reports and recordings go."""

    folder: Path
    config: Path
    texts: list[str] = field(default_factory=list)

    @property
    def spec(self) -> Path:
        """The last of the three sections, by itself."""
        text = SPEC.read_text(encoding="utf-8")
        path = self.folder / "products.txt"
        path.write_text(text[: text.index("Wix.com Contacts to")] + text[text.index("Wix.com Products to") :])
        return path

    def run(self, qa_sync: QaSync, *words: str) -> Answer:
        """Run the program with every kind of report, and keep all that it told and wrote."""
        reports = [f"--report={name}={self.folder / 'reports' / f'report.{name}'}" for name in FORMATS]
        fixed = ("--timeout", "1", "--config", str(self.config), *reports)
        got = qa_sync("check", str(self.spec), *fixed, *words)
        self.texts += [got.out, got.err]
        self.texts += [path.read_text() for name in ("reports", "cassettes") for path in self.files(name)]
        return got

    def files(self, name: str) -> list[Path]:
        return [path for path in (self.folder / name).rglob("*") if path.is_file()]

    def leaks(self) -> list[str]:
        return leaks("\n".join(self.texts))


Make = Callable[..., Place]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    with ExitStack() as opened:

        def go(kind: str, answer: str, trigger: str = 'trigger = "builtin"') -> Place:
            for name, value in SECRETS.items():
                monkeypatch.setenv(f"CANARY_{name}", value)
            config = ""
            wanted = {vendor: adapted(vendor, tmp_path, told) for vendor, told in zip(LABELS, KINDS[kind], strict=True)}
            known = [SECRETS[name.upper()] for name in sorted(set().union(*wanted.values()))]
            for vendor, label in LABELS.items():
                url = opened.enter_context(loopback(door(vendor, answer, known, opened))).url
                given = ", ".join(f'{name} = "${SETTINGS[name]}"' for name in sorted(wanted[vendor]))
                config += f'[systems."{label}"]\nconnector = "own-{vendor}"\nurl = "{url}"\nwrites = true\n'
                config += f"secrets = {{ {given} }}\n"
            (tmp_path / "qa-sync.toml").write_text(f'{config}[sync]\n{trigger}\ninterval = "100ms"\n', encoding="utf-8")
            return Place(tmp_path, tmp_path / "qa-sync.toml")

        yield go


def door(vendor: str, answer: str, given: list[str], opened: ExitStack) -> Callable[[httpx.Request], httpx.Response]:
    app = AsgiTransport(VENDORS[vendor].build_app(RealClock().now, "1"))
    opened.callback(app.close)
    known = [shape for secret in given for shape in shapes(secret)]

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/issue":
            # What a session (PUT) is bought with is no refresh token, and nobody says that one is confidential.
            told = FETCHED if request.method == "POST" else {"value": {"token": FETCHED["access_token"]}}
            known.extend(shape for name in FETCHED if FETCHED[name] in str(told) for shape in shapes(FETCHED[name]))
            return httpx.Response(200, json={**told, "echo": " ".join(known)})
        passed_on = {name: request.headers[name] for name in ("content-type", "if-match") if name in request.headers}
        headers = {**passed_on, **CREDENTIALS[vendor]}
        url = httpx.URL(VENDORS[vendor].base_url).copy_with(raw_path=request.url.raw_path)
        inner = httpx.Request(request.method, url, headers=headers, content=request.content)
        answered = app.handle_request(inner)
        # A name that is not the same on both sides is told of.
        return answered if (vendor, answer) == ("wix", "in a name") else ANSWERS[answer](answered, " ".join(known))

    return serve


def adapted(vendor: str, place: Path, system: dict[str, Any]) -> set[str]:
    """Write a built-in connector with another kind of authentication; return the secrets that it asks for."""
    folder = place / f"own-{vendor}"
    for source in builtin_folder(vendor).rglob("*"):
        if source.is_file():
            target = folder / source.relative_to(builtin_folder(vendor))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    template = folder / "templates" / "system.json"
    told = json.loads(template.read_text(encoding="utf-8"))
    told |= {**system, "retry_strategy": {"default": {"max_read_retries": 0}}}
    template.write_text(json.dumps(told), encoding="utf-8")
    return {name for name in SETTINGS if f"$SECRET({name})" in json.dumps(told)}


@pytest.mark.parametrize("kind", KINDS)
def test_live_recorded_and_replayed(qa_sync: QaSync, make: Make, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    place = make(kind, "echo")
    cassettes = f"--cassettes={place.folder / 'cassettes'}"
    recorded = place.run(qa_sync, "--mode", "record", "--timeout", "20", cassettes)
    assert recorded.code == 0, recorded.out
    assert len(place.files("cassettes")) == 1
    assert "echo" in place.files("cassettes")[0].read_text()
    assert place.run(qa_sync, cassettes).code == 0
    assert place.leaks() == []
    assert caplog.text
    assert leaks(caplog.text) == []


@pytest.mark.parametrize("answer", [answer for answer in ANSWERS if answer != "echo"])
@pytest.mark.parametrize("kind", KINDS)
def test_live_against_systems_that_tell_on_us(qa_sync: QaSync, make: Make, kind: str, answer: str) -> None:
    place = make(kind, answer)
    got = place.run(qa_sync, "--mode", "live", "-x")
    assert got.code in {1, 3}
    assert "(hidden)" in got.out or answer == "redirect nowhere", got.out
    assert place.leaks() == []


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("kind", KINDS)
def test_connectors_check(qa_sync: QaSync, make: Make, kind: str, answer: str) -> None:
    place = make(kind, answer)
    got = qa_sync("connectors", "check", "--config", str(place.config))
    assert got.code == (0 if answer in {"echo", "in a name"} else 3)
    assert leaks(got.out + got.err) == []
    for vendor in ("wix", "customerp"):
        offline = qa_sync("connectors", "check", str(place.folder / f"own-{vendor}"), "--config", str(place.config))
        assert leaks(offline.out + offline.err) == []


TOLD = " ".join(shape for secret in (SECRETS["KEY"], SECRETS["ASCII"], SECRETS["TRIGGER"]) for shape in shapes(secret))
TELLING = "import os, sys; print(os.environ['CANARY_ASCII'] * 20, file=sys.stderr); sys.exit(1)"
TRIGGERS = {
    "http": 'trigger = "http"\nurl = "{url}/run"\ntoken = "$CANARY_TRIGGER"',
    "sesam": 'trigger = "sesam"\nurl = "{url}/api"\ntoken = "$CANARY_TRIGGER"\npipes = ["p"]',
}


@pytest.mark.parametrize("name", [*TRIGGERS, "command"])
@pytest.mark.parametrize("status", [200, 500])
def test_a_sync_that_tells_on_us(qa_sync: QaSync, make: Make, name: str, status: int) -> None:
    runtime = {"is-running": False, "success": False, "last-message": "." * 190 + TOLD}
    answers = {
        200: httpx.Response(200, json={"runtime": runtime}),
        500: httpx.Response(500, text="." * 190 + TOLD),
    }
    with loopback(lambda _: answers[status]) as sync:
        command = f"trigger = \"command\"\ncommand = ['{sys.executable}', '-c', \"{TELLING}\"]"
        place = make("tokens and keys", "echo", command if name == "command" else TRIGGERS[name].format(url=sync.url))
        place.run(qa_sync, "--mode", "live", "-x")
    assert place.leaks() == []


def test_the_sandbox_has_nothing_to_tell(qa_sync: QaSync, make: Make) -> None:
    place = make("tokens and keys", "echo")
    plain = place.config.read_text().replace('connector = "own-wix"\n', "").replace('connector = "own-customerp"\n', "")
    place.config.write_text(plain)
    assert place.run(qa_sync, "--mode", "sandbox").code == 0
    assert place.leaks() == []


def test_settings_that_hold_a_secret_themselves_are_refused_without_it(qa_sync: QaSync, make: Make) -> None:
    place = make("tokens and keys", "echo")
    text = place.config.read_text(encoding="utf-8")
    canary = SECRETS["ASCII"]
    for wrong in (
        text.replace("http://127.0.0.1", f"http://ann:{quote(canary, safe='')}@127.0.0.1", 1),
        text.replace('"$CANARY_ASCII"', f'"{canary}"'),
        text.replace("secrets = {", f'secret = "{canary}"\nsecrets = {{', 1),
        f'{text}token = "{canary}"\n',
    ):
        assert wrong != text
        place.config.write_text(wrong, encoding="utf-8")
        assert place.run(qa_sync, "--mode", "live").code == 2
    assert place.leaks() == []


def test_a_traceback_for_developers_has_none_either(
    qa_sync: QaSync, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is raised out of a run, with all that hangs on it."""
    monkeypatch.setenv("QA_SYNC_DEBUG", "1")
    place = make("names and urls", "refusal")
    place.config.write_text(place.config.read_text().replace("writes = true", "", 1))
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
        place.run(qa_sync, "--mode", "record", f"--cassettes={ROOT / 'nowhere'}")
    assert leaks("".join(traceback.format_exception(caught.value)) + repr(caught.value)) == []
