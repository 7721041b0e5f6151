"""Arguments, variables and tokens that are not UTF-8: each is named in an error, or works; none is a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync
from people_api import KEY, people_api, write_connector, write_settings, write_spec

from qa_sync.systems.redaction import Redactor

SPEC = "specs/000.txt"
BYTES = "a\udcff"
"""How Python gives an argument or a variable with the byte FF."""


@pytest.mark.parametrize(
    "words",
    [
        ("check", SPEC, "--no-history"),
        ("check", SPEC, "--no-history", "--mode", "sandbox"),
        ("show", SPEC),
        ("sandbox", "--port", "0"),
    ],
)
def test_a_seed(qa_sync: QaSync, words: tuple[str, ...]) -> None:
    done = qa_sync(*words, "--seed", BYTES)
    assert done.code == 2, done.err
    assert "--seed: expected UTF-8 text, got" in done.err


def test_a_seed_of_the_environment(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_SYNC_CHECK_SEED", BYTES)
    done = qa_sync("check", SPEC, "--no-history")
    assert (done.code, "--seed: expected UTF-8 text" in done.err) == (2, True), done.err


def test_a_seed_of_pytest(pytester: pytest.Pytester) -> None:
    pytester.makefile(".txt", spec=(ROOT / SPEC).read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nqa_sync_specs = .")
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--qa-sync-seed", BYTES)
    assert done.ret != pytest.ExitCode.OK
    told = done.stdout.str() + done.stderr.str()
    assert "--qa-sync-seed: expected UTF-8 text" in told
    assert "UnicodeEncodeError" not in told


@pytest.mark.parametrize("command", ["check", "sync", "audit", "connectors"])
def test_a_secret(command: str, qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEOPLE_KEY", f"{KEY}\udcff")
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    spec = str(write_spec(tmp_path / "spec.txt", [("name", "name", "string")]))
    words = {
        "check": ("check", spec, "--mode", "live", "--no-history"),
        "sync": ("sync", spec, "--once", "--links", str(tmp_path / "links.sqlite")),
        "audit": ("audit", spec),
        "connectors": ("connectors", "check"),
    }
    with people_api() as (people, served):
        done = qa_sync(*words[command], "--config", str(write_settings(tmp_path, served.url)))
    told = " ".join((done.out + done.err).split())
    assert done.code in {2, 3}, told
    assert "$PEOPLE_KEY: the value is not UTF-8 text" in told
    assert "internal error" not in told
    assert KEY not in told
    assert people.requests == []


def test_a_token_with_half_a_surrogate_pair_is_redacted() -> None:
    half = "abc-\ud800-0001"  # as JSON may write it
    assert Redactor([half])(f"a {half} b") == "a (hidden) b"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_earlier_file_of_differences(qa_sync: QaSync, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "1"}\n')
    words = ("--left", str(rows), "--right", str(rows), "--section", "1")
    done = qa_sync("audit", SPEC, *words, "--differences", str(pipe))
    assert done.code == 2
    assert "is not a regular file" in done.err
