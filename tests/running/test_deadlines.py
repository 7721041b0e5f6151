"""Not yet, never, too late: what time makes of a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from running_world import START, World
from waited import waited

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.clock import VirtualClock
from qa_sync.running.claims.deadlines import timeout_verdict
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.collect_results import collect_results
from qa_sync.running.environment import Environment, SyncControl
from qa_sync.running.events import CheckFinished, Direction, Status
from qa_sync.running.runner import RunConfig, run


@dataclass
class Waiting(World):
    """A world without events at the end of a sync cycle."""

    max_lag_s: float | None = None
    every_s: int = 1
    last: datetime = START

    def checks(self) -> list[CheckFinished]:
        @contextmanager
        def open_environment(_checklist: Checklist, _plan: SectionPlan) -> Iterator[Environment]:
            yield self.environment()

        return list(
            collect_results(
                run([self.checklist()], open_environment, RunConfig("test", "seed", START, lambda: 0.0))
            ).checks
        )

    def environment(self) -> Environment:
        systems = {Side.SOURCE: self.left, Side.TARGET: self.right}
        return Environment(systems, self.clock, self.now_and_then, START, self.timeout_s, max_lag_s=self.max_lag_s)

    def now_and_then(self) -> None:
        self.clock.sleep(1)
        if (self.clock.now() - self.last).total_seconds() >= self.every_s:
            self.last = self.clock.now()
            self.sync(self)


def only(checks: list[CheckFinished], kind: str) -> CheckFinished:
    (found,) = [c for c in checks if c.kind == kind]
    return found


def never(_world: World) -> None:
    """Do nothing."""


def test_a_change_before_its_deadline_does_not_fail() -> None:
    create = only(Waiting(sync=never).checks(), "create")
    assert create.status is Status.ERROR
    assert str(create.message).startswith("not yet: expected exactly one Right Thing")
    assert "in 20 s" in str(create.message)


def test_a_change_after_its_deadline_fails() -> None:
    create = only(Waiting(sync=never, max_lag_s=5).checks(), "create")
    assert create.status is Status.FAILED
    assert "the maximum latency is 5 s" in str(create.message)


@pytest.mark.parametrize(("limit", "status"), [(1.0, Status.FAILED), (60.0, Status.PASSED)])
def test_latency_fails_a_check_only_with_a_limit(limit: float, status: Status) -> None:
    create = only(Waiting(every_s=9, max_lag_s=limit).checks(), "create")
    assert create.status is status
    assert create.latency_s
    if status is Status.FAILED:
        assert "expected within 1 s" in str(create.message)


def test_latencies_are_reported_by_direction() -> None:
    (section,) = World().results().specs[0].sections
    assert set(section.latencies) == {"forward", "backward"}
    forward = section.latencies["forward"]
    arrivals = {check.kind: check.arrivals for check in section.checks}
    assert {a.way for a in arrivals["newest-wins"]} == {a.way for a in arrivals["independent"]} == set(Direction)
    assert {a.way for a in arrivals["create"]} == {Direction.FORWARD}
    assert {a.way for a in arrivals["update-backward"]} == {Direction.BACKWARD}
    assert not arrivals["stable"]
    assert forward.count == sum(a.way is Direction.FORWARD for check in section.checks for a in check.arrivals)
    assert all(c.latency_s == max(a.latency_s for a in c.arrivals) for c in section.checks if c.arrivals)
    assert 0 < forward.p50_s <= forward.p95_s <= forward.max_s


def test_without_cycle_events_a_cycle_is_as_long_as_the_slowest_change() -> None:
    world = Waiting(every_s=7)
    checks = world.checks()
    assert {c.status for c in checks} <= {Status.PASSED, Status.SKIPPED}
    environment = Environment({}, world.clock, lambda: None, START, timeout_s=20)
    before = world.clock.now()
    waited(environment.wait_cycles(2), world.clock)
    assert (world.clock.now() - before).total_seconds() == 20
    environment.sync_speed.note(3)
    waited(environment.wait_cycles(2), world.clock)
    assert (world.clock.now() - before).total_seconds() == 26


def test_a_verdict_names_the_steps() -> None:
    checks = World().results().checks
    (update,) = [c for c in checks if c.kind == "update-forward" and c.title == "count -> number"]
    assert update.steps[0] == "create Left Thing (subject)"
    assert "edit count of Left Thing (subject)" in update.steps
    assert not any("bystander" in step for step in update.steps)


def test_a_single_cycle_decides_nothing() -> None:
    environment = Environment({}, World().clock, never_mind, START, cycles_known=True)
    lacking = Verdict(Status.FAILED, "nothing came", final=False)
    assert timeout_verdict(lacking, environment, polls=1).status is Status.ERROR
    assert timeout_verdict(lacking, environment, polls=2).status is Status.FAILED
    assert timeout_verdict(Verdict(Status.FAILED, "there are two"), environment, polls=1).status is Status.FAILED


def never_mind() -> None:
    """Do nothing."""


@dataclass
class OwnPace(World):
    """A sync that runs by itself and carries a change `takes_s` seconds after the write; reading takes `reading_s`."""

    interval_s: float = 10.0
    takes_s: float = 3.0
    reading_s: float = 0.0
    max_lag_s: float | None = None
    changed: datetime = START

    def __post_init__(self) -> None:
        super().__post_init__()
        self.timeout_s = 60.0
        for system in (self.left, self.right):
            system.before = self.before

    def before(self, operation: str) -> None:
        if operation in {"insert", "update"}:
            self.changed = self.clock.now()
            return
        if (self.clock.now() - self.changed).total_seconds() >= self.takes_s:
            self.sync(self)
        self.clock.sleep(self.reading_s)

    def create(self) -> CheckFinished:
        @contextmanager
        def open_environment(_checklist: Checklist, _plan: SectionPlan) -> Iterator[Environment]:
            yield Environment(
                {Side.SOURCE: self.left, Side.TARGET: self.right},
                self.clock,
                lambda: self.clock.sleep(self.interval_s),
                START,
                self.timeout_s,
                first_pause_s=self.interval_s / 5,
                max_lag_s=self.max_lag_s,
                control=SyncControl(interval_s=self.interval_s),
            )

        config = RunConfig("test", "seed", START, lambda: 0.0)
        checklist = self.checklist()
        (plan,) = checklist.sections
        (create,) = (scenario for scenario in plan.scenarios if scenario.name == "create")
        alone = replace(checklist, sections=(replace(plan, scenarios=(create,)),))
        return only(list(collect_results(run([alone], open_environment, config)).checks), "create")


@pytest.mark.parametrize(
    ("takes_s", "max_lag_s", "status", "told_s"),
    [
        (3.0, None, Status.PASSED, 10.0),
        (12.5, None, Status.PASSED, 14.0),
        (12.5, 13.0, Status.PASSED, 13.0),
        (3.0, 4.0, Status.PASSED, 4.0),
        (13.5, 13.0, Status.FAILED, 15.0),
        (4.5, 4.0, Status.FAILED, 6.0),
    ],
)
def test_a_change_within_the_maximum_latency_is_never_too_late(
    takes_s: float, max_lag_s: float | None, status: Status, told_s: float
) -> None:
    """A look is made when the maximum latency is over, however far apart the looks are."""
    create = OwnPace(takes_s=takes_s, max_lag_s=max_lag_s).create()
    assert (create.status, create.latency_s) == (status, told_s)


def test_the_time_that_reading_takes_is_not_that_of_the_sync() -> None:
    create = OwnPace(takes_s=3.0, reading_s=2.0, max_lag_s=10.0).create()
    assert create.latency_s is not None
    assert create.status is Status.PASSED
    assert create.latency_s <= 10.0


def test_the_time_in_which_a_section_waits_for_others_is_not_that_of_the_sync() -> None:
    class Unqueued(VirtualClock):
        """A clock that leaves out the 30 s which the section waits for others before each cycle."""

        def now(self) -> datetime:
            return waiting.clock.now() - timedelta(seconds=30 * waiting.cycles)

    @dataclass
    class Queued(Waiting):
        cycles: int = 0

        def now_and_then(self) -> None:
            self.cycles += 1
            self.clock.sleep(30)
            super().now_and_then()

        def environment(self) -> Environment:
            return replace(super().environment(), unqueued=Unqueued(START))

    waiting = Queued(max_lag_s=5.0)
    create = only(waiting.checks(), "create")
    assert (create.status, create.latency_s) == (Status.PASSED, 1.0)
