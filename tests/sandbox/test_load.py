"""A vendor under load: late lists and a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sandbox_caller import HandClock

from qa_sync.sandbox.lag import LateTable
from qa_sync.sandbox.load import RateMeter
from qa_sync.sandbox.store import Store
from qa_sync.systems.http.rate_limits import Rate


def table(clock: HandClock, lag_s: float) -> LateTable:
    return LateTable(Store(), "thing", lambda doc: [("name", doc["name"])], clock.now, timedelta(seconds=lag_s))


def put(things: LateTable, clock: HandClock, id: str, name: str) -> None:
    things.save(id, {"id": id, "name": name}, clock.now())


def names(things: LateTable, share: float = 1.0) -> str:
    return "".join(doc["name"] for doc in things.delayed(share))


def test_without_a_lag_a_list_is_as_fresh_as_a_read(clock: HandClock) -> None:
    things = table(clock, 0)
    put(things, clock, "1", "a")
    assert names(things) == "a"
    things.remove("1")
    assert names(things) == ""


def test_every_write_is_seen_late_and_in_its_order(clock: HandClock) -> None:
    things = table(clock, 10)
    put(things, clock, "1", "a")
    clock.tick(4)
    put(things, clock, "1", "b")
    put(things, clock, "2", "x")
    clock.tick(4)
    things.remove("1")
    seen = []
    for _ in range(6):
        seen.append(names(things))
        clock.tick(2)
    assert seen == ["", "a", "a", "xb", "xb", "x"]


def test_a_read_by_id_or_key_is_fresh(clock: HandClock) -> None:
    things = table(clock, 10)
    put(things, clock, "1", "a")
    assert things.get("1") == {"id": "1", "name": "a"}
    assert [doc["id"] for doc in things.find("name", "a")] == ["1"]


def test_a_share_of_the_lag(clock: HandClock) -> None:
    things = table(clock, 10)
    put(things, clock, "1", "a")
    clock.tick(5)
    assert (names(things, 0.5), names(things)) == ("a", "")


def test_old_versions_are_dropped(clock: HandClock) -> None:
    things = table(clock, 10)
    for number in range(100):
        put(things, clock, "1", str(number % 10))
        clock.tick(1)
    assert len(things._before) <= 10


@pytest.mark.parametrize("pause", [0, 1, 19, 20, 35])
def test_no_window_holds_more_than_the_rate(clock: HandClock, pause: float) -> None:
    meter = RateMeter(Rate(3, 60), clock.now)
    passed = []
    for _ in range(30):
        if meter.allows():
            passed.append(clock.now())
        clock.tick(pause)
    windows = [sum(at <= other < at + timedelta(seconds=60) for other in passed) for at in passed]
    assert max(windows) == min(3, 1 + int(59.9 // pause)) if pause else len(passed) == 3
