"""Sections in parallel: the same results, a stop at the first failure, and no records left after an interruption."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from queue import SimpleQueue

import pytest
from msgspec.structs import replace
from running_world import START, World
from waits import GUARD_S

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.errors import InternalError, RequestRejected
from qa_sync.running import parallel
from qa_sync.running.collect_results import collect_results
from qa_sync.running.environment import Environment
from qa_sync.running.events import CheckFinished, Event, RunFinished, SectionFinished, Status
from qa_sync.running.results import Results
from qa_sync.running.runner import OpenEnvironment, RunConfig, run

SECTIONS = 5


class Worlds:
    """The same section several times, each with systems of its own; `before` is called whenever one is opened."""

    def __init__(self) -> None:
        self.made: dict[str, World] = {}
        self.threads: set[int] = set()

    def checklists(self) -> list[Checklist]:
        whole = World().checklist()
        (plan,) = whole.sections
        plans = [
            replace(plan, section=replace(plan.section, ordinal=n, heading=f"{n}")) for n in range(1, SECTIONS + 1)
        ]
        return [replace(whole, sections=tuple(plans))]

    def world(self, key: str) -> World:
        return self.made.setdefault(key, World(timeout_s=3))

    @contextmanager
    def open(self, _checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        self.threads.add(threading.get_ident())
        world = self.world(plan.section.key)
        yield Environment(
            {Side.SOURCE: world.left, Side.TARGET: world.right}, world.clock, world.work, START, 3, cycles_known=True
        )

    def events(
        self, jobs: int, *, first_only: bool = False, open_environment: OpenEnvironment | None = None
    ) -> Generator[Event, None, None]:
        reported = RunConfig("test", "seed", START, lambda: 0.0, jobs, first_only)
        return run(self.checklists(), open_environment or self.open, reported)

    def results(self, jobs: int, *, first_only: bool = False) -> Results:
        return collect_results(self.events(jobs, first_only=first_only))


def test_side_by_side_comes_to_the_same() -> None:
    alone, together = Worlds(), Worlds()
    assert alone.results(1) == together.results(4)
    assert alone.threads == {threading.get_ident()}
    assert threading.get_ident() not in together.threads


def test_as_many_sections_run_in_parallel_as_requested() -> None:
    worlds, meeting = Worlds(), threading.Barrier(SECTIONS, timeout=GUARD_S)

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        meeting.wait()
        with worlds.open(checklist, plan) as environment:
            yield environment

    assert collect_results(worlds.events(SECTIONS, open_environment=open_environment)).exit_code == 0


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_end_at_the_first_failure(jobs: int) -> None:
    worlds = Worlds()
    worlds.world("1-1").sync = lambda _world: None
    results = worlds.results(jobs, first_only=True)
    assert results.exit_code == 3  # not every check ran
    first = results.specs[0].sections[0]
    assert [c.status for c in first.checks].count(Status.FAILED) == 1
    assert "(-x)" in str(first.checks[-1].message)
    assert all(len(s.checks) == len(first.checks) for s in results.specs[0].sections)
    assert not any(w.left.records or w.right.records for w in worlds.made.values())
    if jobs == 1:
        assert list(worlds.made) == ["1-1"]


class Pressed:
    """A queue that receives a KeyboardInterrupt while it is read."""

    def __init__(self, pressed: list[str]) -> None:
        self.pressed = pressed
        self.inner: SimpleQueue[object] = SimpleQueue()
        self.put = self.inner.put

    def get(self) -> object:
        if self.pressed == ["Ctrl-C"]:
            self.pressed.append("and no more")
            signal.raise_signal(signal.SIGINT)
        return self.inner.get()


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """A shell that starts the tests in the background makes them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interruption_removes_the_records_and_reports_those_not_removed(
    jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds = Worlds()
    pressed: list[str] = []
    monkeypatch.setattr(parallel, "SimpleQueue", lambda: Pressed(pressed))

    def interrupted(world: World) -> None:
        world.carry()
        if jobs == 1:
            raise KeyboardInterrupt
        if not pressed:
            pressed.append("Ctrl-C")

    def refuse(operation: str) -> None:
        if operation == "delete":
            raise RequestRejected("not today", status=403)

    worlds.world("1-1").sync = interrupted
    worlds.world("1-1").right.before = refuse
    seen: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        _told_to(seen, worlds.events(jobs))
    assert isinstance(seen[-1], RunFinished)
    lost = [lost for event in seen if isinstance(event, SectionFinished) for lost in event.leftovers]
    assert {(one.system, one.why) for one in lost} == {("Right", "not today")}
    assert not any(w.left.records for w in worlds.made.values())
    assert [key for key, w in worlds.made.items() if w.right.records] == ["1-1"]


def _told_to(seen: list[Event], events: Iterator[Event]) -> None:
    for event in events:
        seen += [event]


def test_an_error_of_ours_in_one_section_is_not_lost() -> None:
    worlds = Worlds()

    @contextmanager
    def open_environment(_checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        if plan.section.ordinal == 2:
            raise InternalError("a fault of ours")
        with worlds.open(_checklist, plan) as environment:
            yield environment

    with pytest.raises(InternalError, match="a fault of ours"):
        list(worlds.events(2, open_environment=open_environment))


def test_a_listener_that_goes_away_lets_every_section_clean_up() -> None:
    worlds = Worlds()
    with closing(worlds.events(3)) as events:
        next(event for event in events if isinstance(event, CheckFinished))
    assert not any(w.left.records or w.right.records for w in worlds.made.values())
