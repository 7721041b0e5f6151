"""No cycle starts while a section edits, and an edit during a cycle is really made during one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pytest

from qa_sync.modes.embedded.mid_cycle import ActingSystem, MidCycle
from qa_sync.modes.triggers.gate import Gate
from qa_sync.modes.triggers.section_runs import SectionRuns
from qa_sync.modes.triggers.shared_run import SharedRun
from qa_sync.running.needs import DuringCycle
from qa_sync.systems.system import Record


def started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_cycle_waits_for_the_edits_of_all_sections() -> None:
    gate, cycled = Gate(), threading.Event()
    run = SectionRuns(SharedRun(cycled.set, gate))
    with gate.edit():
        with gate.edit():
            thread = started(run)
            assert not cycled.wait(0.05)
        assert not cycled.wait(0.05)
    thread.join(10)
    assert cycled.is_set()


def test_an_edit_waits_for_the_cycle_that_runs_and_goes_before_the_next() -> None:
    gate, order = Gate(), []
    working, go_on = threading.Event(), threading.Event()

    def work() -> None:
        order.append("cycle")
        working.set()
        go_on.wait(10)

    def edit() -> None:
        with gate.edit():
            order.append("edit")

    run = SectionRuns(SharedRun(work, gate))
    first = started(run)
    working.wait(10)
    editing = started(edit)
    while not gate._waiting_edits:
        pass
    second = started(run.next_run)
    go_on.set()
    for thread in (first, editing, second):
        thread.join(10)
    assert order == ["cycle", "edit", "cycle"]


def test_sections_that_ask_before_a_run_begins_share_it() -> None:
    gate, runs = Gate(), []
    shared = SharedRun(lambda: runs.append(1), gate)
    sections = [SectionRuns(shared) for _ in range(5)]
    with gate.edit():
        threads = [started(section) for section in sections]
        while len(shared._asked) < len(sections):
            pass
    for thread in threads:
        thread.join(10)
    assert len(runs) == 1


def test_an_action_during_a_run_is_known_to_end_in_time_or_not() -> None:
    acted, over = threading.Event(), threading.Event()

    def wait() -> None:
        acted.wait(10)

    def come_late() -> None:
        over.wait(10)
        wait_until_ended(ends)

    waits = SharedRun(wait)
    assert SectionRuns(waits).during([meanwhile(acted.set)]) == [True]
    ends = SharedRun(over.set)
    assert SectionRuns(ends).during([meanwhile(come_late)]) == [False]


def wait_until_ended(run: SharedRun) -> None:
    while run.ended < 1:
        pass


def test_the_error_of_a_run_is_raised_after_the_action() -> None:
    def fails() -> None:
        raise ValueError("the sync failed")

    done: list[int] = []
    with pytest.raises(ValueError, match="the sync failed"):
        SectionRuns(SharedRun(fails)).during([meanwhile(lambda: done.append(1))])
    assert done == [1]


def meanwhile(action: Callable[[], None], *ids: str) -> DuringCycle:
    return DuringCycle(action, frozenset(ids))


class Target:
    label = "target"
    cards: Mapping[str, object] = MappingProxyType({})

    def __init__(self) -> None:
        self.calls: list[str] = []

    def update(self, record: Record, _values: object) -> None:
        self.calls.append(f"update {record.id}")


@pytest.fixture
def target() -> Target:
    return Target()


@pytest.fixture
def mid_cycle() -> MidCycle:
    return MidCycle()


@pytest.fixture
def update(target: Target, mid_cycle: MidCycle) -> Callable[[str], None]:
    system = ActingSystem(target, mid_cycle)  # type: ignore[arg-type]

    def update_one(one: str) -> None:
        system.update(Record("target", "thing", one, {}), {})

    return update_one


Update = Callable[[str], None]


def test_the_built_in_sync_lets_the_run_act_before_it_updates_the_record(
    target: Target, mid_cycle: MidCycle, update: Update
) -> None:
    def cycle() -> None:
        for number in "123":
            update(number)

    acted = meanwhile(lambda: target.calls.append("act"), "2", "b")
    assert mid_cycle.run(cycle, [acted]) == [True]
    assert target.calls == ["update 1", "act", "update 2", "update 3"]
    late = meanwhile(lambda: target.calls.append("act late"), "4")
    assert mid_cycle.run(cycle, [late]) == [False]
    assert target.calls[-1] == "act late"


def test_an_error_of_the_action_is_not_taken_for_one_of_the_sync(
    target: Target, mid_cycle: MidCycle, update: Update
) -> None:
    def act() -> None:
        raise ValueError("the edit failed")

    with pytest.raises(ValueError, match="the edit failed"):
        mid_cycle.run(lambda: update("1"), [meanwhile(act, "1")])
    assert target.calls == ["update 1"]


def test_what_several_sections_do_in_one_cycle_is_all_done_once(
    target: Target, mid_cycle: MidCycle, update: Update
) -> None:
    """Sections that share the built-in sync edit during the same cycle."""
    in_time: dict[str, object] = {}

    def acting(name: str, *ids: str) -> DuringCycle:
        return meanwhile(lambda: target.calls.append(name), *ids)

    def cycle() -> None:
        in_time["other"] = mid_cycle.run(lambda: update("2"), [acting("other", "2"), acting("lost", "3")])
        update("1")
        update("1")

    in_time["one"] = mid_cycle.run(cycle, [acting("one", "1")])
    assert in_time == {"one": [True], "other": [True, False]}
    assert target.calls == ["other", "update 2", "lost", "one", "update 1", "update 1"]
