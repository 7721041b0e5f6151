"""A create without a response is waited for until the system's own lists show that it was not applied; never repeated
too early."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.clock import VirtualClock
from qa_sync.errors import UncertainWrite
from qa_sync.systems.http.retrying.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.rest.create_evidence import CreateEvidence
from qa_sync.systems.rest.uncertain_writes import create_idempotently

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Slow:
    """A system whose lists show a record `lag_s` after it was made, which is `late_s` after it was requested."""

    def __init__(self, lag_s: float, late_s: float, seed: int, lost: float = 0.4) -> None:
        self.clock = VirtualClock(START)
        self.evidence = CreateEvidence(self.clock)
        self.shown_after = timedelta(seconds=lag_s + late_s)
        self.late_s, self.lost = late_s, lost
        self.made: list[tuple[str, str, datetime]] = []
        self.dice = random.Random(seed)  # noqa: S311 - chance that repeats itself
        self.looks = 0
        self.next: list[str] = []

    def fate(self) -> str:
        if self.next:
            return self.next.pop(0)
        return self.dice.choice(("applied", "not applied")) if self.dice.random() < self.lost else "well"

    def post(self, name: str) -> str:
        fate = self.fate()
        new = str(len(self.made))
        if fate != "not applied":
            self.made.append((new, name, self.clock.now()))
        self.clock.sleep(self.late_s if fate == "well" else 0.05)
        if fate == "well":
            return new
        raise UncertainWrite("no response", succeeded=False)

    def found(self, name: str) -> str | None:
        self.looks += 1
        listed, match = self.evidence.begin_list("thing"), None
        for each, of, at in self.made:
            if self.clock.now() - at >= self.shown_after:
                listed(each)
                match = each if of == name else match
        self.clock.sleep(0.05)
        return match

    def create(self, name: str) -> str:
        watched = self.evidence.watched("thing", lambda: self.post(name))
        looking = watched.looking(lambda: self.found(name))
        return create_idempotently(watched, looking, self.clock.sleep, CHECK_DELAYS_S, watched.unsettled_s)


@given(lag_s=st.floats(0, 7), late_s=st.floats(0.01, 7), seed=st.integers(0, 1000))
def test_however_late_lists_and_writes_are_nothing_is_created_twice(lag_s: float, late_s: float, seed: int) -> None:
    system = Slow(lag_s, late_s, seed)
    for number in range(12):
        try:
            system.create(f"thing {number}")
        except UncertainWrite:
            continue  # four responses in a row were lost; whoever called knows that it is uncertain
    names = [name for _, name, _ in system.made]
    assert len(names) == len(set(names))


def seconds(system: Slow, name: str) -> float:
    begun = system.clock.now()
    system.create(name)
    return (system.clock.now() - begun).total_seconds()


def test_a_system_that_lists_at_once_is_believed_soon() -> None:
    system = Slow(0, 0.05, seed=1, lost=0)
    system.create("first")
    system.next = ["not applied"]
    assert seconds(system, "second") < 1.5


@pytest.mark.parametrize("known", [0, 3])
def test_without_evidence_it_is_waited_for_in_full(known: int) -> None:
    system = Slow(30, 0.05, seed=1, lost=0)  # what was made is not listed yet
    for number in range(known):
        system.create(f"thing {number}")
    system.next = ["not applied"]
    assert seconds(system, "lost") > sum(CHECK_DELAYS_S)
    assert system.looks == 1 + len(CHECK_DELAYS_S)
