"""Edits of both sides count only when the sync did not run in between, whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from running_world import START, World, forth

from qa_sync.clock import VirtualClock
from qa_sync.running.edits.edit_times import FINE, MINUTE, SECOND, resolution
from qa_sync.running.environment import SyncControl
from qa_sync.running.events import CheckFinished, Status

REQUEST_S = 0.02
"""How long a request takes."""

CYCLES_S = (0.05, 0.3, 1.0, 3.0, 10.0)
KINDS = ("newest-wins", "independent")


class TickingClock(VirtualClock):
    """A virtual clock that calls `tick` every `every_s` seconds, as a sync that runs by itself works."""

    def __init__(self, every_s: float) -> None:
        super().__init__(START + timedelta(seconds=0.123))
        self.tick: Callable[[], None] = lambda: None
        self._every_s = every_s
        self._next_s = every_s
        self._in_tick = False

    def sleep(self, seconds: float) -> None:
        end = self.now() + timedelta(seconds=seconds)
        while not self._in_tick and (left := (end - self.now()).total_seconds()) >= self._next_s:
            super().sleep(self._next_s)
            self._next_s = self._every_s
            self._in_tick = True
            self.tick()
            self._in_tick = False
            if left <= 0:
                break
        rest = max((end - self.now()).total_seconds(), 0.0)
        self._next_s -= rest if not self._in_tick else 0.0
        super().sleep(rest)


@dataclass
class SelfRunning(World):
    """Two systems whose sync runs by itself; every request takes time, and times have only whole seconds."""

    every_s: float = 1.0
    fine: frozenset[str] = frozenset()
    clock: VirtualClock = field(default_factory=lambda: TickingClock(1.0))

    def __post_init__(self) -> None:
        self.clock = ticking = TickingClock(self.every_s)
        self.cycles_known, self.alone, self.timeout_s = False, False, 60.0
        super().__post_init__()
        ticking.tick = lambda: self.sync(self)
        for system in (self.left, self.right):
            system.before = lambda _operation: ticking.sleep(REQUEST_S)
            system.clock = ticking if system.label in self.fine else _Seconds(ticking)

    def work(self) -> None:
        self.clock.sleep(min(self.every_s, 1.0))

    def control(self) -> SyncControl:
        return SyncControl(interval_s=self.every_s)


class _Seconds(VirtualClock):
    """Shows whole seconds of another clock."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(START)
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


def source_wins(world: World) -> None:
    """Let the source win whenever both sides were edited."""
    for a, b in world.links.items():
        left, right = world.left.records.get(a), world.right.records.get(b)
        if left and right and forth(left)["title"] != world.synced[a]["title"]:
            world.right.put(b, {"title": left["name"]})
            world.synced[a]["title"] = left["name"]
    world.carry()


def whole_record(world: World) -> None:
    """Write the whole record of the side that was edited last over the other, as a careless sync does."""
    for a, b in world.links.items():
        left, right = world.left.records.get(a), world.right.records.get(b)
        if left and right and forth(left) != {key: right.get(key) for key in ("title", "number")}:
            if str(left["changed"]) >= str(right["changed"]):
                world.right.put(b, forth(left))
            else:
                world.left.put(a, {"name": right["title"], "count": right["number"]})
            world.synced[a] = forth(world.left.records[a])
    world.carry()


def found(world: World, kind: str) -> CheckFinished:
    return next(check for check in world.results().checks if check.kind == kind)


@pytest.mark.parametrize("fine", [frozenset(), frozenset({"Left"}), frozenset({"Left", "Right"})], ids=len)
@pytest.mark.parametrize("every_s", CYCLES_S)
def test_a_sync_in_which_the_source_always_wins_never_passes(every_s: float, fine: frozenset[str]) -> None:
    check = found(SelfRunning(sync=source_wins, every_s=every_s, fine=fine), "newest-wins")
    assert check.status in {Status.FAILED, Status.ERROR}
    assert every_s < REQUEST_S * 10 or check.status is Status.FAILED, check.message


@pytest.mark.parametrize("every_s", CYCLES_S)
def test_a_sync_that_overwrites_whole_records_never_passes(every_s: float) -> None:
    check = found(SelfRunning(sync=whole_record, every_s=every_s), "independent")
    assert check.status in {Status.FAILED, Status.ERROR}


@pytest.mark.parametrize("fine", [frozenset(), frozenset({"Left"}), frozenset({"Left", "Right"})], ids=len)
@pytest.mark.parametrize("every_s", CYCLES_S)
def test_a_healthy_sync_never_fails(every_s: float, fine: frozenset[str]) -> None:
    checks = SelfRunning(every_s=every_s, fine=fine).results().checks
    assert [check.message for check in checks if check.status is Status.FAILED] == []
    errors = {check.kind for check in checks if check.status is Status.ERROR}
    assert errors <= ({"newest-wins", "independent"} if every_s < 1 else set())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sync_that_follows_every_write_at_once_leaves_nothing_to_try(kind: str) -> None:
    check = found(SelfRunning(every_s=REQUEST_S / 2), kind)
    assert check.status is Status.ERROR
    assert str(check.message).startswith("could not be tried: the sync worked between the two edits; 5 attempts")


def test_the_same_sync_is_judged_alike_whether_it_is_started_or_runs_by_itself() -> None:
    for sync in (source_wins, whole_record):
        started = {kind: found(World(sync=sync), kind).status for kind in KINDS}
        by_itself = {kind: found(SelfRunning(sync=sync, every_s=5.0), kind).status for kind in KINDS}
        assert started == by_itself


def test_edits_with_equal_times_do_not_count() -> None:
    world = World()
    world.left.clock = world.right.clock = VirtualClock(START)  # a clock that stands still
    check = found(world, "newest-wins")
    assert check.status is Status.ERROR
    assert "the modification times of the two edits were equal or in the wrong order" in str(check.message)


def test_a_clock_that_is_behind_is_waited_for() -> None:
    world = World()
    world.right.clock = _Behind(world.clock, timedelta(seconds=7))
    assert found(world, "newest-wins").status is Status.PASSED


class _Behind(VirtualClock):
    """A clock that is behind another one."""

    def __init__(self, clock: VirtualClock, by: timedelta) -> None:
        super().__init__(START)
        self._clock = clock
        self._by = by

    def now(self) -> datetime:
        return self._clock.now() - self._by


at = partial(datetime, 2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], SECOND),
        ([at(0, 0)], SECOND),
        ([at(0, 5), at(0, 0)], SECOND),
        ([at(0, 0), at(1, 0), at(2, 0)], MINUTE),
        ([at(0, 0), at(1, 0), at(2, 7)], SECOND),
        ([at(0, 0), at(1, 0, 5000), at(2, 7)], FINE),
    ],
)
def test_the_resolution_is_learned_from_the_times_seen(times: list[datetime], expected: timedelta) -> None:
    assert resolution(times) == expected


@dataclass
class Started(SelfRunning):
    """A sync that the run starts and holds, and that may go on after it says that it has ended."""

    holds: int = 0

    def work(self) -> None:
        assert not self.holds, "the run waits for a cycle that it holds itself"
        super().work()

    def control(self) -> SyncControl:
        return SyncControl(self.hold)

    @contextmanager
    def hold(self) -> Iterator[None]:
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_cycle_is_awaited_while_the_sync_is_held(kind: str) -> None:
    assert found(Started(), kind).status is Status.PASSED
