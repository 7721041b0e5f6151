"""`qa-sync lint` on the command line: its arguments, its output and its exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_caller import ROOT, QaSync

BOTH = ["specs/000.txt", "specs/003.txt"]
UNKNOWN = "A to B Dataflow\n===============\n\nA Order to B Order\n------------------\nEach A Order goes to B.\n"


def found(qa_sync: QaSync, *words: str) -> dict[str, Any]:
    response: dict[str, Any] = json.loads(qa_sync("lint", *words, "--format", "json").out)
    return response


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_exit_code_follows_fail_on(qa_sync: QaSync, fail_on: str, code: int) -> None:
    assert qa_sync("lint", "specs/", "--fail-on", fail_on).code == code
    assert found(qa_sync, "specs/", "--fail-on", fail_on)["exit_code"] == code


def test_an_error_fails_by_default(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "a-b.rst"
    path.write_text(UNKNOWN)
    got = qa_sync("lint", str(path))
    assert got.code == 1
    assert f"{path}:6: error: unknown sentence" in got.out
    assert got.out.splitlines()[-1] == "1 spec: 1 error, 1 warning, 2 info."


def test_no_findings_are_reported_too(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "a-b.rst"
    path.write_text("A to B Dataflow\n===============\n")
    got = qa_sync("lint", str(path))
    assert (got.code, got.out, got.err) == (0, "1 spec: no findings.\n", "")


def test_unreadable_specs_do_not_stop_the_others(qa_sync: QaSync, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no title\n")
    words = ("specs/000.txt", str(tmp_path), str(tmp_path / "b.txt"), str(tmp_path / "*.rst"))
    got = qa_sync("lint", *words)
    assert got.code == 2
    assert got.out.count("[empty-property-table]") == 3
    assert got.out.endswith("1 spec, 3 could not be read: 3 warnings.\n")
    assert [line.split(": ")[1] for line in got.err.splitlines() if line.startswith("Error: ")] == [
        str(tmp_path / "*.rst"),
        str(tmp_path / "a.txt") + ":1",
        str(tmp_path / "b.txt"),
    ]
    problems = found(qa_sync, *words)["unreadable"]
    assert [(p["spec"], p["line"]) for p in problems][1:] == [
        (str(tmp_path / "a.txt"), 1),
        (str(tmp_path / "b.txt"), None),
    ]
    sarif = json.loads(qa_sync("lint", *words, "--format", "sarif").out)
    (invocation,) = sarif["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert len(invocation["toolExecutionNotifications"]) == 3


def test_each_spec_is_linted_once(qa_sync: QaSync) -> None:
    specs = [s["spec"] for s in found(qa_sync, "specs/003.txt", "specs", "./specs/000.txt", "specs/*.txt")["specs"]]
    assert specs == ["specs/003.txt", "specs/000.txt"]


@pytest.mark.parametrize("command", ["lint", "show"])
def test_standard_input(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    stdin(monkeypatch, (ROOT / "specs/000.txt").read_bytes())
    got = qa_sync(command, "-", "-")
    assert got.code == 0
    assert "-:20: warning:" in got.out


def test_check_reads_standard_input_too(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, (ROOT / "specs/000.txt").read_bytes())
    assert qa_sync("check", "-", "--mode", "sandbox", "--depth", "smoke").code == 0


def test_empty_standard_input_is_an_error(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, b"")
    got = qa_sync("lint", "-")
    assert (got.code, "Error: -:1: expected a title" in got.err) == (2, True)


def test_show_takes_a_folder_and_check_a_pattern(qa_sync: QaSync) -> None:
    matched, files = (json.loads(qa_sync("check", *given, "--report", "json").out) for given in (["specs/*.t?t"], BOTH))
    for spec in (*matched["specs"], *files["specs"]):
        assert spec.pop("verified")  # the time of each run
    assert matched["specs"] == files["specs"]
    assert [s["spec"] for s in matched["specs"]] == BOTH
    assert [c["spec"] for c in json.loads(qa_sync("show", "specs/", "--format", "json").out)] == BOTH


def test_show_has_every_finding_that_lint_has(qa_sync: QaSync) -> None:
    folder = "tests/lint/fixtures"
    linted = {s["spec"]: s["findings"] for s in found(qa_sync, folder)["specs"]}
    shown = json.loads(qa_sync("show", folder, "--format", "json").out)
    assert {c["spec"]: c["findings"] for c in shown} == linted
    lines = qa_sync("lint", folder).out.splitlines()[:-1]
    assert set(lines) <= set(qa_sync("show", folder).out.splitlines())


@pytest.mark.parametrize("word", [("--fail-on", "eror"), ("--format", "xml")])
def test_an_invalid_option_value(qa_sync: QaSync, word: tuple[str, str]) -> None:
    got = qa_sync("lint", "specs/", *word)
    assert (got.code, got.out) == (2, "")
    assert word[0] in got.err
