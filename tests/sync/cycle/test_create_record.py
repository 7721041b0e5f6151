from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace
from sync_fakes import pairs
from sync_world import KEY, World, every, make_world

from qa_sync.errors import InvalidResponse, SystemUnreachable
from qa_sync.sync.store.links import PendingCreate
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_create_without_a_response_is_not_repeated(world: World) -> None:
    insert = world.office.insert

    def crash_after(datatype: str, values: Mapping[str, Json]) -> Record:
        insert(datatype, values)
        raise SystemUnreachable("no answer")

    world.office.insert = crash_after  # type: ignore[method-assign,assignment]
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    with pytest.raises(SystemUnreachable):
        world.engine(every()).cycle()
    world.office.insert = insert  # type: ignore[method-assign]
    summary = world.engine(every()).cycle()
    assert (summary.linked, summary.created) == (1, 0)
    assert len(world.office.records("person")) == 1
    world.office.edit("person", "O-1", {"alias": "B"})
    assert world.engine(every()).cycle().updated == 1
    assert world.buyer()["nick"] == "B"


def test_a_create_that_failed_without_a_trace_is_made(world: World) -> None:
    insert = world.office.insert

    def fail(datatype: str, values: Mapping[str, Json]) -> Record:
        raise InvalidResponse(f"500 for {datatype} with {len(values)} values")

    world.office.insert = fail  # type: ignore[method-assign,assignment]
    world.shop.insert("people", {"name": "Ada"})
    assert "500" in world.engine(every()).cycle().problems[0].text
    world.office.insert = insert  # type: ignore[method-assign]
    assert world.engine(every()).cycle().created == 1


def test_several_records_that_an_unanswered_create_may_have_made_are_a_problem(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    for _ in range(2):
        world.office.insert("person", {"fullName": "Ada"})
    world.links.begin_create(KEY, "S-1", PendingCreate(0, {}, {"fullName": '"Ada"'}))
    summary = world.engine(every()).cycle()
    assert (summary.linked, summary.created) == (0, 0)
    assert "got no response" in summary.problems[0].text


def test_a_record_that_vanishes_after_the_list_gets_no_counterpart(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    listed = list(world.shop.list("people"))
    world.shop.delete("people", "S-1")
    world.shop.list = lambda datatype, since=None: iter(listed)  # type: ignore[method-assign]  # noqa: ARG005
    assert world.engine(every()).cycle().writes == 0


def test_a_new_record_is_read_fresh_since_lists_may_be_partial(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "born": "1990"})
    partial = [replace(record, data={"id": "S-1"}) for record in world.shop.list("people")]
    world.shop.list = lambda datatype, since=None: iter(partial)  # type: ignore[method-assign]  # noqa: ARG005
    engine = world.engine(every(pairs=pairs(name="fullName", born="birthday")))
    engine.cycle()
    assert world.person()["birthday"] == "1990"
    assert engine.cycle().writes == 0


def test_a_taken_unique_value_is_a_problem_and_leaves_no_intent(world: World) -> None:
    world.office.insert("person", {"email": "ada@example.test"})
    world.shop.insert("people", {"mail": "ada@example.test"})
    summary = world.engine(every()).cycle()
    assert "taken" in summary.problems[0].text
    assert world.links.pending_create(KEY, "S-1") is None


def test_a_counterpart_that_cannot_be_read_yet_is_linked_all_the_same(world: World) -> None:
    lookup = world.office.lookup
    world.office.lookup = lambda *_: None  # type: ignore[method-assign]
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    assert engine.cycle().created == 1
    world.office.lookup = lookup  # type: ignore[method-assign]
    assert engine.cycle().writes == 0
    world.shop.edit("people", "S-1", {"name": "Bo"})
    engine.cycle()
    assert world.person()["fullName"] == "Bo"


def test_nothing_sent_twice_for_a_thousand_records(world: World) -> None:
    for n in range(1000):
        world.shop.insert("people", {"name": f"n{n}"})
    engine = world.engine(every())
    engine.cycle()
    reads = world.office.reads + world.shop.reads
    assert reads == 2000
    assert engine.cycle().unchanged == 1000
    assert world.office.reads + world.shop.reads == reads
