"""Which runs `qa-sync cleanup` processes, and where it writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from memory import MARK, STARTED, URL, Memory, places

from qa_sync.errors import QaSyncError, UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.modes.live_systems import cleanup as cleaning
from qa_sync.modes.live_systems.cleanup import LazyConnections, clean_up, select_runs
from qa_sync.settings.model import Settings, SystemSettings
from qa_sync.systems.journal.journal import NAME, Journal
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.journal.rows import JournaledRun


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Memory:
    system = Memory()
    monkeypatch.setattr(LazyConnections, "_connect", lambda *_: system)
    monkeypatch.setattr("qa_sync.systems.journal.journaled_system.LOOKUP_DELAYS_S", (0.0,))
    return system


def settings(tmp_path: Path, url: str = URL, *, writes: bool = True, production: bool = False) -> Settings:
    own = SystemSettings("Acme", Location("x"), url=url, writes=writes, production=production)
    return Settings(tmp_path / "qa-sync.toml", {"Acme": own})


def dead_run(tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch, seed: str = "s") -> JournaledRun:
    """Note a run that made a record and was killed."""
    journal = Journal(tmp_path / NAME)
    monkeypatch.setattr("qa_sync.systems.journal.journal.process_started", lambda _pid: "long ago")
    run = journal.begin(seed, ["a.txt"], STARTED, places(acme))
    ours = RunRecords(journal, run, [MARK], STARTED)
    for place in run.places:
        ours.note_preexisting(place, acme)
    JournaledSystem(acme, acme, ours).insert("contact", {"name": MARK})
    journal.close()
    monkeypatch.setattr("qa_sync.clock.time.sleep", lambda _: None)
    return run


def test_a_killed_run_is_cleaned_up_and_checked_once_more(
    tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dead_run(tmp_path, acme, monkeypatch)
    told: list[str] = []
    (cleaned,) = clean_up(settings(tmp_path), notify=told.append)
    assert [line.split()[:2] for line in told] == [["removing", "Acme"]]
    assert (cleaned.run.id, cleaned.removed, cleaned.not_removed, cleaned.open) == (run.id, 1, (), 0)
    acme.put("contact", "late", name=MARK)
    assert [each.removed for each in clean_up(settings(tmp_path))] == [1]
    assert acme.held == {}
    assert list(clean_up(settings(tmp_path))) == []
    assert [each.removed for each in clean_up(settings(tmp_path), run.id)] == [0]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"url": "https://other.example"}, "it was created at https://acme.example"),
        ({"production": True}, "production = true"),
        ({"writes": False}, "read-only"),
    ],
)
def test_nothing_is_removed_where_the_settings_forbid_it_or_mean_another_system(
    told: dict[str, object], why: str, tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead_run(tmp_path, acme, monkeypatch)
    before = dict(acme.held)
    (cleaned,) = clean_up(settings(tmp_path, **told))  # type: ignore[arg-type]
    assert (cleaned.removed, cleaned.open) == (0, 1)
    assert why in cleaned.not_removed[0].why
    assert acme.held == before


def test_an_id_that_the_system_reused_for_another_record(
    tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dead_run(tmp_path, acme, monkeypatch)
    acme.held["contact", "c1"] = {"name": "Ola"}  # ours was removed by hand, and its number was free again
    (cleaned,) = clean_up(settings(tmp_path))
    assert (cleaned.removed, cleaned.open) == (0, 0)
    assert [lost.id for lost in cleaned.not_removed] == ["c1"]
    assert "may belong to someone else" in cleaned.not_removed[0].why
    list(clean_up(settings(tmp_path), run.id))
    assert acme.held == {("contact", "c1"): {"name": "Ola"}}


def test_a_journal_of_the_version_before(tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    dead_run(tmp_path, acme, monkeypatch)
    with closing(sqlite3.connect(tmp_path / NAME)) as db:
        db.executescript("DROP TABLE standing; PRAGMA user_version = 1")
    (cleaned,) = clean_up(settings(tmp_path))
    assert (cleaned.removed, cleaned.open) == (1, 0)


def test_a_run_that_is_in_progress_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / NAME)
    run = journal.begin("s", ["a.txt"], STARTED, [])
    assert select_runs(journal, None, None) == ()
    with pytest.raises(UsageError, match="is in progress"):
        select_runs(journal, run.id, None)
    with pytest.raises(UnknownName, match="unknown run"):
        select_runs(journal, "x", None)
    journal.close()


def test_a_run_of_another_machine_is_cleaned_up_when_the_user_confirms_that_it_ended(
    tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as there:
        there.setattr("qa_sync.systems.journal.journal.HOST", "container-1")
        run = dead_run(tmp_path, acme, there)
    for age in (None, timedelta(days=36_500)):
        (cleaned,) = clean_up(settings(tmp_path), run.id, age)
        assert (cleaned.removed, cleaned.open, [lost.id for lost in cleaned.not_removed]) == (0, 1, ["c1"])
        assert "may be in progress on container-1" in cleaned.not_removed[0].why
    assert [each.open for each in clean_up(settings(tmp_path))] == [1]
    assert acme.held
    (cleaned,) = clean_up(settings(tmp_path), older_than=timedelta(hours=1))
    assert (cleaned.removed, cleaned.not_removed) == (1, ())
    assert acme.held == {}


def test_runs_that_are_not_old_enough(tmp_path: Path, acme: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    dead_run(tmp_path, acme, monkeypatch)
    journal = Journal(tmp_path / NAME)
    assert select_runs(journal, None, timedelta(days=36_500)) == ()
    journal.close()


def test_without_a_journal_cleanup_does_nothing_and_creates_none(tmp_path: Path) -> None:
    assert list(clean_up(settings(tmp_path))) == []
    with pytest.raises(QaSyncError, match="unknown run"):
        list(clean_up(settings(tmp_path), "x"))
    assert list(tmp_path.iterdir()) == []
    assert cleaning.NEXT["begun"] == "ended"
