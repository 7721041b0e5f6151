"""The whole program in each mode, with a canary in every place where a secret can be: none is in anything it tells."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from canaries import leaks, shapes
from canary_world import ANSWERS, KINDS, SECRETS, Place, build
from cli_caller import ROOT, QaSync
from loopback import loopback

Make = Callable[..., Place]


def quickly(*kinds: str) -> list[Any]:
    """Return all kinds, those that are not named as slow ones."""
    return [kind if kind in kinds else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]


ONE_KIND_QUICKLY = quickly("tokens and keys")
MOST_KINDS_QUICKLY = quickly("tokens and keys", "names and urls", "sessions and bearers")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(f"CANARY_{name}", value)
    with ExitStack() as opened:
        yield lambda kind, response, trigger='trigger = "builtin"': build(kind, response, trigger, tmp_path, opened)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
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
@pytest.mark.parametrize("kind", MOST_KINDS_QUICKLY)
def test_live_against_systems_that_tell_on_us(qa_sync: QaSync, make: Make, kind: str, answer: str) -> None:
    place = make(kind, answer)
    got = place.run(qa_sync, "--mode", "live", "-x")
    assert got.code in {1, 3}
    # A system that does not answer the first read as it should ends the run before anything else is asked of it.
    assert "(hidden)" in got.out + got.err or answer in {"redirect nowhere", "html", "noise", "redirect"}, got
    assert place.leaks() == []


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("kind", MOST_KINDS_QUICKLY)
def test_connectors_check(qa_sync: QaSync, make: Make, kind: str, answer: str) -> None:
    place = make(kind, answer)
    got = qa_sync("connectors", "check", "--config", str(place.config))
    assert got.code == (0 if answer in {"echo", "in a name"} else 3)
    assert leaks(got.out + got.err) == []
    for vendor in ("wix", "customerp"):
        offline = qa_sync("connectors", "check", str(place.folder / f"own-{vendor}"), "--config", str(place.config))
        assert leaks(offline.out + offline.err) == []


@pytest.mark.parametrize("answer", ["echo", "refusal"])
@pytest.mark.parametrize("kind", ONE_KIND_QUICKLY)
def test_what_a_run_leaves_on_the_disk(
    qa_sync: QaSync, make: Make, kind: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal, the history, and what is known for the next run; a cleanup reads them, and tells no more."""
    monkeypatch.setenv("QA_SYNC_HISTORY", "1")
    place = make(kind, answer)
    place.run(qa_sync, "--mode", "live", "--kind", "create", "--keep", "always")
    got = qa_sync("cleanup", "--config", str(place.config))
    assert got.code == 0  # a system that refuses the first read is not written to
    kept = place.kept()
    assert answer == "refusal" or {".qa-sync/journal.sqlite", ".qa-sync/history.sqlite"} <= kept.keys()
    assert {name: found for name, found in kept.items() if found} == {}
    assert leaks(got.out + got.err) == []
    assert place.leaks() == []


@pytest.mark.parametrize("answer", [answer for answer in ANSWERS if answer != "in a name"])
@pytest.mark.parametrize("kind", ONE_KIND_QUICKLY)
def test_the_sync_and_the_audit(qa_sync: QaSync, make: Make, kind: str, answer: str) -> None:
    place = make(kind, answer)
    own = ("--config", str(place.config))
    audited = [f"--report={name}={place.folder / f'audit.{name}'}" for name in ("json", "html", "markdown")]
    words: list[tuple[tuple[str, ...], set[int]]] = [
        (("sync", str(place.spec), *own, "--links", str(place.folder / "links.sqlite")), {0, 1}),
        (("sync", str(place.spec), *own, "--dry-run", "--format", "json"), {0, 1}),
        # There is nothing to judge, and that is no success.
        (("audit", str(place.spec), *own, "--snapshot", str(place.folder / "audits"), *audited), {3}),
    ]
    for each, codes in words:
        got = qa_sync(*each)
        assert got.code in (codes if answer == "echo" else {1, 2, 3}), got.err
        assert leaks(got.out + got.err) == [], each
    assert {name: found for name, found in place.kept().items() if found} == {}


REPORTED = " ".join(
    shape for secret in (SECRETS["KEY"], SECRETS["ASCII"], SECRETS["TRIGGER"]) for shape in shapes(secret)
)
TELLING = "import os, sys; print(os.environ['CANARY_ASCII'] * 20, file=sys.stderr); sys.exit(1)"
TRIGGERS = {
    "http": 'trigger = "http"\nurl = "{url}/run"\ntoken = "$CANARY_TRIGGER"',
    "sesam": 'trigger = "sesam"\nurl = "{url}/api"\ntoken = "$CANARY_TRIGGER"\npipes = ["p"]',
}


@pytest.mark.parametrize("name", [*TRIGGERS, "command"])
@pytest.mark.parametrize("status", [200, 500])
def test_a_sync_that_tells_on_us(qa_sync: QaSync, make: Make, name: str, status: int) -> None:
    runtime = {"is-running": False, "success": False, "last-message": "." * 190 + REPORTED}
    responses = {
        200: httpx.Response(200, json={"runtime": runtime}),
        500: httpx.Response(500, text="." * 190 + REPORTED),
    }
    with loopback(lambda _: responses[status]) as sync:
        command = f"trigger = \"command\"\ncommand = ['{sys.executable}', '-c', \"{TELLING}\"]"
        place = make("tokens and keys", "echo", command if name == "command" else TRIGGERS[name].format(url=sync.url))
        place.run(qa_sync, "--mode", "live", "-x")
    assert place.leaks() == []


def test_the_sandbox_has_nothing_to_tell(qa_sync: QaSync, make: Make) -> None:
    place = make("tokens and keys", "echo")
    plain = place.config.read_text().replace('connector = "own-wix"\n', "").replace('connector = "own-customerp"\n', "")
    place.config.write_text(plain)
    assert place.run(qa_sync, "--mode", "sandbox", "--depth", "smoke").code == 0
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
