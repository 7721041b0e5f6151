from __future__ import annotations

import pytest
from sync_fakes import criteria, pairs, section
from sync_world import BASIC, EVERY, LINK_FIRST, World, every, make_world

from qa_sync.dataflow.model import Connection, Statement, StatementKind
from qa_sync.sync.policies import EmptyPolicy, Policies

ERASING = Policies(EmptyPolicy.ERASE)


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_cleared_value_is_cleared_on_the_other_side_when_that_is_the_policy(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A", "age": 7})
    engine = world.engine(every(), policies=ERASING)
    engine.cycle()
    world.shop.edit("people", "S-1", {"nick": ""})
    world.office.edit("person", "O-1", {"years": None})
    engine.cycle()
    assert (world.person()["alias"], world.buyer()["age"]) == (None, None)
    assert world.person()["fullName"] == "Ada"
    assert engine.cycle().writes == 0


def test_a_value_that_never_was_erases_nothing(world: World) -> None:
    merge = (LINK_FIRST, StatementKind.MERGE_IF)
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada", "alias": "A"})
    people = section(1, "People", "Person", *merge, pairs=BASIC, criteria=criteria(("name", "fullName")))
    assert world.engine(people, policies=ERASING).cycle().linked == 1
    assert (world.person()["alias"], world.buyer()["nick"]) == ("A", "A")


def test_what_is_referred_to_is_connected_too(world: World) -> None:
    said = Statement(StatementKind.NEW_IF_CONNECTED, 1, "", connection=Connection(("People",), "Office"))
    groups = section(1, "Groups", "Team", LINK_FIRST, said, pairs=pairs(title="label"))
    people = section(2, "People", "Person", EVERY, pairs=pairs(name="fullName", group="teamId"))
    used, _unused = (world.shop.insert("groups", {"title": title}).id for title in ("used", "unused"))
    world.shop.insert("people", {"name": "Ada", "group": used})
    engine = world.engine(groups, people)
    assert engine.cycle().created == 2  # they waited for each other
    (team,) = world.office.records("team").values()
    (person,) = world.office.records("person").values()
    assert (team["label"], person["teamId"]) == ("used", team["id"])
    assert engine.cycle().writes == 0
    world.shop.edit("people", "S-3", {"group": "S-2"})
    engine.cycle()
    engine.cycle()
    assert [t["label"] for t in world.office.records("team").values()] == ["used", "unused"]
