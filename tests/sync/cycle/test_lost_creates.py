"""A create whose response is lost is put off to the end of the cycle: nothing is created twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_fakes import FakeSystem, criteria, pairs, section
from sync_world import EVERY, KEY, MERGE_IF, World, every, make_world

from qa_sync.clock import VirtualClock
from qa_sync.errors import RequestRejected, SystemUnreachable, UncertainWrite
from qa_sync.sync.cycle.lost_creates.put_off import CREATES, MAX_UNSETTLED
from qa_sync.sync.store.links import PendingCreate
from qa_sync.systems.rest.unsettled_create import UnsettledCreate
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

WELL, APPLIED, NOT_APPLIED, CRASH = "well", "applied", "not applied", "crash after it was applied"
NAME_AND_NICK = pairs(name="fullName", nick="alias")


class Lossy:
    """Makes creates of a system lose their response as `fates` say, and lists show new records `lag_s` later."""

    def __init__(self, system: FakeSystem, fates: list[str], lag_s: float = 0) -> None:
        self.system, self.fates, self.lag = system, fates, timedelta(seconds=lag_s)
        self.insert_well, self.list_all = system.insert, system.list
        self.made_at: dict[str, datetime] = {}
        self.lists = 0
        system.insert = self.insert  # type: ignore[method-assign]
        system.list = self.list  # type: ignore[method-assign]

    def insert(self, datatype: str, values: Mapping[str, Json], _found: object = None) -> Record:
        fate = self.fates.pop(0) if self.fates else WELL
        self.system.clock.sleep(0.05)
        if fate != NOT_APPLIED:
            made = self.insert_well(datatype, values)
            self.made_at[made.id] = self.system.clock.now()
        if fate == CRASH:
            raise SystemUnreachable("no network")
        if fate != WELL:
            raise UnsettledCreate(UncertainWrite("no response", succeeded=False), self.system.clock)
        return made

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        self.lists += datatype == "person"
        now, long_ago = self.system.clock.now(), datetime.min.replace(tzinfo=self.system.clock.now().tzinfo)
        for record in self.list_all(datatype, since):
            if now - self.made_at.get(record.id, long_ago) >= self.lag:
                yield record


def lossy(fates: list[str], names: list[str], lag_s: float = 0) -> tuple[World, Lossy]:
    world = make_world()
    for number, name in enumerate(names):
        world.shop.insert("people", {"name": name, "nick": f"nick {number % 2}"})
    return world, Lossy(world.office, fates, lag_s)


def counterparts(world: World) -> list[Any]:
    """Return the names of both records of each link, and the names of records without one."""
    linked = {}
    for source, data in world.shop.records("people").items():
        link = world.links.by_source(KEY, source)
        linked[link.target if link else source] = data["name"]
    persons = world.office.records("person").items()
    return [*sorted((linked.pop(person, None), data["fullName"]) for person, data in persons), *linked]


def run(world: World, cycles: int = 6) -> None:
    for _ in range(cycles):
        try:
            world.engine(every(pairs=NAME_AND_NICK), clock=world.office.clock).cycle()
        except SystemUnreachable:
            world.office.clock.sleep(0.5)


FATES = st.sampled_from([WELL, WELL, APPLIED, NOT_APPLIED, CRASH])


@given(
    fates=st.lists(FATES, max_size=16),
    names=st.lists(st.sampled_from(["Ada", "Bo", "Cy", "Dag"]), min_size=1, max_size=6),
    lag_s=st.floats(0, 10),
)
def test_every_record_gets_one_counterpart(fates: list[str], names: list[str], lag_s: float) -> None:
    world, _ = lossy(fates, names, lag_s)
    run(world, cycles=len(fates) + 2)
    assert counterparts(world) == sorted((name, name) for name in names)


def test_the_others_do_not_wait_for_it() -> None:
    world, office = lossy([NOT_APPLIED], [f"name {n}" for n in range(6)])
    begun = world.office.clock.now()
    done: list[float] = []
    insert = office.insert_well

    def timed(datatype: str, values: Mapping[str, Json], _found: object = None) -> Record:
        done.append((world.office.clock.now() - begun).total_seconds())
        return insert(datatype, values)

    office.insert_well = timed
    summary = world.engine(every(pairs=NAME_AND_NICK), clock=world.office.clock).cycle()
    assert (summary.created, summary.problems) == (6, ())
    assert done[4] < 10
    assert done[5] >= 15  # there is no evidence that it was not applied


def test_one_list_settles_all() -> None:
    names = [f"name {n}" for n in range(MAX_UNSETTLED - 1)]
    world, office = lossy([APPLIED] * len(names), names)
    assert world.engine(every(pairs=NAME_AND_NICK)).cycle().created == len(names)
    assert office.lists == 2  # the first one is that of the cycle


def test_more_than_can_be_compared_are_settled_meanwhile() -> None:
    names = [f"name {n}" for n in range(2 * MAX_UNSETTLED + 1)]
    world, office = lossy([APPLIED] * len(names), names)
    assert world.engine(every(pairs=NAME_AND_NICK)).cycle().created == len(names)
    assert office.lists == 1 + 3


def test_a_similar_record_of_another_lost_create_is_not_taken_for_it() -> None:
    """Both have one value in common, which is half of what was sent."""
    world, _ = lossy([NOT_APPLIED, WELL, APPLIED], ["Ada", "Bo", "Cy"])
    summary = world.engine(every(pairs=NAME_AND_NICK)).cycle()
    assert (summary.created, summary.problems) == (3, ())
    assert counterparts(world) == [("Ada", "Ada"), ("Bo", "Bo"), ("Cy", "Cy")]


@pytest.mark.parametrize("applied", [0, 1, 2, 3])
def test_of_lost_creates_with_the_same_values_each_gets_one_record(applied: int) -> None:
    world, _ = lossy([APPLIED] * applied + [NOT_APPLIED] * (3 - applied), ["Ada"] * 3)
    for number in range(3):
        world.shop.edit("people", f"S-{number + 1}", {"nick": "A"})
    summary = world.engine(every(pairs=NAME_AND_NICK)).cycle()
    assert (summary.created, summary.problems) == (3, ())
    assert counterparts(world) == [("Ada", "Ada")] * 3


def test_after_four_lost_attempts_it_is_a_problem_and_found_in_the_next_cycle() -> None:
    world, _ = lossy([NOT_APPLIED] * (CREATES - 1) + [APPLIED], ["Ada"])
    engine = world.engine(every(pairs=NAME_AND_NICK))
    summary = engine.cycle()
    assert (summary.created, [p.text for p in summary.problems]) == (0, ["create in Office failed: no response"])
    assert engine.cycle().linked == 1
    assert counterparts(world) == [("Ada", "Ada")]


def test_what_the_system_reports_as_created_is_not_repeated() -> None:
    world, office = lossy([], ["Ada"])

    def without_id(*_: object) -> Record:
        raise UnsettledCreate(UncertainWrite("no id", succeeded=True, hint="look"), world.office.clock)

    world.office.insert = without_id  # type: ignore[method-assign,assignment]
    summary = world.engine(every(pairs=NAME_AND_NICK)).cycle()
    assert [p.text for p in summary.problems] == ["create failed: no id (look)"]
    assert office.lists == 2 + 6  # it is searched for until the delays are over


def test_a_repeated_create_that_is_rejected_may_have_been_applied_by_the_first_attempt() -> None:
    world, office = lossy([APPLIED], ["Ada"], lag_s=17)
    lost = world.office.insert

    def then_taken(datatype: str, values: Mapping[str, Json], _found: object = None) -> Record:
        if office.made_at:
            world.office.clock.sleep(5)
            raise RequestRejected("the name is taken", status=409)
        return lost(datatype, values)

    world.office.insert = then_taken  # type: ignore[method-assign]
    summary = world.engine(every(pairs=NAME_AND_NICK), clock=world.office.clock).cycle()
    assert (summary.created, summary.problems) == (1, ())
    assert counterparts(world) == [("Ada", "Ada")]


@pytest.mark.parametrize(("ago_s", "made"), [(1, 0), (14, 0), (16, 1), (-60, 0)])
def test_a_create_of_a_killed_run_is_repeated_only_when_it_would_be_listed(ago_s: float, made: int) -> None:
    """`made`: it is repeated at once, before the office lists the record of the killed run."""
    world, _ = lossy([], ["Ada"], lag_s=15 - abs(ago_s) if ago_s < 15 else 100)
    clock: VirtualClock = world.office.clock
    world.office.insert("person", {"fullName": "Ada", "alias": "nick 0"})
    sent_at = clock.now() - timedelta(seconds=ago_s)
    pending = PendingCreate(0, {}, {"fullName": '"Ada"', "alias": '"nick 0"'}, sent_at)
    world.links.begin_create(KEY, "S-1", pending)
    run(world, 1)
    assert len(world.office.records("person")) == 1 + made


def test_a_record_of_a_killed_create_is_matched_with_no_other() -> None:
    """The second source record has the same value in the merge table; the first one's create made the record."""
    world, _ = lossy([], ["Bo", "Ada"])
    world.office.insert("person", {"fullName": "Ada", "alias": "nick 1"})
    world.links.begin_create(KEY, "S-2", PendingCreate(0, {}, {"fullName": '"Ada"', "alias": '"nick 1"'}))
    world.shop.edit("people", "S-1", {"nick": "nick 1"})
    merging = section(1, "People", "Person", EVERY, MERGE_IF, pairs=NAME_AND_NICK, criteria=criteria(("nick", "alias")))
    world.engine(merging).cycle()
    link = world.links.by_source(KEY, "S-2")
    assert link is not None
    assert link.target == "O-1"


