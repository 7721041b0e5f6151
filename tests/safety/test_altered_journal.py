"""A journal with a row that no run has written is an error: cleanup deletes nothing by it, whatever the row names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_caller import QaSync
from loopback import Loopback, loopback
from people_api import KEY, People, write_connector, write_settings

from qa_sync.systems.journal.journal import NAME, Journal
from qa_sync.systems.journal.rows import RecordLocation

PLACE = ("plain", "alpha")
OURS, FOREIGN = {"id": 1, "name": "Kari q0123abcd"}, {"id": 999, "name": "foreign"}
STARTED = datetime(2024, 2, 29, tzinfo=UTC)


@pytest.fixture
def people() -> People:
    made = People()
    made.stores[PLACE] = {"1": dict(OURS), "999": dict(FOREIGN)}
    return made


@pytest.fixture
def served(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Serve a record of an earlier run, which its journal has, and one of others."""
    monkeypatch.setenv("PEOPLE_KEY", KEY)
    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    with loopback(people) as api:
        write_settings(tmp_path, api.url)
        journal = Journal(tmp_path / NAME)
        place = RecordLocation("Alpha", api.url, "person", "person")
        run = journal.begin("seed", ["spec.txt"], STARTED, [place])
        journal.note_created(journal.note_intent(run.id, place, "q0123abcd", "payload"), "1")
        journal.end(run.id)
        journal.close()
        yield api


def cleaned_up(qa_sync: QaSync, folder: Path, statement: str, *values: object) -> tuple[int, str]:
    """Alter the journal and clean up; return the exit code and all output."""
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute(statement, values)
    done = qa_sync("cleanup", "--yes", "--config", str(folder / "qa-sync.toml"))
    assert "internal error" not in done.err
    assert "\x1b" not in done.out + done.err
    return done.code, done.out + done.err


@pytest.mark.usefixtures("served")
def test_the_journal_as_it_was_written(qa_sync: QaSync, people: People, tmp_path: Path) -> None:
    code, _ = cleaned_up(qa_sync, tmp_path, "UPDATE records SET why = why")
    assert (code, list(people.stores[PLACE])) == (0, ["999"])


ROWS: dict[str, list[tuple[str, object]]] = {
    "records": [
        *(("mark", mark) for mark in ("o", "foreign", "q", "q0123abcde", "Q0123ABCD", ".", b"\xff")),
        ("state", "x"),
        ("id", b"\xff"),
        ("why", b"\xff"),
    ],
    "runs": [
        *(("started", at) for at in ("", "x", "2024-02-29T00:00:00", "0001-01-01T00:00:00+00:00", 5, b"\xff")),
        *(("specs", specs) for specs in ("", '{"a":', "5", '{"a": 1}', "[1]", b"\xff")),
        ("state", "x"),
        ("pid", "x"),
        ("host", b"\xff"),
    ],
    "places": [("url", b"\xff"), ("entity", b"\xff")],
}


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("row", [(table, *row) for table, rows in ROWS.items() for row in rows])
def test_a_row_that_no_run_has_written_is_an_error(
    qa_sync: QaSync, people: People, tmp_path: Path, row: tuple[str, str, object]
) -> None:
    table, column, value = row
    code, told = cleaned_up(qa_sync, tmp_path, f"UPDATE {table} SET {column} = ?", value)  # noqa: S608 - of the table
    assert code == 3
    assert "journal.sqlite cannot be used: no run of qa-sync writes" in " ".join(told.split())
    assert list(people.stores[PLACE]) == ["1", "999"]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    "id", ["999", ".", "..", "", "/", "?x=1", "1?x=1", "#", "%2e", "\x00", "\n", "../../beta/people/1", "{{ 1 }}"]
)
def test_an_id_of_the_journal_leads_to_no_record_of_others(
    qa_sync: QaSync, people: People, tmp_path: Path, id: str
) -> None:
    cleaned_up(qa_sync, tmp_path, "UPDATE records SET id = ?", id)
    assert people.stores[PLACE]["999"] == FOREIGN
    deleted = [line for line in people.requests if line.startswith("DELETE")]
    assert [line for line in deleted if not line.startswith("DELETE /plain/alpha/people/1")] == []


@pytest.mark.usefixtures("served")
def test_the_password_in_a_url_of_the_journal_is_hidden(qa_sync: QaSync, tmp_path: Path) -> None:
    code, told = cleaned_up(qa_sync, tmp_path, "UPDATE places SET url = 'http://ann:pass-word-1@127.0.0.1:1/'")
    assert code == 3
    assert "it was created at http://(hidden)@127.0.0.1:1/" in told
    assert "pass-word-1" not in told
