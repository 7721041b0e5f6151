"""A replay of many specs: its memory hardly grows with their number, and it starts no process for them."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cli_caller import ROOT, QaSync

from qa_sync.modes import replay
from qa_sync.reports.terminal.terminal import Terminal

MOST_BYTES_A_SPEC = 20_000
"""What a spec keeps: its text and sections. With its checks it would be 60,000, with their steps 500,000."""


def small_specs(folder: Path, number: int) -> list[str]:
    lines = (ROOT / "specs/000.txt").read_text(encoding="utf-8").splitlines()
    section = lines.index("Wix.com Products to Customerp Product")
    text = "\n".join([*lines[:10], "", *lines[section:]]) + "\n"
    paths = [folder / f"{n:03}.txt" for n in range(number)]
    for path in paths:
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


@pytest.fixture
def few_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_IN_MEMORY", 1)
    monkeypatch.setattr("qa_sync.cli.commands.check.MOST_IN_MEMORY", 1)
    monkeypatch.setattr(replay, "MOST_REQUESTS", 1)


def kept_bytes(qa_sync: QaSync, words: tuple[str, ...]) -> int:
    """Return what a run keeps when all its specs have run; without garbage, whose amount is chance."""
    found: list[int] = []

    def report(*_: Any) -> None:
        gc.collect()
        found.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start(1)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Terminal, "report", report)
            assert qa_sync("check", *words).code == 0
    finally:
        tracemalloc.stop()
    return found[0]


@pytest.mark.usefixtures("few_in_memory")
def test_memory_hardly_grows_with_the_specs(qa_sync: QaSync, tmp_path: Path) -> None:
    specs = small_specs(tmp_path, 18)
    options = ("--cassettes", str(tmp_path / "cassettes"), "--depth", "smoke", "--no-history", "-q")
    assert qa_sync("check", *specs, *options, "--mode", "record").code == 0
    kept_bytes(qa_sync, (*specs, *options))  # fills the caches
    few, many = kept_bytes(qa_sync, (*specs[:3], *options)), kept_bytes(qa_sync, (*specs, *options))
    assert (many - few) / 15 < MOST_BYTES_A_SPEC


def test_what_is_read_again_gives_the_same_verdicts(
    qa_sync: QaSync, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def run(*more: str) -> dict[str, Any]:
        path = tmp_path / "results.json"
        words = ("specs/000.txt", "specs/003.txt", *more, "--no-history", "-q", "--report", f"json={path}")
        assert qa_sync("check", *words).code == 0
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        sections = [spec["sections"] for spec in found["specs"]]
        return {"sections": sections, "recordings": found["recordings"], "totals": found["totals"]}

    selections = ((), ("-k", "create", "--section", "3"), ("--section", "2"), ("-j", "4"))
    whole = [run(*more) for more in selections]
    request.getfixturevalue("few_in_memory")
    assert [run(*more) for more in selections] == whole


@pytest.mark.usefixtures("few_in_memory")
def test_a_recording_that_is_replaced_during_the_run_is_an_error(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassettes = tmp_path / "cassettes"
    shutil.copytree(ROOT / "cassettes", cassettes)
    prepare = replay.prepare

    def prepared_then_replaced(job: Any) -> Any:
        run = prepare(job)
        for path in (cassettes / "003").iterdir():
            recorded = json.loads(path.read_text(encoding="utf-8"))
            label = recorded["metadata"]["qa_sync"]
            label["seed"] = "other"
            label["interactions"].pop("metadata", None)  # the digest of the label
            path.write_text(json.dumps(recorded), encoding="utf-8")
        return run

    monkeypatch.setattr(replay, "prepare", prepared_then_replaced)
    done = qa_sync("check", "specs/000.txt", "specs/003.txt", "--cassettes", str(cassettes), "-q")
    assert done.code == 3
    assert "was recorded again during the run" in " ".join(done.out.split())
    assert "Traceback" not in done.out + done.err


def test_no_process_is_started(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a process was started")

    for name in ("fork", "posix_spawn", "posix_spawnp", "system"):
        monkeypatch.setattr(os, name, started)
    monkeypatch.setattr(subprocess, "Popen", started)
    assert qa_sync("check", "specs/000.txt", "specs/003.txt", "-k", "create", "-q").code == 0


def test_many_missing_recordings_are_told_in_a_screen(qa_sync: QaSync, tmp_path: Path) -> None:
    done = qa_sync("check", *small_specs(tmp_path, 40), "--cassettes", str(tmp_path / "none"))
    assert done.code == 3
    assert done.err.startswith("Error: 40 problems with recordings:\n  there is no recording ")
    assert "\n  and 30 more\n" in done.err
    assert len(done.err.splitlines()) < 24
