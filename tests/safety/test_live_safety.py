"""Live runs against the served sandbox: no record of others changes, and no record of the run stays."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from cli_caller import ROOT, QaSync, Serve
from live_run import base_of, by_way_of, forward
from loopback import loopback
from standing import people, prints_of, settled, systems_of
from waits import GUARD_S, NO_TLS, ended, running, until

from qa_sync.modes.live_systems.run_journal import RunJournal
from qa_sync.systems.journal.journal import NAME

SPEC = "specs/000.txt"
FAST = ("--every", "0.1")
KILLED = Path(__file__).with_name("killed_run.py")


def program(*words: str, script: tuple[str, ...] = ("-m", "qa_sync")) -> AbstractContextManager[subprocess.Popen[str]]:
    return running([*script, *words], env={**os.environ, "PYTHONPATH": str(ROOT)})


def live(config: Path, *words: str) -> list[str]:
    return ["check", SPEC, "--mode", "live", "--config", str(config), *words]


def ours(config: Path) -> list[tuple[str, str, str]]:
    """Return the records that can be removed."""
    with systems_of(config) as systems:
        return [at for at in settled(config, quiet_s=0.4) if "delete" not in systems[at[0]].cards[at[1]].cannot]


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, *(pytest.param(other, marks=pytest.mark.slow) for other in (signal.SIGINT, signal.SIGHUP))],
)
def test_a_signal_ends_a_run_with_reports_and_nothing_is_left(number: int, serve: Serve, qa_sync: QaSync) -> None:
    config = serve(SPEC, *FAST)
    reports = {name: config.with_name(f"report.{name}") for name in ("json", "markdown", "junit", "html")}
    words = [word for name, path in reports.items() for word in ("--report", f"{name}={path}")]
    with program(*live(config, "--history", "-j", "1", *words)) as process:
        until(lambda: prints_of(config), process)
        process.send_signal(number)
        shown, reported = ended(process)
    assert process.returncode == 3
    assert "Interrupted." in reported
    assert reported.index("stopping the run and removing its records") < reported.index("cleanup finished: ")
    assert re.search(
        r"records\.(?s:.*)^removing (Wix\.com|Customerp) \w+ \S+$(?s:.*)^cleanup finished", reported, re.MULTILINE
    )
    assert all(
        "Wix has no endpoint for it" in line for line in reported.splitlines() if line.startswith("not removed: ")
    )
    assert re.search(r"The run was interrupted: [1-9]\d* of \d+ checks did not run\.", shown)
    report = json.loads(reports["json"].read_text(encoding="utf-8"))
    assert (report["interrupted"], report["exit_code"]) == (True, 3)
    checks = [check for section in report["specs"][0]["sections"] for check in section["checks"]]
    planned = json.loads(qa_sync("show", SPEC, "--format", "json").out)["sections"]
    assert sorted(c["id"] for c in checks) == sorted(c["id"] for plan in planned for c in plan["checks"])
    assert any(check["message"] == "not run: the run was interrupted" for check in checks)
    assert "The run was interrupted" in reports["markdown"].read_text(encoding="utf-8")
    assert "The run was interrupted" in reports["html"].read_text(encoding="utf-8")
    assert "not run: the run was interrupted" in reports["junit"].read_text(encoding="utf-8")
    assert config.with_name(".qa-sync").joinpath("history.sqlite").exists()
    assert "Traceback" not in reported
    assert ours(config) == []


@pytest.mark.slow
def test_a_second_signal_exits_immediately_and_cleanup_removes_the_rest(serve: Serve, qa_sync: QaSync) -> None:
    config, real = serve(SPEC, "--no-sync"), httpx.Client(verify=NO_TLS, trust_env=False)
    cleaning, free = threading.Event(), threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE" and not free.is_set():
            cleaning.set()
            assert free.wait(GUARD_S)  # a caller that waits for the end of the cleanup does not exit before
            return httpx.Response(503)
        return forward(real, base_of(config), request)

    with real, loopback(answer) as door:
        way = by_way_of(config, door.url)
        with program(*live(way)) as process:
            until(lambda: prints_of(config), process)
            process.send_signal(signal.SIGTERM)
            until(cleaning.is_set, process)
            process.send_signal(signal.SIGTERM)
            _, reported = ended(process)
        assert process.returncode == 3
        assert "Aborted;" in reported
        assert ours(config)
        free.set()
        assert qa_sync("cleanup", "--config", str(way)).code == 0
    assert ours(config) == []


def test_kept_records_are_reported_and_removed_by_cleanup(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    words = ("--section", "1", "--timeout", "0", "-x", "--report", "json", "--seed", "kept")
    got = qa_sync(*live(config, *words, "--keep", "on-failure"))
    assert got.code in {1, 3}, got.err
    left = json.loads(got.out)["leftovers"]
    assert {lost["why"] for lost in left} == {"kept (--keep on-failure); qa-sync cleanup deletes it"}
    assert sorted(lost["id"] for lost in left) == sorted(at[2] for at in ours(config))
    again = qa_sync(*live(config, *words))
    assert again.code == 2
    assert "with the seed kept still exist" in again.err
    cleaned = qa_sync("cleanup", "--config", str(config), "--older-than", "1h")
    assert cleaned.out == "nothing to remove\n"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("writes = true", "production = true"), encoding="utf-8")
    refused = qa_sync("cleanup", "--config", str(config))
    assert refused.code == 3
    assert "production = true" in refused.out
    assert ours(config)
    config.write_text(text, encoding="utf-8")
    assert qa_sync("cleanup", "--config", str(config)).code == 0
    assert ours(config) == []


def test_what_our_own_engine_makes_in_live_systems_is_noted_before_it_is_made(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub('"wait"|"0.2s"', lambda m: {'"wait"': '"builtin"'}.get(m[0], '"0.1s"'), text), "utf-8")
    words = ("--depth", "smoke", "-k", "create and contact", "-q")
    got = qa_sync(*live(config, *words))
    assert got.code == 0, got.err
    assert ours(config) == []
    with closing(sqlite3.connect(config.parent / NAME)) as db:
        made = db.execute("SELECT system, counterpart, payload != '', state FROM records").fetchall()
    assert set(made) == {("Wix.com", 0, 1, "removed"), ("Customerp", 0, 1, "removed")}
    assert len(made) == 10  # the record, four that are created next to it, and the counterpart of each


@pytest.mark.parametrize("standing", [30, pytest.param(501, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_two_runs_at_once_change_neither_each_other_s_records_nor_those_that_were_there(
    standing: int, serve: Serve
) -> None:
    config = serve(SPEC, *FAST)
    people(config, standing)
    before = settled(config, quiet_s=0.8)
    assert len(before) == standing
    reports: list[Any] = []
    with ExitStack() as stack:
        for process in [stack.enter_context(program(*live(config, "--report", "json"))) for _ in range(2)]:
            out, err = process.communicate(timeout=5 * GUARD_S)
            assert process.returncode == 0, out + err
            reports.append(json.loads(out))
    now = settled(config, quiet_s=0.4)
    assert {at: now.get(at) for at in before} == before
    left = {(lost["system"], lost["id"]) for report in reports for lost in report["leftovers"]}
    assert {(at[0], at[2]) for at in now if at not in before} == left
    assert reports[0]["seed"] != reports[1]["seed"]
    mine, yours = map(ids_of, reports)
    assert mine
    assert not mine & yours


@pytest.mark.slow
def test_what_a_faulty_sync_wrote_into_is_not_removed(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, *FAST, "--fault", "wrong-record")
    people(config, 9)
    before = settled(config, quiet_s=0.8)
    got = qa_sync(*live(config, "--timeout", "10", "-q"))
    assert got.code in {1, 3}, got.err
    qa_sync("cleanup", "--config", str(config))
    now = settled(config, quiet_s=0.4)
    assert {at: now.get(at) for at in before} != before  # by the sync: that is what it does wrong
    assert before.keys() <= now.keys()


def ids_of(report: Any) -> set[str]:
    return {r["id"] for s in report["specs"][0]["sections"] for c in s["checks"] for r in c["records"]}


@pytest.mark.slow
def test_an_interrupted_run_is_resumed(qa_sync: QaSync, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    config = serve(SPEC, *FAST)
    words = ("-", "noted", "45", *live(config, "-j", "1"))
    with program(*words, script=(str(KILLED),)) as killed:
        killed.communicate(timeout=5 * GUARD_S)
    assert killed.returncode == -signal.SIGKILL
    there = ours(config)
    with monkeypatch.context() as terminal:
        terminal.delenv("QA_SYNC_CHECK_YES")
        terminal.setattr("qa_sync.cli.confirm.is_interactive", lambda: True)
        terminal.setattr(click, "confirm", lambda *_, **__: False)
        assert qa_sync(*live(config, "--resume")).code == 2
    assert ours(config) == there != []
    got = qa_sync(*live(config, "--resume", "--report", "json"))
    assert got.code == 0, got.err
    resumed = json.loads(got.out)
    whole = json.loads(qa_sync("check", SPEC, "--mode", "sandbox", "--report", "json").out)
    assert verdicts(resumed) == verdicts(whole)
    assert resumed["seed"].endswith("+1")
    assert re.search(r"^note: [12] of 3 sections keep their verdicts of the interrupted run$", got.err, re.MULTILINE)
    makes = next(line for line in got.err.splitlines() if line.startswith("  Wix.com"))
    assert re.search(
        r"\b[1-9]\d* Contacts", makes
    )  # for the orders: the section of the contacts themselves had been finished
    assert ours(config) == []
    over = qa_sync(*live(config, "--resume"))
    assert over.code == 2
    assert "was not interrupted, it finished every section" in over.err


def verdicts(report: Any) -> dict[str, str]:
    return {c["id"]: c["status"] for spec in report["specs"] for section in spec["sections"] for c in section["checks"]}


def test_there_is_nothing_to_take_up(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    got = qa_sync(*live(config, "--resume"))
    assert got.code == 2
    assert "there is no run of specs/000.txt" in got.err
    assert qa_sync(*live(config, "--resume", "--seed", "a")).code == 2


def test_on_a_terminal_the_user_is_prompted(qa_sync: QaSync, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    config = serve(SPEC, "--no-sync")
    requested: list[str] = []
    monkeypatch.delenv("QA_SYNC_CHECK_YES")
    monkeypatch.setattr("qa_sync.cli.confirm.is_interactive", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda text, **_: requested.append(text))
    got = qa_sync(*live(config))
    assert got.code == 2
    assert "canceled: nothing was written" in got.err
    assert "Contacts" in got.err
    assert requested == ["Create these records?"]
    assert prints_of(config) == {}
    qa_sync(*live(config, "--yes", "--timeout", "0", "-x", "-j", "1"))
    assert requested == ["Create these records?"]


def test_a_run_that_stops_at_its_first_failure_says_what_it_removes(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    got = qa_sync(*live(config, "--section", "1", "--timeout", "0", "-x", "-q"))
    assert got.code == 3
    made = re.search(r"Stopped at the first failure or error with (.*): cleaning up\.\n", got.err)
    assert made
    removed = Counter(re.findall(r"^removing (.*) \S+$", got.err, re.MULTILINE))
    assert ", ".join(f"{number} {what}" for what, number in sorted(removed.items())) == made[1]
    assert got.err.index("Stopped at") < got.err.index("removing ") < got.err.index("cleanup finished: no records not")
    assert ours(config) == []


def test_a_run_that_does_not_stop_says_no_deletion(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPEC, "--no-sync")
    got = qa_sync(*live(config, "--section", "1", "--timeout", "0", "-q"))
    assert "removing" not in got.err
    assert "cleanup finished" not in got.err


def test_an_interrupted_final_cleanup_is_repeated(
    qa_sync: QaSync, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = serve(SPEC, "--no-sync")
    looks: list[int] = []
    look = RunJournal._clean_up

    def interrupted(self: RunJournal, *more: Any) -> Any:
        looks.append(1)
        if len(looks) == 1:
            raise KeyboardInterrupt
        return look(self, *more)

    monkeypatch.setattr(RunJournal, "_clean_up", interrupted)
    words = ("--section", "1", "--timeout", "0", "-x", "-q")
    kept = qa_sync(*live(config, *words, "--keep", "always"))
    assert kept.code == 3
    assert "Interrupted." in kept.err
    assert sorted(re.findall(r"not removed: .* (\S+): kept", kept.err)) == sorted(at[2] for at in ours(config)) != []
    assert len(looks) == 2
    assert qa_sync("cleanup", "--config", str(config)).code == 0
    looks.clear()
    assert qa_sync(*live(config, *words)).code == 3
    assert ours(config) == []


def test_what_failed_the_last_time(qa_sync: QaSync, tmp_path: Path) -> None:
    config = tmp_path / "qa-sync.toml"
    config.write_text("", encoding="utf-8")
    chosen = ("--section", "1", "--kind", "create", "--kind", "update-backward", "--timeout", "20")
    words = ("check", SPEC, *chosen, "--mode", "sandbox", "--config", str(config), "--report", "json")
    nothing = qa_sync(*words, "--last-failed")
    assert "no failures are known" in nothing.err
    assert not (tmp_path / ".qa-sync").exists()
    failing = json.loads(qa_sync(*words, "--fault", "one-way").out)
    failed = {check for check, status in verdicts(failing).items() if status in {"failed", "error"}}
    assert failed
    kept = tmp_path / ".qa-sync" / "last-failed.ndjson"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert set(verdicts(json.loads(qa_sync(*words, "--fault", "one-way", "--last-failed").out))) == failed
    assert verdicts(json.loads(qa_sync(*words, "--failed-first").out)).keys() == verdicts(failing).keys()
    assert [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()[1:]] == []
    kept.write_text("[" * 100_000, encoding="utf-8")  # none of ours: then nothing is known
    assert "no failures are known" in qa_sync(*words, "--last-failed").err