def test_a_search_that_fails_leaves_the_creates_to_the_next_cycle() -> None:
    world, office = lossy([APPLIED], ["Ada"])
    engine = world.engine(every(pairs=NAME_AND_NICK))
    office.list_all = failing_second(office.list_all)
    summary = engine.cycle()
    assert "cannot be searched for: busy" in summary.problems[0].text
    assert engine.cycle().linked == 1
    assert counterparts(world) == [("Ada", "Ada")]


def failing_second(listing: Callable[..., Iterator[Record]]) -> Callable[..., Iterator[Record]]:
    calls: list[str] = []

    def listed(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        calls.append(datatype)
        if calls.count("person") == 2:
            raise RequestRejected("busy", status=423)
        return listing(datatype, since)

    return listed


def test_what_refers_to_it_is_created_in_the_same_cycle() -> None:
    world = make_world()
    group = world.shop.insert("groups", {"title": "G"}).id
    world.shop.insert("people", {"name": "Ada", "group": group})
    Lossy(world.office, [APPLIED])
    sections = (
        section(1, "Groups", "Team", EVERY, pairs=pairs(title="label")),
        section(2, "People", "Person", EVERY, pairs=pairs(name="fullName", group="teamId")),
    )
    summary = world.engine(*sections).cycle()
    assert (summary.created, summary.problems) == (2, ())
