"""Scenarios of a section side by side: what they wait for together, and in which order they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from running_world import START

from qa_sync.clock import VirtualClock
from qa_sync.errors import InternalError, NoVerdict
from qa_sync.running.environment import Environment, SyncControl
from qa_sync.running.needs import Cycle, DuringCycle, Need, Pause, Satisfied
from qa_sync.running.scheduler import Scheduler, Steps


class Sync:
    """A sync whose cycles take a second; `log` has what happened, each with the seconds since the start."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.log: list[str] = []
        self.error: Exception | None = None
        self.environment = Environment({}, self.clock, self.cycle, START, cycles_known=True)

    def at(self, when: datetime | None = None) -> str:
        return f"{((when or self.clock.now()) - START).total_seconds():g}"

    def note(self, what: str) -> None:
        self.log.append(f"{self.at()} {what}")

    def cycle(self) -> None:
        self.note("cycle")
        self.clock.sleep(1)
        if self.error:
            raise self.error

    def steps(self, name: str, *needs: Need) -> Steps[str]:
        """A scenario that waits for one need after the other."""
        for need in needs:
            try:
                answer: Satisfied = yield need
            except NoVerdict as error:
                self.note(f"{name} got {error}")
                return
            self.note(name)
            yield f"{name} {self.at(answer.at)} {answer.in_time}"

    def run(self, *scenarios: Steps[str]) -> list[str]:
        """Return the events."""
        return list(Scheduler(self.environment, scenarios, lambda: None).events())


@pytest.fixture
def sync() -> Sync:
    return Sync()


def test_one_cycle_serves_every_scenario_in_the_order_of_the_checklist(sync: Sync) -> None:
    sync.run(sync.steps("a", Cycle(), Cycle()), sync.steps("b", Cycle()), sync.steps("c", Cycle(), Cycle()))
    assert sync.log == ["0 cycle", "1 a", "1 b", "1 c", "1 cycle", "2 a", "2 c"]


def test_no_cycle_begins_in_a_pause_in_which_the_sync_is_held(sync: Sync) -> None:
    sync.run(sync.steps("a", Pause(2, held=True), Cycle()), sync.steps("b", Cycle(), Cycle()))
    assert sync.log == ["2 a", "2 cycle", "3 a", "3 b", "3 cycle", "4 b"]


def test_a_pause_between_two_looks_does_not_hold_up_the_others(sync: Sync) -> None:
    sync.run(sync.steps("a", Pause(2.5), Cycle()), sync.steps("b", Cycle(), Cycle(), Cycle()))
    assert sync.log == ["0 cycle", "1 b", "1 cycle", "2 b", "2 cycle", "3 b", "3 a", "3 cycle", "4 a"]


def test_pauses_that_end_soon_after_each_other_end_together(sync: Sync) -> None:
    events = sync.run(*(sync.steps(name, Pause(s)) for name, s in (("a", 1.0), ("b", 1.4), ("c", 1.6))))
    assert sync.log == ["1.4 a", "1.4 b", "1.6 c"]
    assert events == ["a 1 True", "b 1.4 True", "c 1.6 True"]


def test_an_exact_pause_ends_when_it_ends(sync: Sync) -> None:
    sync.run(sync.steps("a", Pause(1.0, exact=True)), sync.steps("b", Pause(1.4)))
    assert sync.log == ["1 a", "1.4 b"]


def test_what_others_do_after_a_pause_is_no_time_of_the_sync(sync: Sync) -> None:
    """A scenario that goes on late, because another one writes, has the time at which its pause ended."""

    def busy() -> Steps[str]:
        yield Pause(1.0)
        sync.clock.sleep(5)
        yield Cycle()

    assert sync.run(busy(), sync.steps("b", Pause(2.0))) == ["b 2 True"]
    assert sync.log[0] == "6 b"


