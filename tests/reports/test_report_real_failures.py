"""A run of a real document against a sync that works one way only, through JSON and back, and on the terminal."""

from __future__ import annotations

import io
import re
import time
from functools import cache
from pathlib import Path

import pytest

from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.modes.table import prepare
from qa_sync.reports.formats import ndjson, results_json_reader
from qa_sync.reports.formats import results_json as report
from qa_sync.reports.shared.failure_causes import failure_causes
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import Event, Looked, Status
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@cache
def played() -> tuple[tuple[Event, ...], Results]:
    dataflows = read_all(["specs/000.txt"])
    prepared = prepare(
        "sandbox", Job(dataflows, connectors_of(dataflows), Path("cassettes"), timeout_s=20, faults=("one-way",))
    )
    reported = RunConfig("sandbox", prepared.seed, prepared.started, time.perf_counter)
    events = tuple(run(prepared.checklists, prepared.open_environment, reported))
    prepared.close()
    return events, collect_results(events)


def test_a_failing_run_comes_back_whole_from_json() -> None:
    results = played()[1]
    assert any(c.difference and c.steps and c.exchanges for c in results.checks)
    assert any(c.latency_s for c in results.checks)
    assert results_json_reader.parse(report.render(results)) == results


def test_a_failure_shows_the_requests_about_its_records_and_no_other_check_any() -> None:
    for check in played()[1].checks:
        assert bool(check.exchanges) is (check.status in {Status.FAILED, Status.ERROR})
        ids = {record.id for record in check.records}
        assert len(check.exchanges) <= 4
        shown = [e for e in check.exchanges if not e.answer.endswith(" characters)")]  # a long list is cut
        assert all(any(one in f"{e.url} {e.sent} {e.answer}" for one in ids) for e in shown)
    failed = next(c for c in played()[1].checks if c.kind == "update-backward" and c.status is Status.FAILED)
    assert {e.system for e in failed.exchanges} == {"Wix.com", "Customerp"}
    assert {e.method for e in failed.exchanges} >= {"GET"}


def test_every_event_is_a_line_of_json() -> None:
    events = played()[0]
    assert any(isinstance(event, Looked) for event in events)
    assert all("\n" not in ndjson.event_line(event) for event in events)


@pytest.mark.parametrize("width", [80, 200])
def test_the_blocks_say_values_once(width: int) -> None:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=width, environ={}).report(played()[1])
    blocks = " ".join(out.getvalue().split())
    assert re.search(r"the value differs; polled \d+ times in 20 s", blocks)
    assert ", got '" not in blocks
    assert " ^ " in blocks


def test_one_dead_direction_is_one_cause() -> None:
    headlines = [cause.headline for cause in failure_causes(played()[1])]
    assert headlines[0] == "no edit of Customerp arrives: update-backward 27 of 27 in sections 1 and 3"
    assert len(headlines) == 2
