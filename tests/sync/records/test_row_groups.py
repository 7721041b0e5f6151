from __future__ import annotations

import pytest
from sync_fakes import pairs, section
from sync_world import BASIC, EVERY, World, every, make_world

from qa_sync.dataflow.model import PropertyPair, Section, When


@pytest.fixture
def world() -> World:
    return make_world()


def referring() -> tuple[Section, Section]:
    people = section(1, "People", "Person", EVERY, pairs=pairs(name="fullName", group="teamId", id="id"))
    return people, section(2, "Groups", "Team", EVERY, pairs=pairs(title="label"))


def test_references_are_translated_through_the_links_in_one_cycle(world: World) -> None:
    group = world.shop.insert("groups", {"title": "G"}).id
    world.shop.insert("people", {"name": "Ada", "group": group})
    engine = world.engine(*referring())
    assert engine.cycle().created == 2
    (team,) = world.office.records("team")
    (person,) = world.office.records("person").values()
    assert person["teamId"] == team
    assert engine.cycle().writes == 0


def test_an_edited_reference_is_synchronized_back(world: World) -> None:
    groups = [world.shop.insert("groups", {"title": title}).id for title in "GH"]
    buyer = world.shop.insert("people", {"name": "Ada", "group": groups[0]}).id
    engine = world.engine(*referring())
    engine.cycle()
    (person,) = world.office.records("person")
    world.office.edit("person", person, {"teamId": list(world.office.records("team"))[1]})
    engine.cycle()
    assert world.buyer(buyer)["group"] == groups[1]


def test_references_along_a_list_are_translated_each(world: World) -> None:
    groups = [world.shop.insert("groups", {"title": title}).id for title in "GH"]
    world.shop.insert("people", {"name": "Ada", "tags.group": [groups[1], None, groups[0]]})
    rows = PropertyPair("name", "fullName"), PropertyPair("tags.group", "marks.team")
    engine = world.engine(every(pairs=rows), section(2, "Groups", "Team", EVERY, pairs=pairs(title="label")))
    engine.cycle()
    assert [m["team"] for m in world.person("O-3")["marks"]] == ["O-2", None, "O-1"]
    assert engine.cycle().writes == 0


def test_a_record_waits_for_what_it_refers_to(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "group": "S-2"})
    engine = world.engine(*referring())
    first = engine.cycle()
    reported = [(p.id, p.text) for p in first.problems]
    assert (first.created, reported) == (0, [("S-1", "waiting: group S-2 has no counterpart yet")])
    assert world.shop.insert("groups", {"title": "G"}).id == "S-2"
    second = engine.cycle()
    assert (second.created, second.problems) == (2, ())


def test_a_record_deleted_while_it_waits_is_no_longer_reported(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "group": "S-9"})
    engine = world.engine(*referring())
    assert len(engine.cycle().problems) == 1
    world.shop.delete("people", "S-1")
    world.shop.insert("groups", {"title": "G"})
    assert engine.cycle().problems == ()


def test_an_edited_reference_waits_and_holds_back_nothing_else(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(*referring())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg", "group": "S-2"})
    assert [p.text for p in engine.cycle().problems] == ["group: S-2 has no counterpart yet"]
    assert world.person()["fullName"] == "Ada Berg"
    assert "teamId" not in world.person()
    world.shop.insert("groups", {"title": "G"})
    assert engine.cycle().problems == ()
    assert world.person()["teamId"] == "O-2"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (pairs(group="teamId"), "no section links groups to team"),
        (pairs(group="alias"), "one of the two is a reference"),
        (pairs(nick="teamId"), "one of the two is a reference"),
        (pairs(nik="alias"), "did you mean 'nick'"),
        (pairs(nick="alia"), "did you mean 'alias'"),
    ],
)
def test_a_row_that_cannot_be_synchronized_is_reported_once(
    world: World, rows: tuple[PropertyPair, ...], expected: str
) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every(pairs=(*rows, *BASIC)))
    first = engine.cycle()
    assert first.created == 1
    assert expected in first.problems[0].text
    assert engine.cycle().problems == ()


