"""The progress of an observation: the numbers of each direction, as a live table or as lines, and what was missed."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from traffic import Traffic, observe, options, plan, verdict

from qa_sync.observe.model import CaseState
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import ObserveState
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of, width_of
from qa_sync.reports.terminal.observe_display import observe_lines, read_line
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.events import Direction


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(state: ObserveState, *, fault: str = "", every_s: float = 15, cycle_s: float = 20) -> list[ReadProgress]:
    traffic, reads = Traffic(seed="progress", faults=(fault,) if fault else (), cycle_s=cycle_s), list[ReadProgress]()
    traffic.begin_sync()
    traffic.people(40, 600)
    observation = plan(traffic, options(every_s, for_s=900), state)
    observation.listeners = (reads.append,)
    list(observation.events())
    return reads


@pytest.fixture(scope="module")
def lossy() -> list[ReadProgress]:
    return watched(ObserveState(":memory:"), fault="drop-update")


def test_the_numbers_are_those_of_the_cases() -> None:
    state = ObserveState(":memory:")
    last = watched(state, fault="drop-update")[-1]
    assert sum(way.lost for way in last.directions) > 0
    for way in last.directions:
        cases = [c for c in CaseStore(state).all_cases(way.section.key) if c.direction is way.direction]
        states = Counter(c.state for c in cases)
        assert (way.open, way.arrived) == (states[CaseState.OPEN], states[CaseState.ARRIVED])
        assert (way.lost, way.partly) == (states[CaseState.LOST], states[CaseState.PARTLY])


def test_the_percentile_is_that_of_the_report() -> None:
    traffic, state, reads = Traffic(seed="p95", cycle_s=60), ObserveState(":memory:"), list[ReadProgress]()
    traffic.begin_sync()
    traffic.people(40, 900)
    observation = plan(traffic, options(20, for_s=1200), state)
    observation.listeners = (reads.append,)
    list(observation.events())
    actual = verdict(observe(traffic, options(20, for_s=1), state), "lag/forward").actual
    way = next(w for w in reads[-1].directions if w.section.plan.section.ordinal == 1)
    assert isinstance(actual, dict)
    assert way.p95_s == pytest.approx(actual["p95_s"])


def test_each_lost_case_is_told_once(lossy: list[ReadProgress]) -> None:
    told = [c for read in lossy for c in read.missed if c.state in {CaseState.LOST, CaseState.PARTLY}]
    assert told
    assert len({c.number for c in told}) == len(told)
    assert len(told) >= sum(way.lost + way.partly for way in lossy[-1].directions)


def test_a_late_arrival_is_told_once_as_lost_and_once_as_late() -> None:
    reads = watched(ObserveState(":memory:"), cycle_s=400)
    states = Counter((c.number, c.state) for read in reads for c in read.missed)
    assert {state for _, state in states} >= {CaseState.LOST, CaseState.ARRIVED}
    assert max(states.values()) == 1
    assert sum(way.late for way in reads[-1].directions) == sum(s is CaseState.ARRIVED for _, s in states)


def test_what_was_not_told_before_a_kill_is_told_after_it(tmp_path: Path) -> None:
    traffic, state = Traffic(seed="untold", faults=("drop-create",)), ObserveState(tmp_path / "state")
    traffic.begin_sync()
    traffic.people(6, 20)
    observation = plan(traffic, options(15), state)
    for _ in range(20):
        observation.tick()  # a kill after the read and before its progress was told
        traffic.clock.sleep(15)
    reads = list[ReadProgress]()
    again = plan(traffic, options(15, for_s=1), state)
    again.listeners = (reads.append,)
    list(again.events())
    lost = [c for s in again.sections for c in CaseStore(state).all_cases(s.key) if c.state is CaseState.LOST]
    assert {c.number for c in lost} == {c.number for read in reads for c in read.missed} != set()


@pytest.mark.parametrize(("width", "height"), [(40, 24), (80, 6), (120, 24), (200, 5)])
def test_the_table_fits_the_terminal(lossy: list[ReadProgress], width: int, height: int) -> None:
    lines = observe_lines(lossy[-1], lossy[0].at, OutputOptions(width=width), height)
    assert len(lines) < height
    assert all(width_of(line) <= width for line in text_of(lines).splitlines())


def test_the_table_shows_each_direction(lossy: list[ReadProgress]) -> None:
    shown = text_of(observe_lines(lossy[-1], lossy[0].at, OutputOptions(width=100)))
    way = next(w for w in lossy[-1].directions if w.direction is Direction.FORWARD)
    numbers = rf"{way.open} +{way.arrived} +{way.late} +{way.lost + way.partly} +\S+"
    assert re.search(rf"1 Wix.com Contacts -> Customerp Contact +{numbers}", shown)
    assert "1 Customerp Contact -> Wix.com Contacts" in shown
    assert "observing for 15 min" in shown


def test_a_read_that_failed_is_shown(lossy: list[ReadProgress]) -> None:
    read = ReadProgress(
        lossy[-1].at + timedelta(seconds=15), 0, lossy[-1].directions, error="Wix.com: no \x1b[31mreply"
    )
    shown = text_of(observe_lines(read, lossy[0].at, OutputOptions(width=100)))
    assert "not read: Wix.com: no" in shown
    assert "\x1b" not in shown
    assert not read_line(read)


def test_a_terminal_gets_the_table_and_a_pipe_gets_lines(lossy: list[ReadProgress]) -> None:
    screen, pipe, lines = Screen(), io.StringIO(), list[str]()
    for err in (screen, pipe):
        display = Terminal(io.StringIO(), err, width=100, environ={"TERM": "xterm"}).observation(lines.append)
        for read in lossy:
            display.handle(read)
        display.close()
    assert "Wix.com Contacts -> Customerp Contact" in screen.getvalue()
    assert pipe.getvalue() == ""
    assert len(lines) == sum(read.changes > 0 for read in lossy)
    assert re.fullmatch(r"\d\d:\d\d:\d\d UTC: \d+ changed records; \d+ open, \d+ lost", lines[-1])
