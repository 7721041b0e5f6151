"""A replay of many specs: its memory hardly grows with their number, and it starts no process for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cli_caller import ROOT, QaSync

MOST_MB_A_SPEC = 0.4
"""A spec of 12 checks keeps its results: 0.13 MB on CPython 3.11."""

PEAK = """
import resource, sys
from qa_sync.cli.main import run_guarded
sys.argv = ["qa-sync", *sys.argv[1:]]
code = run_guarded()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


def small_specs(folder: Path, number: int) -> list[str]:
    lines = (ROOT / "specs/000.txt").read_text(encoding="utf-8").splitlines()
    section = lines.index("Wix.com Products to Customerp Product")
    text = "\n".join([*lines[:10], "", *lines[section:]]) + "\n"
    paths = [folder / f"{n:03}.txt" for n in range(number)]
    for path in paths:
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def peak_mb(folder: Path, specs: list[str]) -> float:
    words = ["check", *specs, "--depth", "smoke", "--no-history", "-q"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, cwd=folder, env=env, check=True
    )
    return int(done.stdout.splitlines()[-1]) / (1_000_000 if sys.platform == "darwin" else 1_000)


@pytest.mark.slow
def test_memory_hardly_grows_with_the_number_of_specs(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = small_specs(tmp_path, 60)
    cassettes = ("--cassettes", str(tmp_path / "cassettes"))
    assert qa_sync("check", *specs, *cassettes, "--mode", "record", "--depth", "smoke", "-q").code == 0
    monkeypatch.chdir(tmp_path)
    few, many = peak_mb(tmp_path, specs[:10]), peak_mb(tmp_path, specs)
    assert (many - few) / 50 < MOST_MB_A_SPEC


def test_no_process_is_started(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a process was started")

    for name in ("fork", "posix_spawn", "posix_spawnp", "system"):
        monkeypatch.setattr(os, name, started)
    monkeypatch.setattr(subprocess, "Popen", started)
    assert qa_sync("check", "specs/000.txt", "specs/003.txt", "-k", "create", "-q").code == 0
