"""`--from STAMP`: changes made before the observation began are followed, as far as the systems still show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from traffic import ERP, START, WIX, Traffic, failed, options, plan, verdict

from qa_sync.cli.commands.observe import _stamp
from qa_sync.errors import UsageError
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.collect_results import collect_results
from qa_sync.running.results import Results


def observe_from(traffic: Traffic, start: datetime, state: ObserveState | None = None, for_s: float = 300) -> Results:
    state = state or ObserveState(":memory:")
    return collect_results(plan(traffic, options(15, for_s=for_s), state, start=start).events())


def lost(results: Results, way: str) -> int:
    actual = verdict(results, f"arrives/{way}").actual
    return int(actual["lost"]) if isinstance(actual, dict) else 0


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_healthy_sync_has_no_failure_since_then(seed: str) -> None:
    traffic = Traffic(seed=seed, cycle_s=20)
    traffic.begin_sync()
    traffic.people(60, 900)
    traffic.clock.sleep(950)
    assert failed(observe_from(traffic, START + timedelta(seconds=100))) == set()


def test_a_record_that_never_arrived_since_then_is_lost() -> None:
    traffic = Traffic(seed="lost", faults=("drop-create",), cycle_s=20)
    traffic.begin_sync()
    traffic.people(10, 300, share_of_edits=0)
    traffic.clock.sleep(900)
    before = traffic.clock.now() - timedelta(seconds=1)
    found = lost(observe_from(traffic, START), "forward")
    assert found > 0
    assert lost(observe_from(traffic, before), "forward") == 0, "older ones are not followed"


@pytest.mark.parametrize(("label", "way"), [(WIX, "forward"), (ERP, "backward")])
def test_an_edit_that_never_arrived_since_then_is_lost(label: str, way: str) -> None:
    traffic = Traffic(seed="edit", faults=("drop-update",), cycle_s=20)
    traffic.begin_sync()
    traffic.create()
    traffic.clock.sleep(60)
    began = traffic.clock.now()
    traffic.edit(label)
    traffic.clock.sleep(600)
    results = observe_from(traffic, began)
    assert failed(results) >= {f"arrives/{way}"}
    assert lost(results, way) == 1
    assert "lag" not in {c.kind for c in results.checks if c.status == "failed"}


def test_an_older_stamp_reads_again_what_was_read_and_tells_nothing_twice(tmp_path: Path) -> None:
    traffic, state = Traffic(seed="again", faults=("drop-create",), cycle_s=20), ObserveState(tmp_path / "state")
    traffic.begin_sync()
    traffic.people(8, 200, share_of_edits=0)
    first = collect_results(plan(traffic, options(15, for_s=500), state).events())
    assert lost(first, "forward") > 0
    assert lost(observe_from(traffic, START, state), "forward") == lost(first, "forward")


def test_changes_of_a_pause_before_the_stamp_are_not_followed(tmp_path: Path) -> None:
    traffic, state = Traffic(seed="pause", faults=("drop-create",), cycle_s=20), ObserveState(tmp_path / "state")
    traffic.begin_sync()
    collect_results(plan(traffic, options(15, for_s=30), state).events())
    traffic.create()
    traffic.clock.sleep(600)
    assert lost(observe_from(traffic, traffic.clock.now(), state), "forward") == 0


def test_a_time_without_an_offset_is_of_the_zone_of_the_settings() -> None:
    zone = START.astimezone().tzinfo or UTC
    assert _stamp("2026-01-05T08:00+02:00", zone) == datetime(2026, 1, 5, 6, tzinfo=UTC)
    assert _stamp("2026-01-05 08:00", UTC) == datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(("text", "why"), [("yesterday", "expected a time such as"), ("2999-01-01", "not come yet")])
def test_a_time_that_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        _stamp(text, UTC)
