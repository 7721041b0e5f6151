"""Whenever a live run is killed, `qa-sync cleanup` removes what it made, and nothing else has changed."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from cli_caller import ROOT, Serve
from standing import Prints, people, settled, systems_of
from waits import GUARD_S

from qa_sync.systems.journal.journal import NAME

SPEC = "specs/000.txt"
KILLED = Path(__file__).with_name("killed_run.py")
SKEW_S = 5.0
"""What was there is older than this when runs begin, so that each look lists what is new, as with systems in use."""
POINTS = ("before", "after", "noted")
DEATHS = ("KILL", "KILL", "TERM", "TERM TERM", "HUP HUP", "INT INT", "TERM KILL")
"""What a run gets at its point; two signals of `timeout` come at nearly the same time."""


SPEED = 12
"""How much shorter the deliberate waits of a run are."""
QUICK = ("--section", "1", "--kind", "create")


def start(
    config: Path, counts: Path, point: str, number: int, death: str = "KILL", *, more: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    words = ["check", SPEC, "--mode", "live", "--yes", "--config", str(config), "-q", "--timeout", "5", *more]
    return subprocess.Popen(
        [sys.executable, str(KILLED), str(counts), point, str(number), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SKEW_S": str(SKEW_S), "QA_SYNC_SPEED": str(SPEED)}
        | {"QA_SYNC_DEATH": death},
    )


def cleanup(config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qa_sync", "cleanup", "--yes", "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=5 * GUARD_S)


def removable(config: Path, prints: Prints) -> tuple[Prints, Prints]:
    """Return which of these records their systems can remove, and which they cannot."""
    with systems_of(config) as systems:
        kept = {at for at in prints if "delete" in systems[at[0]].cards[at[1]].cannot}
    return {at: p for at, p in prints.items() if at not in kept}, {at: p for at, p in prints.items() if at in kept}


def shown(config: Path, prints: Prints) -> str:
    """Return the values of these records, and their journal entries."""
    with systems_of(config) as systems:
        found = [f"{at}: {systems[at[0]].lookup(at[1], at[2])}" for at in prints]
    with closing(sqlite3.connect(config.parent / NAME)) as db:
        marks = {mark for (mark,) in db.execute("SELECT DISTINCT mark FROM records")}
        for mark in sorted(mark for mark in marks if mark and any(mark in text for text in found)):
            found += [str(row) for row in db.execute("SELECT * FROM records WHERE mark = ?", (mark,))]
    return "\n".join(found)


def killed_at_many(
    config: Path, tmp_path: Path, points: int, at_once: int, *, standing: int, more: Sequence[str] = ()
) -> None:
    people(config, standing)
    before = settled(config, quiet_s=0.8)
    assert len(before) == standing
    time.sleep(SKEW_S)
    counts = tmp_path / "counts.json"
    assert start(config, counts, "before", 0, more=more).wait(timeout=5 * GUARD_S) in {
        0,
        3,
    }  # a slow machine may have timeouts
    passed = json.loads(counts.read_text(encoding="utf-8"))
    rng = random.Random("killed")  # noqa: S311 - the same points every time
    reported, killed, rounds = "", 0, 0
    while killed < points:
        rounds += 1
        assert rounds <= 2 + 2 * points // at_once, f"only {killed} of {points} runs could be killed"
        chosen = [rng.choice(POINTS) for _ in range(min(at_once, points - killed))]
        files = [tmp_path / f"counts-{rounds}-{number}.json" for number in range(len(chosen))]
        running = [
            start(config, file, point, rng.randint(1, passed[point]), rng.choice(DEATHS), more=more)
            for file, point in zip(files, chosen, strict=True)
        ]
        assert 2 not in {process.wait(timeout=5 * GUARD_S) for process in running}
        ended = [file for file in files if file.exists()]
        killed += len(files) - len(ended)
        for file in ended:
            # This run ended before its point: in parallel all are slower, and poll less often.
            went = json.loads(file.read_text(encoding="utf-8"))
            passed = {point: min(count, went[point]) for point, count in passed.items()}
        cleaned = cleanup(config)
        assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
        reported += cleaned.stdout
        now = settled(config, quiet_s=0.5)
        assert {at: now.get(at) for at in before} == before
        left = {at: p for at, p in now.items() if at not in before}
        can, cannot = removable(config, left)
        assert can == {}, f"{cleaned.stdout}\n{shown(config, can)}"
        assert [at for at in cannot if at[2] not in reported] == []
    print(f"{killed} runs killed in {rounds} rounds; points to choose from: {passed}")


@pytest.fixture
def served(serve: Serve) -> Path:
    return serve(SPEC, "--every", "0.1")


def test_a_killed_run_is_cleaned_up_after(served: Path, tmp_path: Path) -> None:
    killed_at_many(served, tmp_path, points=2, at_once=2, standing=6, more=QUICK)


@pytest.mark.slow
def test_two_hundred_killed_runs_are_cleaned_up_after(served: Path, tmp_path: Path) -> None:
    killed_at_many(served, tmp_path, points=int(os.environ.get("QA_SYNC_KILLS", "200")), at_once=6, standing=300)
