"""The databases of users: those of each earlier version are opened, those of others and of later ones left alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_sync.audit.records.link_store import linked_ids
from qa_sync.errors import NoVerdict, QaSyncError, UsageError
from qa_sync.reports.history.store import append_run, read_verdicts
from qa_sync.running.results import Results
from qa_sync.sync.store.links import Links, PendingCreate
from qa_sync.systems.journal.journal import Journal

NOW = datetime(2024, 2, 29, tzinfo=UTC)

STORE_1 = """
CREATE TABLE links (id INTEGER PRIMARY KEY, section TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    UNIQUE (section, source), UNIQUE (section, target));
CREATE TABLE synced (link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (link, side, property)) WITHOUT ROWID;
CREATE TABLE intents (section TEXT NOT NULL, source TEXT NOT NULL, known INTEGER NOT NULL, given TEXT NOT NULL,
    sent TEXT NOT NULL, PRIMARY KEY (section, source)) WITHOUT ROWID;
CREATE TABLE sending (link INTEGER NOT NULL, side TEXT NOT NULL, given TEXT NOT NULL, sent TEXT NOT NULL, revision TEXT,
    PRIMARY KEY (link, side)) WITHOUT ROWID;
CREATE TABLE lists (
    name TEXT PRIMARY KEY, watermark TEXT, moved TEXT, definition TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE records (list TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (list, id)) WITHOUT ROWID;
CREATE TABLE found_by (
    list TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE refs (list TEXT NOT NULL, id TEXT NOT NULL, datatype TEXT NOT NULL, pointed TEXT NOT NULL);
CREATE TABLE todo (number INTEGER PRIMARY KEY, lane TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL,
    state TEXT NOT NULL, data TEXT, told TEXT, seen INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0,
    UNIQUE (lane, side, id));
INSERT INTO links VALUES (1, 's', '1', 'a');
PRAGMA user_version = 1;
"""
STORE_1_LATER = (
    STORE_1
    + """
CREATE TABLE whole (list TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE homes (system TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE clocks (system TEXT PRIMARY KEY, ahead_s REAL NOT NULL) WITHOUT ROWID;
INSERT INTO homes VALUES ('Shop', 'shop.example');
"""
)
STORE_3 = (
    STORE_1_LATER
    + """
CREATE TABLE unstored (link INTEGER NOT NULL, side TEXT NOT NULL, property TEXT NOT NULL, stored TEXT NOT NULL,
    problem TEXT NOT NULL, PRIMARY KEY (link, side, property)) WITHOUT ROWID;
INSERT INTO intents VALUES ('s', '2', 7, '{"name": "\\"Ada\\""}', '{}');
PRAGMA user_version = 3;
"""
)
JOURNAL_1 = """
CREATE TABLE runs (id TEXT PRIMARY KEY, started TEXT NOT NULL, seed TEXT NOT NULL, specs TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, begun TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE places (run TEXT NOT NULL, system TEXT NOT NULL, url TEXT NOT NULL, datatype TEXT NOT NULL,
    entity TEXT NOT NULL, PRIMARY KEY (run, system, datatype)) WITHOUT ROWID;
CREATE TABLE records (number INTEGER PRIMARY KEY, run TEXT NOT NULL, system TEXT NOT NULL, datatype TEXT NOT NULL,
    mark TEXT NOT NULL, payload TEXT NOT NULL, id TEXT, state TEXT NOT NULL, why TEXT, counterpart INTEGER NOT NULL,
    UNIQUE (run, system, datatype, id));
CREATE TABLE sections (run TEXT NOT NULL, spec TEXT NOT NULL, key TEXT NOT NULL, print TEXT NOT NULL,
    events TEXT NOT NULL, PRIMARY KEY (run, spec, key)) WITHOUT ROWID;
INSERT INTO runs VALUES ('old', '2024-02-29T00:00:00+00:00', 'seed', '[]', 'here', 1, '', 'ended');
PRAGMA user_version = 1;
"""


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def make(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    return path


@pytest.mark.parametrize("script", [STORE_1, STORE_1_LATER, STORE_3])
def test_a_store_of_links_of_the_version_before(tmp_path: Path, script: str) -> None:
    path = make(tmp_path / "links.db", script)
    for _ in range(2):
        links = Links(path)
        link = links.by_source("s", "1")
        assert link is not None
        assert link.target == "a"
        assert links.state.read("SELECT count(*) FROM whole, clocks").fetchone() == (0,)
        links.close()
    assert rows(path, "SELECT system FROM homes") == ([("Shop",)] if script is not STORE_1 else [])
    assert rows(path, "PRAGMA user_version") == [(4,)]
    assert [*linked_ids(path, "s")] == [("1", "a")]


def test_a_pending_create_of_the_version_before_has_no_time(tmp_path: Path) -> None:
    links = Links(make(tmp_path / "links.db", STORE_3))
    assert links.pending_creates("s") == {"2": PendingCreate(7, {"name": '"Ada"'}, {}, None)}
    links.close()


def test_a_journal_of_the_version_before(tmp_path: Path) -> None:
    path = make(tmp_path / "journal.sqlite", JOURNAL_1)
    for _ in range(2):
        journal = Journal(path)
        assert [run.id for run in journal.runs()] == ["old"]
        assert journal.preexisting_ids("old") == {}
        journal.close()
    assert rows(path, "PRAGMA user_version") == [(2,)]


def a_store(path: Path) -> None:
    Links(path).close()


def a_journal(path: Path) -> None:
    Journal(path).close()


def a_history(path: Path) -> None:
    append_run(Results("replay", "s", NOW, 1.0, (), ()), path, {}, lambda: NOW)


@pytest.mark.parametrize(("use", "version"), [(a_store, 4), (a_journal, 2), (a_history, 1), (read_verdicts, 0)])
def test_an_empty_file_is_a_new_one(tmp_path: Path, use: Callable[[Path], object], version: int) -> None:
    path = tmp_path / "x.sqlite"
    path.touch()
    for _ in range(2):
        use(path)
    assert rows(path, "PRAGMA user_version") == [(version,)]


@pytest.mark.parametrize(
    ("use", "version", "error"),
    [(a_store, 4, UsageError), (a_journal, 2, NoVerdict), (a_history, 1, UsageError), (read_verdicts, 1, UsageError)],
)
@pytest.mark.parametrize("script", ["CREATE TABLE theirs (n)", "PRAGMA user_version = 99"])
def test_another_program_s_database_and_a_later_version_are_left_alone(
    tmp_path: Path, use: Callable[[Path], object], version: int, error: type[QaSyncError], script: str
) -> None:
    path = make(tmp_path / "x.sqlite", script)
    before = path.read_bytes()
    with pytest.raises(error, match=f"version 99, expected {version}|another program's database") as caught:
        use(path)
    assert caught.value.hint
    assert path.read_bytes() == before


def test_links_that_a_sync_is_using_are_not_called_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = Links(tmp_path / "links.db")
    monkeypatch.setattr("qa_sync.audit.records.link_store.WAIT_S", 0.05)
    with pytest.raises(UsageError, match="a sync is using it"):
        list(linked_ids(tmp_path / "links.db", "s"))
    links.close()
