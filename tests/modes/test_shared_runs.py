"""Which run of the sync serves a section: one that began after its last edit, shared with the other sections."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from qa_sync.clock import VirtualClock
from qa_sync.errors import NoVerdict
from qa_sync.modes.job import EPOCH
from qa_sync.modes.triggers.section_runs import SectionRuns, UnqueuedClock
from qa_sync.modes.triggers.shared_run import SharedRun
from qa_sync.running.needs import DuringCycle

GUARD_S = 120.0
FOREVER_S = 1e6


class Work:
    """A sync whose runs wait for `go_on`, unless it is set from the start; `edits` are those that a run has read."""

    def __init__(self, *, waits: bool = True) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.runs = 0
        self.waits = waits

    def __call__(self) -> None:
        self.runs += 1
        self.begun.release()
        if self.waits:
            assert self.go_on.acquire(timeout=GUARD_S)


def started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_section_that_looks_when_a_run_begins_is_served_by_it() -> None:
    work = Work()
    shared = SharedRun(work)
    asking, looking = SectionRuns(shared), SectionRuns(shared)
    first = started(asking)
    assert work.begun.acquire(timeout=GUARD_S)
    second = started(looking)
    while len(shared._asked) < 2:
        pass
    work.go_on.release()
    for thread in (first, second):
        thread.join(GUARD_S)
    assert work.runs == 1
    assert looking.queued_s == 0


def test_a_run_that_has_ended_serves_a_section_once() -> None:
    work = Work(waits=False)
    shared = SharedRun(work)
    asking, looking = SectionRuns(shared), SectionRuns(shared)
    asking()
    looking()
    assert work.runs == 1
    looking()
    assert work.runs == 2
    asking()
    assert work.runs == 2


def test_runs_that_a_section_has_missed_count_as_one() -> None:
    work = Work(waits=False)
    shared = SharedRun(work)
    asking, looking = SectionRuns(shared), SectionRuns(shared)
    for _ in range(3):
        asking()
    looking()
    assert work.runs == 3
    looking()
    assert work.runs == 4


def test_a_run_before_an_edit_does_not_serve_it() -> None:
    work = Work(waits=False)
    shared = SharedRun(work)
    asking, editing = SectionRuns(shared), SectionRuns(shared)
    asking()
    with editing.hold():
        pass
    editing()
    assert work.runs == 2


def test_a_section_that_begins_is_not_served_by_an_earlier_run() -> None:
    work = Work(waits=False)
    shared = SharedRun(work)
    SectionRuns(shared)()
    SectionRuns(shared)()
    assert work.runs == 2


def test_an_edit_that_was_too_late_for_a_run_is_not_served_by_it() -> None:
    """The edit ends after the run that it was to be made in, and after the beginning of the next one."""
    work = Work(waits=False)
    shared = SharedRun(work)
    editing, other = SectionRuns(shared), SectionRuns(shared)

    def edit() -> None:
        shared.wait_until_ended(1, GUARD_S)
        with other.hold():
            pass
        other()

    assert editing.during([DuringCycle(edit, frozenset())]) == [False]
    assert work.runs == 2
    editing()
    assert work.runs == 3


def test_the_error_of_a_run_is_that_of_every_section_it_serves() -> None:
    def fails() -> None:
        raise NoVerdict("broken")

    shared = SharedRun(fails)
    asking, looking = SectionRuns(shared), SectionRuns(shared)
    for section in (asking, looking):
        with pytest.raises(NoVerdict, match="broken"):
            section()
    assert shared.begun == 1


def test_a_run_waits_for_the_running_sections() -> None:
    work = Work(waits=False)
    shared = SharedRun(work, gather_s=FOREVER_S)
    with shared.joined(), shared.joined():
        first = started(SectionRuns(shared))
        assert not work.begun.acquire(timeout=0.05)
        second = started(SectionRuns(shared))
        for thread in (first, second):
            thread.join(GUARD_S)
    assert work.runs == 1


def test_a_run_does_not_wait_for_a_section_that_ends() -> None:
    work = Work(waits=False)
    shared = SharedRun(work, gather_s=FOREVER_S)
    with shared.joined():
        with shared.joined():
            asking = started(SectionRuns(shared))
            assert not work.begun.acquire(timeout=0.05)
        asking.join(GUARD_S)
    assert work.runs == 1


def test_a_run_waits_for_others_only_for_a_while() -> None:
    work = Work(waits=False)
    shared = SharedRun(work, gather_s=0.01)
    with shared.joined(), shared.joined():
        SectionRuns(shared)()
    assert work.runs == 1


def test_a_run_waits_no_longer_than_a_run_takes() -> None:
    work = Work(waits=False)
    shared = SharedRun(work, gather_s=FOREVER_S)
    with shared.joined():
        section = SectionRuns(shared)
        section()
        with shared.joined():
            section()
    assert work.runs == 2


def test_the_time_until_a_run_begins_is_not_that_of_the_sync() -> None:
    work = Work(waits=False)
    shared = SharedRun(work, gather_s=0.05)
    clock = VirtualClock(EPOCH)
    with shared.joined(), shared.joined():
        section = SectionRuns(shared)
        section()
    assert section.queued_s > 0
    assert UnqueuedClock(clock, section).now() == EPOCH - timedelta(seconds=section.queued_s)


class Sections:
    """Sections that edit and ask in any order; `wrong` is what must not happen."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.edited: dict[int, int] = {}
        self.carried: dict[int, int] = {}
        self.under_edit: set[int] = set()
        self.wrong: list[str] = []
        self.shared = SharedRun(self.work, gather_s=0.001)

    def work(self) -> None:
        if self.under_edit:
            self.wrong.append("a run began during an edit")
        self.carried.update(self.edited)

    def edit(self, number: int, value: int) -> None:
        self.under_edit.add(number)
        self.edited[number] = value
        self.under_edit.discard(number)

    def play(self, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")  # noqa: S311 - repeatable, not secret
        with self.shared.joined():
            runs, served = SectionRuns(self.shared), 0
            for value in range(30):
                if chance.random() < 0.5:
                    with runs.hold():
                        self.edit(number, value)
                runs()
                if self.carried.get(number) != self.edited.get(number):
                    self.wrong.append(f"section {number} was served without its edit {self.edited.get(number)}")
                if runs._after <= served:
                    self.wrong.append(f"section {number} was served twice by run {served}")
                served = runs._after


@pytest.mark.parametrize("seed", range(5))
def test_every_edit_is_served_by_a_run_that_began_after_it(seed: int) -> None:
    sections = Sections(seed)
    threads = [started(partial(sections.play, number)) for number in range(6)]
    for thread in threads:
        thread.join(GUARD_S)
    assert not any(thread.is_alive() for thread in threads)
    assert sections.wrong == []
    assert sections.shared.begun <= 6 * 30
