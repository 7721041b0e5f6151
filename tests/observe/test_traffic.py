"""A healthy sync under real traffic: nothing is told as lost, late or echoed, and the lag is the true one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import pytest
from msgspec.structs import replace
from traffic import ERP, WIX, Traffic, failed, observe, options, verdict

from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Status
from qa_sync.systems.system import Record
from qa_sync.values.paths import read, write

INTERVALS = [(10, 45), (30, 10)]
"""The interval of the observation and that of the sync, in seconds."""


@pytest.mark.parametrize(("every_s", "cycle_s"), INTERVALS)
def test_a_healthy_sync_has_no_failure(every_s: float, cycle_s: float) -> None:
    traffic = Traffic(seed=f"healthy{every_s}", cycle_s=cycle_s)
    traffic.begin_sync()
    traffic.people(50, 700)
    results = observe(traffic, options(every_s, for_s=1000), ObserveState(":memory:"))
    assert failed(results) == set()
    assert verdict(results, "arrives/forward").status is Status.PASSED
    assert verdict(results, "arrives/backward").status is Status.PASSED
    assert "0 of" in (verdict(results, "arrives/forward").message or "")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [f"day{number}" for number in range(20)])
def test_a_healthy_sync_has_no_failure_in_five_hundred_changes(seed: str) -> None:
    traffic = Traffic(seed=seed, cycle_s=10 + len(seed))
    traffic.begin_sync()
    traffic.people(500, 7000)
    assert failed(observe(traffic, options(15, for_s=7300), ObserveState(":memory:"))) == set()


def test_the_lag_is_the_true_one_within_an_interval() -> None:
    traffic = Traffic(seed="lag", cycle_s=60)
    traffic.begin_sync()
    traffic.people(50, 2500)
    results = observe(traffic, options(20, for_s=2800), ObserveState(":memory:"))
    actual = verdict(results, "lag/forward").actual
    assert isinstance(actual, dict)
    true = traffic.true_lags()
    assert abs(actual["p95_s"] - true[ceil(len(true) * 0.95) - 1]) <= 20


def test_a_late_change_fails_the_lag_and_is_not_lost() -> None:
    traffic = Traffic(seed="late", cycle_s=400)
    traffic.begin_sync()
    traffic.clock.at(traffic.clock.now().replace(second=30), traffic.create)
    results = observe(traffic, options(30, for_s=900), ObserveState(":memory:"))
    assert failed(results) == {"lag/forward"}
    assert "1 later than 150 s" in (verdict(results, "lag/forward").message or "")


def test_no_traffic_is_skipped_and_never_passed() -> None:
    traffic = Traffic(seed="still")
    traffic.begin_sync()
    results = observe(traffic, options(), ObserveState(":memory:"))
    assert {c.status for c in results.checks} == {Status.SKIPPED}
    assert results.exit_code == 3


def test_few_cases_are_told() -> None:
    traffic = Traffic(seed="few")
    traffic.begin_sync()
    traffic.clock.at(traffic.clock.now().replace(second=45), traffic.create)
    results = observe(traffic, options(), ObserveState(":memory:"))
    assert "only 1 cases, fewer than --min-cases 20" in (verdict(results, "arrives/forward").message or "")


def test_an_edit_of_what_no_row_names_is_no_case() -> None:
    traffic = Traffic(seed="other")
    traffic.create()
    traffic.begin_sync()

    def edit() -> None:
        (record,) = traffic.systems[WIX].list("contacts")
        traffic.systems[WIX].update(record, {"info.company": "Elsewhere"})

    traffic.clock.at(traffic.clock.now().replace(minute=2), edit)
    results = observe(traffic, options(), ObserveState(":memory:"))
    assert verdict(results, "arrives/forward").status is Status.SKIPPED


def test_a_deleted_record_is_not_told_as_lost() -> None:
    traffic = Traffic(seed="deleted", cycle_s=1000)
    traffic.begin_sync()
    traffic.clock.at(traffic.clock.now().replace(second=45), traffic.create)

    def delete() -> None:
        for record in traffic.systems[WIX].list("contacts"):
            traffic.systems[WIX].delete("contacts", record.id)

    traffic.clock.at(traffic.clock.now().replace(minute=2), delete)
    results = observe(traffic, options(), ObserveState(":memory:"))
    assert failed(results) == set()
    assert "1 deleted" in (verdict(results, "arrives/forward").message or "")


def test_at_rest_each_entity_is_listed_once_an_interval() -> None:
    traffic = Traffic(seed="rest")
    asked: list[str] = []
    for system in traffic.observed.values():
        system.list = _counted(system.list, asked)
    observe(traffic, options(30, for_s=300), ObserveState(":memory:"))
    assert len(asked) == 11 * len({WIX, ERP}) * 2  # eleven reads of the two entities of each system that have a key


def _counted(listed: Callable[..., Iterator[Record]], asked: list[str]) -> Callable[..., Iterator[Record]]:
    def list_(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        asked.append(datatype)
        return listed(datatype, since)

    return list_


@pytest.mark.parametrize("ahead_s", [-300, 30])
def test_a_clock_that_differs_is_learned_and_told(ahead_s: int) -> None:
    traffic = Traffic(seed="clock", cycle_s=20)
    traffic.begin_sync()
    traffic.people(40, 600)
    _shift(traffic.observed[WIX], timedelta(seconds=ahead_s))
    results = observe(traffic, options(10, for_s=900), ObserveState(":memory:"))
    assert failed(results) == set()
    lag = verdict(results, "lag/forward")
    found = re.search(r"the clock of Wix.com is about (\d+) s", lag.message or "")
    assert found
    assert abs(int(found[1]) - abs(ahead_s)) <= 10
    assert "the clock of Customerp" not in (lag.message or "")
    assert isinstance(lag.actual, dict)
    assert lag.actual["p95_s"] <= 30


def _shift(system: Any, by: timedelta) -> None:
    """Let a system tell the times of all changes by a clock that is ahead."""
    listed, looked_up = system.list, system.lookup

    def shifted(record: Record | None) -> Record | None:
        path = system.cards[record.datatype].modified if record else None
        if record is None or path is None:
            return record
        stamp = datetime.fromisoformat(str(read(record.data, path))) + by
        return replace(record, data=write(record.data, path, stamp.isoformat()))

    system.list = lambda datatype, since=None: map(shifted, listed(datatype, since))
    system.lookup = lambda datatype, one: shifted(looked_up(datatype, one))


@pytest.mark.parametrize("stamped", [True, False])
def test_without_lists_of_changes_and_times_a_healthy_sync_has_no_failure(
    stamped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traffic.SINCE", frozenset())
    traffic = Traffic(seed="bare", cycle_s=20)
    traffic.begin_sync()
    traffic.people(40, 600)
    if not stamped:
        for system in traffic.observed.values():
            system.cards = {name: replace(card, modified=None) for name, card in system.cards.items()}
    results = observe(traffic, options(10, for_s=1000), ObserveState(":memory:"))
    assert failed(results) == set()
    assert verdict(results, "arrives/forward").status is Status.PASSED
