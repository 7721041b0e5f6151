from __future__ import annotations

from typing import Any

import pytest
from sync_fakes import pairs, section
from sync_world import BASIC, EVERY, World, every, make_world


@pytest.fixture
def world() -> World:
    return make_world()


def test_every_source_record_gets_one_counterpart_with_its_values(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "age": 7, "land": "NO"})
    summary = world.engine(every()).cycle()
    assert (summary.seen, summary.created, summary.problems) == (1, 1, ())
    assert len(world.office.records("person")) == 1
    assert world.person() | {"fullName": "Åse", "years": "7", "country": "NO"} == world.person()


def test_a_target_record_is_never_created_on_the_source(world: World) -> None:
    world.office.insert("person", {"fullName": "Bo"})
    world.engine(every()).cycle()
    assert world.shop.records("people") == {}


def test_a_second_cycle_without_edits_writes_nothing(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "age": 7})
    engine = world.engine(every())
    engine.cycle()
    before = world.writes
    summary = engine.cycle()
    assert (summary.created, summary.updated, summary.unchanged) == (0, 0, 1)
    assert world.writes == before


def test_an_edit_is_synchronized_either_way_and_alone(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "nick": "Å"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Åse Berg"})
    engine.cycle()
    assert world.office.calls[-1].values == {"fullName": "Åse Berg"}
    world.office.edit("person", "O-1", {"alias": "ÅB"})
    assert engine.cycle().updated == 1
    assert world.shop.calls[-1].values == {"nick": "ÅB"}


def test_edits_of_different_properties_on_both_sides_both_survive(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "nick": "Å"})
    engine = world.engine(every())
    engine.cycle()
    world.office.edit("person", "O-1", {"alias": "new"})
    world.shop.edit("people", "S-1", {"name": "New"})
    summary = engine.cycle()
    assert (summary.updated, summary.conflicts) == (2, 0)
    assert (world.buyer()["name"], world.buyer()["nick"]) == ("New", "new")
    assert (world.person()["fullName"], world.person()["alias"]) == ("New", "new")
    assert engine.cycle().writes == 0


@pytest.mark.parametrize("last", ["shop", "office"])
def test_of_two_edits_of_one_property_the_later_wins(world: World, last: str) -> None:
    world.shop.insert("people", {"name": "Åse"})
    engine = world.engine(every())
    engine.cycle()
    edits = {
        "shop": lambda: world.shop.edit("people", "S-1", {"name": "shop"}),
        "office": lambda: world.office.edit("person", "O-1", {"fullName": "office"}),
    }
    for name in sorted(edits, key=lambda n: n == last):
        edits[name]()
    summary = engine.cycle()
    assert summary.conflicts == 1
    assert world.buyer()["name"] == world.person()["fullName"] == last


def test_the_source_wins_when_both_were_edited_at_the_same_time(world: World) -> None:
    world.shop.insert("people", {"name": "Åse"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "shop"})
    world.office.edit("person", "O-1", {"fullName": "office"})
    world.buyer()["changed"] = world.person()["changed"]
    engine.cycle()
    assert world.buyer()["name"] == world.person()["fullName"] == "shop"


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_value_erases_nothing(world: World, empty: str | None) -> None:
    world.shop.insert("people", {"name": "Åse", "nick": "Å"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"nick": empty})
    assert engine.cycle().updated == 0
    assert world.person()["alias"] == "Å"
    assert world.buyer()["nick"] == empty
    world.shop.edit("people", "S-1", {"nick": "Å"})
    assert engine.cycle().updated == 0


def test_a_value_changed_by_the_system_is_not_an_edit(world: World) -> None:
    world.office.keep = lambda _path, value: str(value).strip()[:4].replace("&", "&amp;")
    world.shop.insert("people", {"name": " A & Berg ", "nick": "long nick"})
    engine = world.engine(every())
    engine.cycle()
    assert engine.cycle().writes == 0
    world.shop.edit("people", "S-1", {"name": "B & Berg"})
    assert engine.cycle().updated == 1
    assert engine.cycle().writes == 0
    assert world.buyer()["name"] == "B & Berg"


def test_a_value_derived_from_a_write_is_not_an_edit(world: World) -> None:
    def initials(data: dict[str, Any]) -> None:
        data["initials"] = (data.get("fullName") or "")[:1]

    world.office.derive = initials
    world.shop.insert("people", {"name": "Åse"})
    engine = world.engine(every(pairs=pairs(name="fullName", kind="initials")))
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Bo"})
    engine.cycle()
    assert engine.cycle().writes == 0
    assert "kind" not in world.buyer()


def test_create_only_and_read_only_properties(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "born": "1990"})
    engine = world.engine(every(pairs=pairs(name="fullName", born="birthday", score="points")))
    engine.cycle()
    assert world.person()["birthday"] == "1990"
    world.office.edit("person", "O-1", {"points": 5})
    world.buyer()["born"] = "1991"
    summary = engine.cycle()
    assert (summary.updated, summary.problems) == (0, ())
    assert engine.cycle().unchanged == 1


def test_a_counterpart_that_is_deleted_is_not_made_again_and_deletes_nothing(world: World) -> None:
    world.shop.insert("people", {"name": "Åse"})
    world.shop.insert("people", {"name": "Bo"})
    engine = world.engine(every())
    engine.cycle()
    world.office.delete("person", "O-1")
    world.shop.delete("people", "S-2")
    summary = engine.cycle()
    assert summary.writes == 0
    assert list(world.shop.records("people")) == ["S-1"]
    assert list(world.office.records("person")) == ["O-2"]


def test_a_duplicate_section_is_left_out(world: World) -> None:
    world.shop.insert("people", {"name": "Åse"})
    copy = section(2, "People", "Person", EVERY, pairs=BASIC, duplicate_of=1)
    assert world.engine(every(), copy).cycle().seen == 1


def test_two_sections_with_the_same_entities_share_their_links(world: World) -> None:
    world.shop.insert("people", {"name": "Åse", "nick": "Å"})
    other = section(2, "People", "Person", EVERY, pairs=pairs(nick="alias"))
    engine = world.engine(every(pairs=pairs(name="fullName")), other)
    engine.cycle()
    engine.cycle()
    assert len(world.office.records("person")) == 1
    assert world.person()["alias"] == "Å"
    assert engine.cycle().writes == 0
