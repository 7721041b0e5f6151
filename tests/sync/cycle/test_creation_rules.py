from __future__ import annotations

import pytest
from sync_fakes import pairs, section
from sync_world import BASIC, EVERY, LINK_FIRST, World, make_world

from qa_sync.dataflow.model import Condition, Connection, Section, Statement, StatementKind

CONDITION = Statement(StatementKind.CONDITION, 1, "When sold", condition=Condition("free", "When sold"))


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_condition_without_a_predicate_creates_nothing_and_reports_one_problem(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(section(1, "People", "Person", CONDITION, pairs=BASIC))
    first, second = engine.cycle(), engine.cycle()
    assert (first.created, second.created) == (0, 0)
    assert "no [[conditions]] entry" in first.problems[0].text
    assert second.problems == ()


def test_a_condition_lets_in_whom_it_means(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "kind": "sold"})
    world.shop.insert("people", {"name": "Bo", "kind": "open"})
    sold = section(1, "People", "Person", CONDITION, pairs=BASIC)
    engine = world.engine(sold, conditions={sold.key: lambda record: record.data["kind"] == "sold"})
    engine.cycle()
    assert [p["fullName"] for p in world.office.records("person").values()] == ["Ada"]
    world.shop.edit("people", "S-2", {"kind": "sold"})
    assert engine.cycle().created == 1


def connected(*entities: str) -> tuple[Section, Section]:
    said = Statement(StatementKind.NEW_IF_CONNECTED, 1, "", connection=Connection(entities, "Office"))
    return (
        section(1, "People", "Person", LINK_FIRST, said, pairs=BASIC),
        section(2, "Groups", "Team", EVERY, pairs=pairs(title="label")),
    )


def test_only_what_is_connected_to_a_linked_record_is_created(world: World) -> None:
    group = world.shop.insert("groups", {"title": "G"}).id
    world.shop.insert("people", {"name": "in", "group": group})
    world.shop.insert("people", {"name": "out"})
    world.shop.insert("people", {"name": "lost", "group": "S-99"})
    world.engine(*connected("Groups")).cycle()
    assert [p["fullName"] for p in world.office.records("person").values()] == ["in"]


def test_a_connection_to_an_entity_that_is_not_synchronized_is_reported(world: World) -> None:
    world.shop.insert("people", {"name": "in", "group": world.shop.insert("groups", {"title": "G"}).id})
    summary = world.engine(*connected("Deals")).cycle()
    assert world.office.records("person") == {}
    assert "connected to" in summary.problems[0].text


def test_a_connection_may_name_its_entity_with_a_system_and_run_through_a_list(world: World) -> None:
    group = world.shop.insert("groups", {"title": "G"}).id
    world.shop.insert("people", {"name": "in", "tags.group": [None, group]})
    assert world.engine(*connected("Shop-groups")).cycle().created == 2


def test_a_connection_that_names_nothing_creates_nothing(world: World) -> None:
    world.shop.insert("people", {"name": "in", "group": world.shop.insert("groups", {"title": "G"}).id})
    people = section(1, "People", "Person", LINK_FIRST, StatementKind.NEW_IF_CONNECTED, pairs=BASIC)
    groups = section(2, "Groups", "Team", EVERY, pairs=pairs(title="label"))
    assert world.engine(people, groups).cycle().created == 1
    assert world.office.records("person") == {}
