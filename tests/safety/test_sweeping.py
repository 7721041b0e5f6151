"""The final cleanup: a run's records are found by id and by mark, and removed; the rest is reported with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from memory import MARK, OTHER_MARK, Memory, away, card, owned

from qa_sync.errors import NoVerdict, SystemUnreachable
from qa_sync.systems.journal import journaled_system as journaled_module
from qa_sync.systems.journal.cleanup import Cleanup
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journaled_module, "LOOKUP_DELAYS_S", (0.0,))


@pytest.fixture
def acme() -> Memory:
    return Memory()


@pytest.fixture
def ours(tmp_path: Path, acme: Memory) -> Iterator[RunRecords]:
    found = owned(tmp_path, acme, (MARK, OTHER_MARK))
    yield found
    found.journal.close()


def told(ours: RunRecords, acme: Memory, spared: frozenset[str] = frozenset()) -> list[tuple[str | None, str | None]]:
    return [(entry.id, entry.why) for entry in Cleanup(ours, lambda _: acme, lambda: None, spared)()]


def made(ours: RunRecords, acme: Memory, datatype: str, **more: str) -> str:
    return JournaledSystem(acme, acme, ours).insert(datatype, {"name": MARK, **more}).id


def test_a_run_without_records_sends_no_request(acme: Memory, ours: RunRecords) -> None:
    assert told(ours, acme) == []
    assert acme.asked == []


def test_what_refers_to_others_goes_first_whenever_it_was_made(acme: Memory, ours: RunRecords) -> None:
    first = made(ours, acme, "order")
    contact = made(ours, acme, "contact")
    acme.held["order", first]["contact_id"] = contact
    assert told(ours, acme) == []
    assert [call for call in acme.asked if call.startswith("delete")] == [
        f"delete order {first}",
        f"delete contact {contact}",
    ]
    assert acme.held == {}


def test_a_counterpart_that_came_late_is_found_by_the_mark(acme: Memory, ours: RunRecords) -> None:
    JournaledSystem(acme, acme, ours).delete("contact", made(ours, acme, "contact"))
    acme.put("contact", "late", name=f"{MARK} x")
    theirs = acme.put("contact", "theirs", name="Kari")
    assert told(ours, acme) == []
    assert acme.held == {("contact", "theirs"): theirs.data}


def test_an_unreadable_record_does_not_stop_the_cleanup(acme: Memory, ours: RunRecords) -> None:
    made(ours, acme, "contact")
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    acme.put("contact", "theirs", name=deep)
    assert told(ours, acme) == []
    assert set(acme.held) == {("contact", "theirs")}


def test_a_counterpart_that_appears_during_the_cleanup(acme: Memory, ours: RunRecords) -> None:
    made(ours, acme, "contact")
    waits: list[int] = []

    def wait() -> None:
        waits.append(1)
        if len(waits) == 2:
            acme.put("contact", "later", name=MARK)

    assert Cleanup(ours, lambda _: acme, wait)() == ()
    assert acme.held == {}


def test_a_counterpart_that_the_sync_makes_again_while_it_is_removed(acme: Memory, ours: RunRecords) -> None:
    contact = made(ours, acme, "contact")
    ours.claim(acme.put("contact", "theirs", name=MARK), acme.cards["contact"])
    again: list[str] = []

    def sync(call: str) -> None:
        if call == f"delete contact {contact}" and not again:
            again.append("again")

    acme.trouble = sync
    waits: list[int] = []

    def wait() -> None:
        waits.append(1)
        if len(waits) == 1:
            acme.put("contact", *again, name=MARK)

    assert Cleanup(ours, lambda _: acme, wait)() == ()
    assert again
    assert acme.held == {}


def test_an_intent_without_a_response_is_searched(acme: Memory, ours: RunRecords) -> None:
    acme.trouble = away("inserted")
    with suppress(SystemUnreachable):
        made(ours, acme, "contact")
    acme.trouble = away()
    assert told(ours, acme) == []
    assert acme.held == {}


def test_an_intent_that_was_never_executed_is_not_a_leftover(acme: Memory, ours: RunRecords) -> None:
    acme.trouble = away("insert ")
    with suppress(SystemUnreachable):
        made(ours, acme, "contact")
    assert told(ours, acme) == []
    assert [entry.state for entry in ours.entries()] == ["removed"]


def test_an_intent_is_searched_among_all_records_in_the_end(acme: Memory, ours: RunRecords) -> None:
    acme.trouble = away("insert ")
    with suppress(SystemUnreachable):
        made(ours, acme, "contact")
    told(ours, acme)
    assert "list contact" in acme.asked  # our clock may be far from the system's


def test_a_cleanup_that_could_not_read_a_system(acme: Memory, ours: RunRecords) -> None:
    acme.trouble = away("insert ", "list")
    with suppress(SystemUnreachable):
        made(ours, acme, "contact")
    assert told(ours, acme) == [(None, "no answer to list contact")]
    assert [entry.state for entry in ours.entries()] == ["intended"]  # the next cleanup tries again


def test_an_unreachable_system_is_reported_and_retried_next_time(acme: Memory, ours: RunRecords) -> None:
    contact = made(ours, acme, "contact")
    acme.trouble = away("delete")
    assert told(ours, acme) == [(contact, f"no answer to delete contact {contact}")]
    acme.trouble = away()
    assert told(ours, acme) == []
    assert acme.held == {}


def test_a_record_that_no_api_can_delete_is_always_reported_and_never_tried(tmp_path: Path) -> None:
    acme = Memory("Acme", card("order", cannot={"delete": "there is no endpoint"}))
    ours = owned(tmp_path, acme)
    order = made(ours, acme, "order")
    for _ in range(2):
        assert told(ours, acme) == [(order, "there is no endpoint")]
    assert not any(call.startswith("delete") for call in acme.asked)
    ours.journal.close()


def test_a_record_is_removed_even_if_the_journal_cannot_be_written(
    acme: Memory, ours: RunRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise NoVerdict("the journal cannot be used: database or disk is full")

    for name in ("note_created", "claim", "removed", "left", "note_not_created"):
        monkeypatch.setattr(ours.journal, name, full)
    made(ours, acme, "contact")
    acme.put("contact", "theirs", name="Ola")
    acme.put("order", "late", name=MARK)
    acme.clings = True
    assert told(ours, acme) == [
        ("c1", "Acme reported success for deleting contact c1, but the record still exists"),
        ("late", "Acme reported success for deleting order late, but the record still exists"),
    ]
    acme.clings = False
    assert told(ours, acme) == []
    assert set(acme.held) == {("contact", "theirs")}


def test_records_kept_on_purpose_stay(acme: Memory, ours: RunRecords) -> None:
    contact = made(ours, acme, "contact")
    other = JournaledSystem(acme, acme, ours).insert("contact", {"name": OTHER_MARK}).id
    assert told(ours, acme, frozenset({MARK})) == []
    assert set(acme.held) == {("contact", contact)} != {("contact", other)}


def test_records_that_hold_each_other_are_tried_until_nothing_helps(acme: Memory, ours: RunRecords) -> None:
    acme.cards = {**acme.cards, "contact": card("contact", "order")}  # a circle: no order of removal is the right one
    contact, order = made(ours, acme, "contact"), made(ours, acme, "order")
    acme.held["order", order]["contact_id"] = contact
    acme.put("order", "theirs", contact_id=contact)
    assert told(ours, acme) == [(contact, f"contact {contact} is referred to")]
