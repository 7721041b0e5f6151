"""What each fault about reading shows, and what comes back by itself."""

from __future__ import annotations

from typing import Any

import pytest
from fault_fakes import lane_of, record_of
from sync_fakes import START, FakeSystem, entity

from qa_sync.clock import VirtualClock
from qa_sync.sync.faults.reads import LISTINGS
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.writer import PlainWriter
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import System
from qa_sync.values.form import Form


@pytest.fixture
def shop() -> FakeSystem:
    cards = (
        PropertyCard("name", Form()),
        PropertyCard("at", Form(convert="instant")),
        PropertyCard("changed", Form(convert="instant")),
    )
    return FakeSystem("Shop", {"thing": entity("thing", *cards)}, VirtualClock(START))


def listed(system: System, member: str = "name") -> list[Any]:
    return [record.data.get(member) for record in system.list("thing")]


def test_late(shop: FakeSystem) -> None:
    late = find_fault("late").system(shop)
    shop.insert("thing", {"name": "Ada"})
    assert [listed(late) for _ in range(LISTINGS)] == [[]] * LISTINGS
    assert listed(late) == ["Ada"]
    shop.edit("thing", "S-1", {"name": "Bo"})
    assert {listed(late)[0] for _ in range(LISTINGS)} == {"Ada"}
    shop.edit("thing", "S-1", {"name": "Cy"})  # a later change does not restart the wait
    assert listed(late) == ["Cy"]


def test_late_shows_a_change_that_a_partial_list_no_longer_holds(
    shop: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = find_fault("late").system(shop)
    shop.insert("thing", {"name": "Ada"})
    list(late.list("thing"))
    monkeypatch.setattr(shop, "list", lambda _datatype, _since=None: iter(()))
    found = [[r.data["name"] for r in late.list("thing", START)] for _ in range(LISTINGS)]
    assert found == [[]] * (LISTINGS - 1) + [["Ada"]]


def test_last_page_lost(shop: FakeSystem) -> None:
    short = find_fault("last-page-lost").system(shop)
    for name, seen in (("Ada", ["Ada"]), ("Bo", ["Ada"]), ("Cy", ["Ada", "Bo"])):
        shop.insert("thing", {"name": name})
        assert listed(short) == seen


def test_timezone_shift(shop: FakeSystem) -> None:
    shifted = find_fault("timezone-shift").system(shop)
    shop.insert("thing", {"name": "Ada", "at": "2024-03-01T09:00:00Z"})
    shop.insert("thing", {"name": "Bo", "at": "no time"})
    assert listed(shifted, "at") == ["2024-02-29T21:00:00Z", "no time"]
    assert listed(shifted, "changed") == listed(shop, "changed")
    found = shifted.lookup("thing", "S-1")
    assert found is not None
    assert found.data["at"] == "2024-02-29T21:00:00Z"
    assert shifted.lookup("thing", "S-9") is None


class TestEmptyErases:
    def test_an_emptied_text_is_read_as_a_value(self, shop: FakeSystem) -> None:
        marked = find_fault("empty-erases").system(shop)
        for name in ("Ada", ""):
            shop.insert("thing", {"name": name})
        assert listed(marked) == ["Ada", ""]
        shop.edit("thing", "S-1", {"name": ""})
        assert listed(marked) == ["\u2060", ""]
        found = marked.lookup("thing", "S-1")
        assert found is not None
        assert found.data["name"] == "\u2060"


class TestComingBack:
    @pytest.fixture
    def lane(self) -> Lane:
        lane = lane_of(("name", "fullName"), ("nick", "alias"))
        lane.target.system.insert("person", {"fullName": "Ada", "alias": "A"})
        lane.source.system.insert("people", {"name": "Ada", "nick": "A"})
        return lane

    def after(self, fault: str, lane: Lane, listings: int, side: Side = Side.TARGET) -> list[Any]:
        """Return what a property of a record shows by listing, when it was updated before the first."""
        end = lane.end(side)
        system = find_fault(fault).system(end.system)
        faulty_end = type(end)(side, system, end.card)
        path = "alias" if side is Side.TARGET else "nick"
        record = record_of(lane, "O-1" if side is Side.TARGET else "S-1", side)
        find_fault(fault).writer(PlainWriter()).update(lane, faulty_end, record, {path: "B"})
        return [next(iter(system.list(end.card.datatype))).data[path] for _ in range(listings)]

    def test_stale_overwrite(self, lane: Lane) -> None:
        assert self.after("stale-overwrite", lane, 5) == ["B", "A", "A", "A", "A"]

    def test_ping_pong(self, lane: Lane) -> None:
        assert self.after("ping-pong", lane, 7) == ["B", "A", "A", "B", "B", "A", "A"]

    @pytest.mark.parametrize("fault", ["stale-overwrite", "ping-pong"])
    def test_the_source_stores_what_is_written(self, fault: str, lane: Lane) -> None:
        assert self.after(fault, lane, 5, Side.SOURCE) == ["B"] * 5

    def test_what_replaced_nothing_stays(self, lane: Lane) -> None:
        lane.target.system.insert("person", {"fullName": "Bo"})
        system = find_fault("stale-overwrite").system(lane.target.system)
        end = type(lane.target)(Side.TARGET, system, lane.target.card)
        find_fault("stale-overwrite").writer(PlainWriter()).update(lane, end, record_of(lane, "O-2"), {"alias": "B"})
        assert [[r.data.get("alias") for r in system.list("person")][1] for _ in range(3)] == ["B"] * 3
