"""A cycle costs what changed: one list request a side and entity, and nothing else when nothing did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sync_fakes import pairs, section
from sync_world import BASIC, EVERY, World, every, make_world

from qa_sync.sync.cycle.read_changes import FULL_READ_INTERVAL, OVERLAP
from qa_sync.systems.system import Record

GROUPS = section(2, "Groups", "Team", EVERY, pairs=pairs(title="label"))
AGAIN = section(3, "People", "Person", EVERY, pairs=pairs(kind="kind"))


@pytest.fixture(params=[False, True], ids=["whole lists", "changed since"])
def world(request: pytest.FixtureRequest) -> World:
    made = make_world()
    made.shop.tells_changes = made.office.tells_changes = request.param
    return made


def test_an_idle_cycle_costs_one_list_a_side_and_entity(world: World) -> None:
    for n in range(20):
        world.shop.insert("people", {"name": f"n{n}", "land": "Atlantis" if n == 3 else "NO"})
    world.shop.insert("people", {"name": "waits", "group": "S-99"})
    world.shop.insert("groups", {"title": "G"})
    engine = world.engine(every(pairs=(*BASIC, *pairs(group="teamId"))), GROUPS, AGAIN)
    for _ in range(3):
        engine.cycle()
    before = world.shop.reads + world.office.reads, world.writes, world.shop.lists, world.office.lists
    summary = engine.cycle()
    after = world.shop.reads + world.office.reads, world.writes, world.shop.lists, world.office.lists
    assert after == (before[0], before[1], before[2] + 2, before[3] + 2)
    reported = [p.text for p in summary.problems]  # a standing problem is reported without a request
    assert ["land" in text for text in reported] == [True, False]
    assert reported[1] == "group: S-99 has no counterpart yet"


def test_only_what_changed_is_read_again(world: World) -> None:
    for n in range(20):
        world.shop.insert("people", {"name": f"n{n}"})
    engine = world.engine(every())
    engine.cycle()
    engine.cycle()
    world.shop.edit("people", "S-3", {"name": "new"})
    world.office.edit("person", "O-5", {"alias": "new"})
    before = world.shop.reads + world.office.reads
    assert engine.cycle().updated == 2
    assert world.shop.reads + world.office.reads - before == 6  # both pairs, and what was written


def test_the_longer_nothing_happens_the_less_is_read_again() -> None:
    world = make_world()
    requested: list[datetime | None] = []
    listing = world.shop.list

    def noting(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        requested.append(since)
        return listing(datatype, since)

    world.shop.list = noting  # type: ignore[method-assign]
    world.shop.insert("people", {"name": "Ada"})
    changed = datetime.fromisoformat(world.buyer()["changed"])
    engine = world.engine(every(), clock=world.shop.clock)
    for _ in range(3):
        engine.cycle()
        world.shop.clock.sleep(OVERLAP.total_seconds() / 2)
    a_write = timedelta(seconds=1)
    assert requested == [None, changed - OVERLAP / 2 + a_write, changed]


def test_a_stamp_in_the_future_hides_nothing() -> None:
    world = make_world()
    world.shop.tells_changes = True
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Bo"})
    world.buyer()["changed"] = "2099-01-01T00:00:00Z"
    engine = world.engine(every(), clock=world.shop.clock)
    engine.cycle()
    world.shop.clock.sleep(timedelta(hours=2).total_seconds())
    world.shop.edit("people", "S-2", {"name": "new"})
    assert engine.cycle().updated == 1


def test_a_record_that_a_shifted_page_hid_is_found_a_day_later() -> None:
    world = make_world()
    world.shop.tells_changes = True
    for n in range(4):
        world.shop.insert("people", {"name": f"n{n}"})
    listing = world.shop.list

    def shifted(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        # The first of two pages was read; then another client deleted S-1, and S-3 moved up to that page.
        yield from (r for r in listing(datatype, since) if r.id != "S-3")
        world.shop.delete("people", "S-1")

    world.shop.list = shifted  # type: ignore[method-assign]
    engine = world.engine(every(), clock=world.shop.clock)
    assert engine.cycle().created == 2
    world.shop.list = listing  # type: ignore[method-assign]
    world.shop.clock.sleep(FULL_READ_INTERVAL.total_seconds() / 2)
    assert engine.cycle().seen == 1
    world.shop.clock.sleep(FULL_READ_INTERVAL.total_seconds() / 2)
    assert engine.cycle().created == 1
    assert engine.cycle().seen == 1


def test_records_are_processed_again_when_the_spec_changes(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "kind": "k"})
    world.engine(every()).cycle()
    assert world.engine(every()).cycle().updated == 0
    world.engine(every(pairs=(*BASIC, *pairs(kind="kind")))).cycle()
    assert world.person()["kind"] == "k"


def test_sections_may_move_within_the_spec(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.engine(every()).cycle()
    moved = section(7, "People", "Person", EVERY, pairs=BASIC)
    assert world.engine(GROUPS, moved).cycle().created == 0


def test_one_section_only_leaves_the_others_for_later(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("groups", {"title": "G"})
    alone = world.engine(every(), GROUPS, only={GROUPS.key})
    assert (alone.cycle().created, len(world.office.records("person"))) == (1, 0)
    assert world.engine(every(), GROUPS).cycle().created == 1


def test_a_stopped_cycle_is_resumed_later(world: World) -> None:
    for n in range(5):
        world.shop.insert("people", {"name": f"n{n}"})
    engine = world.engine(every(), stop=lambda: len(world.office.records("person")) == 2)
    summary = engine.cycle()
    assert (summary.created, summary.complete) == (2, False)
    assert world.engine(every()).cycle().created == 3
    assert len(world.office.records("person")) == 5