def test_an_unknown_entity_leaves_out_its_section_only(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    summary = world.engine(section(2, "Peeple", "Person", EVERY), every()).cycle()
    assert summary.created == 1
    assert "did you mean 'People'" in summary.problems[0].text


LINES = {"lines.title": ["a", "b"], "lines.count": [1, 2]}
LISTS = pairs(name="fullName", lines__title="rows.text", lines__count="rows.qty")


def test_list_rows_are_written_together_element_by_element(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", **LINES})
    engine = world.engine(every(pairs=LISTS))
    engine.cycle()
    assert world.person()["rows"] == [{"text": "a", "qty": "1"}, {"text": "b", "qty": "2"}]
    world.shop.edit("people", "S-1", {"lines.count": [1, 5]})
    engine.cycle()
    assert world.office.calls[-1].values == {"rows.text": ["a", "b"], "rows.qty": ["1", "5"]}
    world.office.edit("person", "O-1", {"rows.text": ["a", "b", "c"], "rows.qty": ["1", "5", "9"]})
    engine.cycle()
    assert world.buyer()["lines"][2] == {"title": "c", "count": 9}
    assert engine.cycle().writes == 0


def test_an_emptied_list_erases_nothing(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", **LINES})
    engine = world.engine(every(pairs=LISTS))
    engine.cycle()
    world.buyer()["lines"] = []
    assert engine.cycle().updated == 0
    assert len(world.person()["rows"]) == 2


def test_several_sources_of_one_target_the_first_with_a_value_rules(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "second": "S"})
    engine = world.engine(every(pairs=pairs(nick="other", second="other")))
    engine.cycle()
    assert world.person()["other"] == "S"
    world.shop.insert("people", {"nick": "first", "second": "second"})
    engine.cycle()
    assert world.person("O-2")["other"] == "first"
    world.shop.edit("people", "S-1", {"nick": "N", "second": "T"})
    engine.cycle()
    assert world.person()["other"] == "N"
    assert engine.cycle().writes == 0
    assert world.buyer()["second"] == "T"


def test_one_source_feeds_several_targets_also_on_the_way_back(world: World) -> None:
    world.shop.insert("people", {"nick": "N"})
    rows = (PropertyPair("nick", "alias"), PropertyPair("nick", "other"))
    engine = world.engine(every(pairs=rows))
    engine.cycle()
    world.office.edit("person", "O-1", {"other": "M"})
    engine.cycle()
    engine.cycle()
    assert (world.buyer()["nick"], world.person()["alias"], world.person()["other"]) == ("M", "M", "M")
    assert engine.cycle().writes == 0


def dependent(value: str) -> tuple[PropertyPair, ...]:
    rule = (When(value, "kind"),)
    return PropertyPair("name", "fullName"), PropertyPair("nick", "alias", source_when=rule, target_when=rule)


def test_a_dependent_row_holds_only_where_its_condition_does(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A", "kind": "vip"})
    world.shop.insert("people", {"name": "Bo", "nick": "B", "kind": "plain"})
    engine = world.engine(every(pairs=dependent("wd:Q1")), literals={"wd:Q1": "vip"})
    engine.cycle()
    assert (world.person()["alias"], world.person()["kind"]) == ("A", "vip")
    assert "alias" not in world.person("O-2")
    world.shop.edit("people", "S-2", {"nick": "BB"})
    assert engine.cycle().updated == 0


def test_a_conditional_row_without_a_literal_is_reported(world: World) -> None:
    summary = world.engine(every(pairs=dependent("wd:Q1"))).cycle()
    assert "wd:Q1 in kind" in summary.problems[0].text


@pytest.mark.parametrize(("currency", "given", "due"), [("KWD", "1.235", "1.235"), ("NOK", "1.235", "1.24")])
def test_money_has_the_decimals_of_the_currency_of_its_record(
    world: World, currency: str, given: str, due: str
) -> None:
    world.shop.insert("people", {"name": "Ada", "owed": given, "currency": currency})
    engine = world.engine(every(pairs=pairs(name="fullName", owed="due", currency="currency")))
    engine.cycle()
    assert world.person()["due"] == due
    assert engine.cycle().writes == 0