def test_a_cycle_without_time_around_it_serves_only_those_that_ask_for_one(sync: Sync) -> None:
    control = SyncControl(run_at_once=lambda: sync.note("at once"))
    sync.environment = replace(sync.environment, control=control)
    sync.run(sync.steps("a", Cycle()), sync.steps("b", Cycle(at_once=True), Cycle()))
    assert sync.log == ["0 at once", "0 b", "0 cycle", "1 a", "1 b"]


def test_where_no_cycle_can_be_run_at_once_it_serves_all(sync: Sync) -> None:
    sync.run(sync.steps("a", Cycle()), sync.steps("b", Cycle(at_once=True)))
    assert sync.log == ["0 cycle", "1 a", "1 b"]


def during(sync: Sync, *, ends_in_time: Sequence[bool]) -> Callable[[Sequence[DuringCycle]], Sequence[bool]]:
    def run_during(needs: Sequence[DuringCycle]) -> Sequence[bool]:
        sync.note("cycle begins")
        for need in needs:
            need.action()
        return ends_in_time

    return run_during


def test_what_several_scenarios_do_during_a_cycle_is_done_in_one(sync: Sync) -> None:
    control = SyncControl(run_during=during(sync, ends_in_time=[True, False]))
    sync.environment = replace(sync.environment, control=control)
    a, c = (DuringCycle(lambda n=name: sync.note(f"edit of {n}"), frozenset()) for name in "ac")  # type: ignore[misc]
    events = sync.run(sync.steps("a", a), sync.steps("b", Cycle()), sync.steps("c", c))
    assert sync.log == ["0 cycle begins", "0 edit of a", "0 edit of c", "0 a", "0 b", "0 c"]
    assert events == ["a 0 True", "b 0 True", "c 0 False"]


def test_an_error_during_a_cycle_is_that_of_one_scenario(sync: Sync) -> None:
    def fails() -> None:
        raise NoVerdict("no answer")

    control = SyncControl(run_during=during(sync, ends_in_time=[True]))
    sync.environment = replace(sync.environment, control=control)
    sync.run(sync.steps("a", DuringCycle(fails, frozenset())), sync.steps("b", Cycle()))
    assert sync.log == ["0 cycle begins", "0 a got no answer", "0 b"]


def test_the_error_of_a_cycle_is_that_of_every_scenario_that_needs_it(sync: Sync) -> None:
    sync.error = NoVerdict("no sync")
    sync.run(sync.steps("a", Cycle()), sync.steps("b", Pause(1)), sync.steps("c", Cycle()))
    assert sync.log == ["0 cycle", "1 a got no sync", "1 c got no sync", "1 b"]


def test_an_error_of_the_program_ends_all(sync: Sync) -> None:
    sync.error = InternalError("a bug")
    with pytest.raises(InternalError):
        sync.run(sync.steps("a", Cycle()), sync.steps("b", Cycle()))
    assert sync.log == ["0 cycle"]


def test_closing_it_closes_every_scenario(sync: Sync) -> None:
    closed: list[str] = []

    def scenario(name: str) -> Steps[str]:
        try:
            yield f"{name} begins"
            yield Cycle()
        finally:
            closed.append(name)

    events = Scheduler(sync.environment, [scenario("a"), scenario("b")], lambda: None).events()
    assert [next(events), next(events)] == ["a begins", "b begins"]
    events.close()
    assert sorted(closed) == ["a", "b"]


def test_a_tick_begins_whenever_the_sync_may_have_written(sync: Sync) -> None:
    ticks: list[str] = []
    needs = (Cycle(), Pause(3), Pause(2, held=True))
    list(Scheduler(sync.environment, [sync.steps("a", *needs)], lambda: ticks.append(sync.at())).events())
    assert ticks == ["1", "4", "6"]


def test_the_time_in_which_the_section_waits_for_others_is_left_out(sync: Sync) -> None:
    class Behind(VirtualClock):
        def now(self) -> datetime:
            return sync.clock.now() - timedelta(seconds=100)

    sync.environment = replace(sync.environment, unqueued=Behind(START))
    events: Iterator[str] = iter(sync.run(sync.steps("a", Cycle()), sync.steps("b", Pause(2))))
    assert list(events) == ["a -99 True", "b -98 True"]
