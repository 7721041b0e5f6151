"""A database is opened for its owner only, brought to the newest version or left alone, and says what is wrong."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from qa_sync.errors import QaSyncError
from qa_sync.sqlite_file import Problem, explained, open_database, open_to_read, transaction

FIRST = "CREATE TABLE one (n INTEGER); INSERT INTO one VALUES (1);"
SECOND = "CREATE TABLE two (n INTEGER); INSERT INTO two SELECT n + 1 FROM one;"
BROKEN = "CREATE TABLE three (n INTEGER); INSERT INTO nowhere VALUES (1);"


class Found(QaSyncError):
    def __init__(self, problem: Problem, text: str) -> None:
        super().__init__(text)
        self.problem = problem


def opened(path: Path, *migrations: str, exclusive: bool = False, make_folder: bool = False) -> sqlite3.Connection:
    return open_database(
        path, migrations=migrations, explain=Found, pragmas={}, exclusive=exclusive, make_folder=make_folder
    )


def problem_of(path: Path, *migrations: str, exclusive: bool = False) -> Problem:
    with pytest.raises(Found) as caught:
        opened(path, *migrations, exclusive=exclusive)
    return caught.value.problem


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def make(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    return path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.sqlite"
    opened(path, FIRST, make_folder=True).close()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert (path.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_nothing_is_put_into_a_folder_that_was_there(tmp_path: Path) -> None:
    opened(tmp_path / "x.sqlite", FIRST, make_folder=True).close()
    assert [one.name for one in tmp_path.iterdir()] == ["x.sqlite"]


def test_a_file_goes_through_the_migrations_that_it_lacks_once(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    opened(path, FIRST).close()
    assert rows(path, "PRAGMA user_version") == [(1,)]
    for _ in range(2):
        opened(path, FIRST, SECOND).close()
    assert rows(path, "PRAGMA user_version") == [(2,)]
    assert rows(path, "SELECT one.n, two.n FROM one, two") == [(1, 2)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    opened(path, FIRST).close()
    assert problem_of(path, FIRST, SECOND, BROKEN) is Problem.OTHER
    assert rows(path, "SELECT name FROM sqlite_master") == [("one",)]
    assert rows(path, "PRAGMA user_version") == [(1,)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"these are notes " * 99, Problem.NOT_OURS),
        (b"SQLite format 3\0" + bytes(99), Problem.NOT_OURS),
        ("CREATE TABLE theirs (n)", Problem.NOT_OURS),
        ("CREATE TABLE theirs (n); PRAGMA user_version = -1", Problem.NOT_OURS),
        ("PRAGMA user_version = 2", Problem.WRONG_VERSION),
    ],
)
def test_a_file_that_is_refused_stays_as_it_is(tmp_path: Path, content: bytes | str, problem: Problem) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(content) if isinstance(content, bytes) else make(path, content)
    before = path.read_bytes()
    for exclusive in (False, True):
        with pytest.raises(Found) as caught:
            open_database(path, migrations=[FIRST], explain=Found, pragmas={"journal_mode": "WAL"}, exclusive=exclusive)
        assert caught.value.problem is problem
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.sqlite"]


def test_an_exclusive_file_is_locked_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    for _ in range(2):
        with closing(opened(path, FIRST, exclusive=True)):
            assert problem_of(path, FIRST) is problem_of(path, FIRST, exclusive=True) is Problem.LOCKED
    opened(path, FIRST).close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_without_room_is_reported_from_a_file_without_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    expected = {errno.ENOSPC: Problem.NO_SPACE, errno.EACCES: Problem.NO_ACCESS}[number]
    assert problem_of(tmp_path / "x.sqlite", FIRST) is expected


def test_a_folder_that_is_not_there_and_one_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert problem_of(tmp_path / "none" / "x.sqlite", FIRST) is Problem.NO_ACCESS
    assert problem_of(tmp_path / "file" / "x.sqlite", FIRST) is Problem.NO_ACCESS
    assert problem_of(tmp_path, FIRST) is Problem.NO_ACCESS


def test_problems_of_an_open_database(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "x.sqlite", FIRST)) as db:
        db.execute("PRAGMA max_page_count = 1")
        with pytest.raises(Found) as full, explained(Found):
            db.execute("CREATE TABLE more (n)")
        db.execute("PRAGMA query_only = ON")
        with pytest.raises(Found) as closed, explained(Found):
            db.execute("DELETE FROM one")
    assert [full.value.problem, closed.value.problem] == [Problem.NO_SPACE, Problem.NO_ACCESS]
    with pytest.raises(OSError, match="ours"), explained(Found):
        raise OSError("ours")


def test_a_damaged_page_is_reported(tmp_path: Path) -> None:
    path = make(tmp_path / "x.sqlite", "CREATE TABLE one (n INTEGER); PRAGMA user_version = 1")
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with closing(opened(path, FIRST)) as db, pytest.raises(Found) as caught, explained(Found):
        db.execute("SELECT * FROM one").fetchall()
    assert caught.value.problem is Problem.DAMAGED


def half_a_transaction(db: sqlite3.Connection) -> None:
    with transaction(db):
        db.execute("DELETE FROM one")
        _ = 1 / 0


def test_a_transaction_is_whole_or_not_at_all(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "x.sqlite", FIRST)) as db:
        with pytest.raises(ZeroDivisionError):
            half_a_transaction(db)
        assert db.execute("SELECT n FROM one").fetchall() == [(1,)]


def test_who_reads_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "?#%.sqlite"
    opened(path, FIRST).close()
    with open_to_read(path, Found) as db:
        assert db.execute("SELECT n FROM one").fetchall() == [(1,)]
    with pytest.raises(Found) as caught, open_to_read(path, Found) as db:
        db.execute("DELETE FROM one")
    assert caught.value.problem is Problem.NO_ACCESS


def test_reading_makes_no_file(tmp_path: Path) -> None:
    for recover in (False, True):
        with pytest.raises(Found) as caught, open_to_read(tmp_path / "x.sqlite", Found, recover=recover) as db:
            db.execute("SELECT 1 FROM sqlite_master")
        assert caught.value.problem is Problem.NO_ACCESS
    assert not any(tmp_path.iterdir())


@contextmanager
def killed(path: Path, journal_mode: str) -> Iterator[Path]:
    """Yield a folder with the files as a process leaves them that is killed in the middle of a transaction."""
    left = path.parent / "left"
    left.mkdir()
    with closing(opened(path, FIRST)) as db:
        for pragma in (f"journal_mode = {journal_mode}", "cache_size = 1", "wal_autocheckpoint = 0"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("INSERT INTO one VALUES (2)")
        db.execute("BEGIN")
        db.executemany("INSERT INTO one VALUES (?)", [(n,) for n in range(9999)])
        for file in path.parent.glob(f"{path.name}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, left)
        yield left / path.name
        db.execute("ROLLBACK")


@pytest.mark.parametrize(("journal_mode", "recover"), [("DELETE", True), ("WAL", True), ("WAL", False)])
def test_what_a_killed_process_left_half_written_is_not_read(
    tmp_path: Path, journal_mode: str, *, recover: bool
) -> None:
    with killed(tmp_path / "x.sqlite", journal_mode) as path:
        assert len([*path.parent.iterdir()]) == 2
        with open_to_read(path, Found, recover=recover) as db:
            assert db.execute("SELECT n FROM one").fetchall() == [(1,), (2,)]
