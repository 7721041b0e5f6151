"""What may be written to a live system, and what the journal holds at that time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from memory import MARK, OTHER_MARK, STARTED, Memory, away, card, owned, places
from msgspec.structs import replace
from waits import GUARD_S

from qa_sync.errors import (
    InternalError,
    InvalidResponse,
    NoVerdict,
    QaSyncError,
    RequestRejected,
    SystemUnreachable,
    UsageError,
)
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.journal import journaled_system as module
from qa_sync.systems.journal.journal import ALL_RECORDS, Journal
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.system import Record
from qa_sync.values.form import Form


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKUP_DELAYS_S", (0.0, 0.0))


@pytest.fixture
def acme() -> Memory:
    return Memory()


@pytest.fixture
def ours(tmp_path: Path, acme: Memory) -> Iterator[RunRecords]:
    found = owned(tmp_path, acme)
    yield found
    found.journal.close()


def states(ours: RunRecords) -> list[tuple[str | None, str]]:
    return [(entry.id, entry.state) for entry in ours.entries()]


def on_disk(path: Path) -> list[tuple[str | None, str, str]]:
    with sqlite3.connect(path / "journal.sqlite") as db:
        return db.execute("SELECT id, state, mark FROM records").fetchall()


def test_an_intent_is_on_disk_before_the_call(tmp_path: Path, acme: Memory, ours: RunRecords) -> None:
    seen: list[list[tuple[str | None, str, str]]] = []
    acme.trouble = lambda call: seen.append(on_disk(tmp_path)) if "insert" in call else None
    made = JournaledSystem(acme, acme, ours).insert("contact", {"name": f"{MARK} Kari"}).id
    assert seen[0] == [(None, "intended", MARK)]
    assert on_disk(tmp_path) == [(made, "made", MARK)]
    assert "Kari" not in (tmp_path / "journal.sqlite").read_text(encoding="latin-1")  # only a fingerprint of values


def test_a_removal_is_noted_when_a_read_has_shown_it(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)
    made = system.insert("contact", {"name": MARK}).id
    acme.clings = True
    with pytest.raises(InvalidResponse, match="the record still exists"):
        system.delete("contact", made)
    assert states(ours) == [(made, "made")]
    acme.clings = False
    system.delete("contact", made)
    assert states(ours) == [(made, "removed")]


def test_a_record_that_no_run_created_is_not_touched(acme: Memory, ours: RunRecords) -> None:
    theirs = acme.put("contact", "c1", name="Ola")
    system = JournaledSystem(acme, acme, ours)
    with pytest.raises(InternalError, match="does not belong to the run"):
        system.update(theirs, {"name": "x"})
    with pytest.raises(InternalError, match="does not belong to the run"):
        system.delete("contact", "c1")
    assert acme.held == {("contact", "c1"): {"name": "Ola"}}
    assert states(ours) == []


def test_a_counterpart_is_known_by_the_mark(acme: Memory, ours: RunRecords) -> None:
    theirs, counterpart = acme.put("contact", "c1", name="Ola"), acme.put("contact", "c2", name=f"{MARK.upper()} x")
    system = JournaledSystem(acme, acme, ours)
    assert list(system.list("contact")) == [theirs, counterpart]
    assert states(ours) == [("c2", "made")]
    system.update(Record("Acme", "contact", "c2", {"name": "the sync has emptied it"}), {"name": "y"})
    system.delete("contact", "c2")
    assert set(acme.held) == {("contact", "c1")}


@pytest.mark.parametrize(
    ("created", "ours_then"),
    [
        ({"createdAt": "2026-01-31T09:00:00Z"}, False),
        ({"createdAt": "2026-01-31T11:55:00Z"}, True),  # clocks differ
        ({"createdDate": "2026-01-31T12:00:05.250Z"}, True),
        ({"date_created_gmt": "2026-01-31T09:00:00"}, False),
        ({"date_created": "2026-01-31T09:00:00"}, True),  # a local time of an unknown zone
        ({"created": "yesterday"}, True),
        ({}, True),
    ],
)
def test_a_pre_existing_record_is_not_owned_even_after_a_sync_write(
    created: dict[str, str], ours_then: bool, acme: Memory, ours: RunRecords
) -> None:
    record = acme.put("contact", "c1", name=MARK, **created)
    system = JournaledSystem(acme, acme, ours)
    assert list(system.list("contact")) == [record]
    if ours_then:
        system.delete("contact", "c1")
        assert acme.held == {}
        return
    with pytest.raises(RequestRejected, match="existed before it"):
        system.update(record, {"name": "x"})
    with pytest.raises(RequestRejected, match="existed before it"):
        system.delete("contact", "c1")
    assert acme.held["contact", "c1"] == {"name": MARK, **created}


def test_a_writable_timestamp_does_not_show_when_a_record_was_created(acme: Memory, ours: RunRecords) -> None:
    record = acme.put("contact", "c1", name=MARK, created_at="1999-01-01T00:00:00Z")
    known = acme.cards["contact"]
    assert not ours.claim(record, known)
    assert ours.claim(record, replace(known, properties={"created_at": PropertyCard("created_at", Form())}))


def test_a_pre_existing_record_without_a_timestamp_is_not_owned_after_a_sync_write(
    tmp_path: Path, acme: Memory
) -> None:
    theirs = acme.put("contact", "c1", name="Ola")
    ours = owned(tmp_path, acme)
    acme.held["contact", "c1"]["name"] = f"{MARK} Kari"
    acme.put("contact", "c2", name=f"{MARK} Kari")
    again = RunRecords(ours.journal, ours.run, [MARK], ours.since)  # as cleanup has it, long after
    for mine in (ours, again):
        system = JournaledSystem(acme, acme, mine)
        assert [mine.claim(record, acme.cards["contact"]) for record in system.list("contact")] == [False, True]
        with pytest.raises(RequestRejected, match="existed before it"):
            system.delete("contact", theirs.id)
    assert [e.id for e in ours.entries()] == ["c2"]
    ours.journal.close()


def test_without_a_list_of_pre_existing_records_nothing_is_owned(tmp_path: Path, acme: Memory) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    ours = RunRecords(journal, journal.begin("s", ["a.txt"], STARTED, places(acme)), [MARK], STARTED)
    record = acme.put("contact", "c1", name=MARK)
    assert not ours.claim(record, acme.cards["contact"])
    reported = acme.put("contact", "c2", name=MARK, created="2026-01-31T12:00:00Z")
    assert ours.claim(reported, acme.cards["contact"])
    journal.close()


def test_without_permission_to_list_nothing_is_recorded_and_nothing_owned(tmp_path: Path, acme: Memory) -> None:
    def closed(call: str) -> None:
        if call == "list order":
            raise RequestRejected("orders are not for you", status=403)

    acme.trouble = closed
    ours = owned(tmp_path, acme)
    assert ours.journal.preexisting_ids(ours.run.id) == {("Acme", "contact"): {ALL_RECORDS}}
    assert not ours.claim(acme.put("order", "o1", name=MARK), acme.cards["order"])
    ours.journal.close()


def test_with_creation_times_only_the_newest_records_are_recorded(tmp_path: Path, acme: Memory) -> None:
    acme.put("contact", "c1", name="Ola", created="2026-01-30T12:00:00Z")
    acme.asked.clear()
    ours = owned(tmp_path, acme)
    assert acme.looked == ["list contact", "list contact since", "list order"]
    assert ours.journal.preexisting_ids(ours.run.id) == {("Acme", "contact"): {"c1"}, ("Acme", "order"): {ALL_RECORDS}}
    silent = acme.put("contact", "c2", name=MARK)  # whether this one is pre-existing is unknown
    assert not ours.claim(silent, acme.cards["contact"])
    ours.journal.close()


def test_a_record_created_just_before_the_run_is_not_owned_even_after_a_sync_write(
    tmp_path: Path, acme: Memory
) -> None:
    """Clocks differ, so its age alone is not enough."""
    theirs = acme.put("contact", "c1", name="Ola", created="2026-01-31T11:59:00Z")
    ours = owned(tmp_path, acme)
    acme.held["contact", "c1"]["name"] = MARK
    assert not ours.claim(theirs, acme.cards["contact"])
    assert not RunRecords(ours.journal, ours.run, [MARK], ours.since).claim(theirs, acme.cards["contact"])
    ours.journal.close()


def test_a_record_that_another_client_creates_meanwhile_is_not_owned(acme: Memory, ours: RunRecords) -> None:
    acme.put("contact", "c1", name="Ola", created="2026-01-31T12:00:01Z")
    list(JournaledSystem(acme, acme, ours).list("contact"))
    acme.held["contact", "c1"]["name"] = MARK
    with pytest.raises(RequestRejected, match="existed before it"):
        JournaledSystem(acme, acme, ours).delete("contact", "c1")
    assert states(ours) == []


def test_pre_existing_records_are_read_before_the_intent(acme: Memory, ours: RunRecords) -> None:
    def look() -> None:
        raise SystemUnreachable("nobody can tell")

    with pytest.raises(SystemUnreachable):
        JournaledSystem(acme, acme, ours, look).insert("contact", {"name": MARK})
    assert states(ours) == []
    assert acme.asked == []


def test_an_id_that_is_reused_for_the_record_of_another_client(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)
    made = system.insert("contact", {"name": MARK}).id
    system.delete("contact", made)
    theirs = acme.put("contact", made, name="Ola")
    system.delete("contact", made)
    with pytest.raises(InternalError, match="does not belong to the run"):
        system.update(theirs, {"name": "x"})
    assert acme.held == {("contact", made): {"name": "Ola"}}


def test_an_id_that_is_given_again_to_a_counterpart(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)
    made = system.insert("contact", {"name": MARK}).id
    system.delete("contact", made)
    acme.put("contact", made, name=f"{MARK} again")
    list(system.list("contact"))
    assert states(ours) == [(made, "made")]
    system.delete("contact", made)
    assert acme.held == {}


def test_no_journal_no_write(acme: Memory, ours: RunRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise NoVerdict("the journal cannot be used: database or disk is full")

    monkeypatch.setattr(ours.journal, "note_intent", full)
    with pytest.raises(NoVerdict, match="disk is full"):
        JournaledSystem(acme, acme, ours).insert("contact", {"name": MARK})
    assert acme.asked == []


def test_who_made_a_record_knows_its_id_though_the_journal_cannot(
    tmp_path: Path, acme: Memory, ours: RunRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise NoVerdict("the journal cannot be used: database or disk is full")

    system = JournaledSystem(acme, acme, ours)
    monkeypatch.setattr(ours.journal, "note_created", full)
    monkeypatch.setattr(ours.journal, "removed", full)
    made = system.insert("contact", {"name": MARK}).id
    assert on_disk(tmp_path) == [(None, "intended", MARK)]
    assert states(ours) == [(made, "made")]
    system.delete("contact", made)
    assert acme.held == {}
    assert states(ours) == [(made, "removed")]


def test_a_create_with_a_lost_response_stays_an_intent(acme: Memory, ours: RunRecords) -> None:
    acme.trouble = away("inserted")
    with pytest.raises(SystemUnreachable):
        JournaledSystem(acme, acme, ours).insert("contact", {"name": MARK})
    assert states(ours) == [(None, "intended")]
    acme.trouble = away()
    list(JournaledSystem(acme, acme, ours).list("contact"))
    assert states(ours) == [("c1", "made")]


def test_a_record_listed_before_its_create_response_is_recorded_once(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)

    def look(call: str) -> None:
        if call == "inserted contact":
            list(system.list("contact"))

    acme.trouble = look
    made = system.insert("contact", {"name": MARK}).id
    assert states(ours) == [(made, "made")]


def test_a_place_that_the_run_has_no_business_with(acme: Memory, ours: RunRecords) -> None:
    acme.cards = {**acme.cards, "invoice": card("invoice")}
    with pytest.raises(InternalError, match="does not use Acme invoice"):
        JournaledSystem(acme, acme, ours).insert("invoice", {"name": MARK})
    assert acme.held == {}


def test_the_started_time_is_that_of_the_run(ours: RunRecords) -> None:
    assert ours.run.started == STARTED
    assert ours.run.alive
    with pytest.raises(QaSyncError, match="also has the seed s"):
        ours.journal.begin("s", ["b.txt"], STARTED, [])


def test_pre_existing_records_stay_recorded_until_the_run_is_cleaned_up(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)
    made = system.insert("contact", {"name": MARK}).id
    ours.journal.begin("t", [], STARTED + timedelta(days=30), [])
    assert ours.journal.preexisting_ids(ours.run.id)
    system.delete("contact", made)
    ours.journal.begin("u", [], STARTED + timedelta(days=6), [])
    assert ours.journal.preexisting_ids(ours.run.id)
    ours.journal.begin("v", [], STARTED + timedelta(days=8), [])
    assert not ours.journal.preexisting_ids(ours.run.id)


def test_marks_that_records_of_an_earlier_run_bear(acme: Memory, ours: RunRecords) -> None:
    system = JournaledSystem(acme, acme, ours)
    made = system.insert("contact", {"name": MARK}).id
    ours.journal.end(ours.run.id)
    with pytest.raises(UsageError, match="1 records of earlier runs with the seed s still exist"):
        ours.journal.begin("s", ["a.txt"], STARTED, [], {MARK})
    ours.journal.begin("s", ["b.txt"], STARTED, [], {OTHER_MARK})
    ours.journal.end(ours.journal.runs()[-1].id)
    system.delete("contact", made)
    ours.journal.begin("s", ["a.txt"], STARTED, [], {MARK})


def test_of_runs_that_begin_at_one_moment_with_one_seed_one_begins(tmp_path: Path) -> None:
    together = Barrier(6, timeout=GUARD_S)

    def begins(_: int) -> bool:
        with closing(Journal(tmp_path / "journal.sqlite")) as journal:
            together.wait()
            try:
                journal.begin("s", ["a.txt"], STARTED, [])
            except UsageError:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(begins, range(6))) == 1
