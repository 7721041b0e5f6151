from __future__ import annotations

import shutil
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync
from msgspec.structs import replace

from qa_sync.errors import UsageError
from qa_sync.reports.history import store
from qa_sync.reports.history.store import Verdict, append_run, read_verdicts
from qa_sync.reports.history.trends import Sentence, coverage, flaky, sparkline, trends
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult

DAY = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "title\nEvery A becomes a B.\nIt keeps in sync.\n"


def run(*statuses: Status, latency: float = 1.0, mode: str = "live") -> Results:
    checks = tuple(
        CheckFinished("s.txt", "1-k", f"c{n}", "create", f"claim {n}", n + 2, status, latency_s=latency)
        for n, status in enumerate(statuses)
    )
    section = SectionResult("1-k", 1, "A to B", 1, None, checks)
    return Results(mode, "1", DAY, 1, (SpecResult("s.txt", "A to B", (section,)),), ())


def kept(path: Path, *runs: Results, text: str = TEXT) -> list[Verdict]:
    for n, one in enumerate(runs):
        append_run(one, path, {"s.txt": text}, lambda n=n: DAY + timedelta(days=n))  # type: ignore[misc]
    return read_verdicts(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store.history_path(tmp_path)


P, F, E, S = Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED


def test_what_is_kept_comes_back(path: Path) -> None:
    first, second = kept(path, run(P, F))
    assert (first.spec, first.section, first.kind, first.name, first.status) == ("s.txt", "1-k", "create", "c0", P)
    assert (second.line, second.sentence, second.status, second.latency_s) == (3, "It keeps in sync.", F, 1.0)
    assert first.ran == DAY


def test_only_the_owner_reads_it_and_no_one_commits_it(path: Path) -> None:
    kept(path, run(P))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (path.parent / ".gitignore").read_text() == "*\n"


def test_no_value_message_or_record_is_kept(path: Path) -> None:
    (spec,) = run(P).specs
    section = replace(
        spec.sections[0], checks=(replace(run(P).checks[0], message="canary", expected="canary", actual="canary"),)
    )
    kept(path, replace(run(P), specs=(replace(spec, sections=(section,)),)))
    assert b"canary" not in path.read_bytes()


def test_old_runs_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT_RUNS", 3)
    assert [v.run for v in kept(path, *[run(P)] * 5)] == [3, 4, 5]


def test_any_text_can_be_kept(path: Path) -> None:
    check = replace(run(P).checks[0], id="\ud800\0", title="\ud800", kind="x")
    section = SectionResult("1-k", 1, "A", 1, None, (check,))
    kept(path, replace(run(P), seed="\ud800", specs=(SpecResult("s.txt", "A", (section,)),)))
    assert len(read_verdicts(path)) == 1


def test_flaky_is_back_and_forth_not_broken_once(path: Path) -> None:
    found = kept(path, run(P, P, P), run(F, P, F), run(P, F, E), run(F, F, P), run(P, F, P))
    assert [(f.last.name, f.flips, f.share) for f in flaky(found)] == [("c0", 4, 1.0), ("c2", 2, 2 / 3)]


def test_a_trend_has_a_place_for_each_run(path: Path) -> None:
    found = kept(path, run(P, P, latency=1), run(F, P, latency=2), run(S, S), run(P, P, latency=9))
    (trend,) = trends(found)
    assert [*trend.statuses] == [P, F, S, P]
    assert [*trend.latencies] == [1, 2, None, 9]
    assert (trend.checks, trend.flaky) == (2, 1)


def test_a_sparkline_spans_low_to_high() -> None:
    assert sparkline([1, 2, None, 3]) == "▁▅·█"
    assert sparkline([5, 5]) == "▁▁"
    assert sparkline([None]) == "·"


def test_a_sentence_keeps_its_history_when_it_moves_and_not_when_it_changes(path: Path) -> None:
    found = kept(path, run(P, F), run(S, E))
    moved = Sentence("s.txt", "1-k", 40, "Every A becomes a B.", "Every A becomes a B.")
    changed = replace(moved, text="Every A becomes a C.", checked="Every A becomes a C.")
    elsewhere = replace(moved, section="2-k")
    reported = coverage([moved, changed, elsewhere], found)
    assert [(one.ran, one.status) for one in reported] == [(DAY, P), (None, None), (None, None)]


def test_a_file_that_is_no_history_is_reported(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("this is no database, and long enough to be looked at " * 10)
    with pytest.raises(UsageError, match="cannot use this file as the history"):
        read_verdicts(path)


def test_a_history_of_a_later_version_is_left_alone(path: Path) -> None:
    kept(path, run(P))
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="version 99"):
        read_verdicts(path)


@pytest.fixture
def here(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QaSync:
    """Run the program in a folder with the two documents, where a history may be kept."""
    for name in ("specs", "cassettes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.delenv("QA_SYNC_HISTORY")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    return qa_sync


def test_a_run_is_kept_and_told(here: QaSync, tmp_path: Path) -> None:
    for _ in range(2):
        here("check", "specs/000.txt", "-q")
    faulty = ("--fault", "truncate", "--section", "1", "--kind", "property", "--timeout", "20")
    here("check", "specs/000.txt", "-q", *faulty)
    result = here("history", "--mode", "replay")
    assert result.code == 0
    assert "specs/000.txt  2 runs, replay, " in result.out
    assert "  property             19        ✓✓        ▁▁        2.00 s\n" in result.out
    assert "1 run, sandbox" in here("history").out
    assert (tmp_path / ".qa-sync/history.sqlite").exists()


def test_coverage_names_every_sentence(here: QaSync) -> None:
    here("check", "specs/003.txt", "-q")
    result = here("history", "--coverage")
    assert "specs/003.txt  9 of 9 sentences and rows were verified" in result.out
    lines = [line.split()[0] for line in result.out.splitlines()[1:]]
    assert lines == ["14", "16", "18", "30", "32", "34", "46", "48", "50"]


@pytest.mark.parametrize(
    ("variable", "words", "is_kept"),
    [
        ("", [], True),
        ("", ["--no-history"], False),
        ("CI=true", [], False),
        ("CI=true", ["--history"], True),
        ("QA_SYNC_HISTORY=0", [], False),
    ],
)
def test_whether_it_is_kept(
    here: QaSync, monkeypatch: pytest.MonkeyPatch, variable: str, words: list[str], *, is_kept: bool
) -> None:
    if variable:
        monkeypatch.setenv(*variable.split("=", 1))
    assert here("check", "specs/000.txt", "-q", *words).code == 0
    assert Path(".qa-sync").exists() is is_kept


def test_a_history_that_cannot_be_kept_is_a_note(here: QaSync, tmp_path: Path) -> None:
    (tmp_path / ".qa-sync").write_text("a file where the folder should be")
    result = here("check", "specs/000.txt", "-q")
    assert result.code == 0
    assert "note: the run could not be recorded in .qa-sync/history.sqlite" in result.err


def test_no_history_is_reported(here: QaSync) -> None:
    result = here("history")
    assert result.code == 2
    assert "no run is recorded in .qa-sync/history.sqlite" in result.err
    here("check", "specs/000.txt", "-q")
    assert "hint: available: replay" in here("history", "--mode", "live").err
    assert "no run of these specs is recorded" in here("history", "specs/9.txt").err
