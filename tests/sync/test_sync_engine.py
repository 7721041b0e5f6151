from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sync_fakes import OFFICE, SHOP, START, FakeSystem, criteria, flow, pairs, section

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Condition, Connection, PropertyPair, Section, Statement, StatementKind, When
from qa_sync.errors import BadAnswer, Refused, SystemUnreachable
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults import Fault
from qa_sync.sync.links import Links
from qa_sync.systems.system import Record

EVERY = StatementKind.EVERY
LINK_FIRST = StatementKind.LINK_FIRST
MERGE_IF = StatementKind.MERGE_IF
BASIC = pairs(name="fullName", nick="alias", mail__shown="email", age="years", land="country")
CONDITION = Statement(StatementKind.CONDITION, 1, "When sold", condition=Condition("free", "When sold"))


@dataclass
class World:
    shop: FakeSystem
    office: FakeSystem
    links: Links

    def engine(self, *sections: Section, **more: Any) -> Engine:
        return Engine(flow(*sections), self.shop, self.office, self.links, **more)

    @property
    def writes(self) -> int:
        return len(self.shop.calls) + len(self.office.calls)

    def person(self, id: str = "O-1") -> dict[str, Any]:
        return self.office.records("person")[id]

    def buyer(self, id: str = "S-1") -> dict[str, Any]:
        return self.shop.records("people")[id]


@pytest.fixture
def world() -> World:
    clock = VirtualClock(START)
    shop, office = FakeSystem("Shop", SHOP, clock), FakeSystem("Office", OFFICE, clock)
    return World(shop, office, Links())


def every(**parts: Any) -> Section:
    return section(1, "People", "Person", EVERY, **{"pairs": BASIC, **parts})


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


def test_an_edit_is_carried_either_way_and_alone(world: World) -> None:
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
def test_of_two_edits_of_one_property_the_newer_stands(world: World, last: str) -> None:
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


def test_what_a_system_makes_of_a_value_is_no_edit(world: World) -> None:
    world.office.keep = lambda _path, value: value.strip()[:4].replace("&", "&amp;") if isinstance(value, str) else value
    world.shop.insert("people", {"name": " A & Berg ", "nick": "long nick"})
    engine = world.engine(every())
    engine.cycle()
    assert engine.cycle().writes == 0
    world.shop.edit("people", "S-1", {"name": "B & Berg"})
    assert engine.cycle().updated == 1
    assert engine.cycle().writes == 0
    assert world.buyer()["name"] == "B & Berg"


def test_what_a_system_derives_from_a_write_is_no_edit(world: World) -> None:
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


# Matching


def matching(*rows: tuple[str, str], kinds: tuple[StatementKind, ...] = (LINK_FIRST, MERGE_IF)) -> Section:
    return section(1, "People", "Person", *kinds, pairs=BASIC, criteria=criteria(*rows))


def test_link_first_links_what_matches_and_creates_nothing(world: World) -> None:
    world.shop.insert("people", {"mail": {"shown": "Ada@example.test"}, "name": "Ada"})
    world.shop.insert("people", {"mail": {"shown": "bo@example.test"}})
    world.office.insert("person", {"email": "ada@EXAMPLE.test", "alias": "A"})
    world.shop.keep = lambda path, value: value["shown"] if path == "mail" else value
    summary = world.engine(matching(("mail.shown", "email"))).cycle()
    assert (summary.linked, summary.created) == (1, 0)
    assert world.buyer()["nick"] == "A"
    assert world.person()["fullName"] == "Ada"


def test_any_row_of_the_merge_table_is_enough(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "x"})
    world.office.insert("person", {"fullName": "Other", "alias": "x"})
    assert world.engine(matching(("name", "fullName"), ("nick", "alias"))).cycle().linked == 1


@pytest.mark.parametrize("value", ["", " "])
def test_empty_values_and_empty_rows_never_match(world: World, value: str) -> None:
    world.shop.insert("people", {"name": value})
    world.office.insert("person", {"fullName": value})
    summary = world.engine(matching(("name", "fullName"), ("", ""))).cycle()
    assert (summary.linked, summary.problems) == (0, ())


def test_several_candidates_are_a_problem_and_no_guess(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    summary = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF))).cycle()
    assert (summary.linked, summary.created) == (0, 0)
    assert summary.problems[0].id == "S-1"
    assert "O-1, O-2" in summary.problems[0].text


def test_matching_first_then_creating_leaves_one(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Bo"})
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName"), kinds=(EVERY, StatementKind.MATCHING, MERGE_IF)))
    assert (engine.cycle().linked, len(world.office.records("person"))) == (1, 2)
    assert engine.cycle().writes == 0


def test_a_target_record_is_linked_once(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName")))
    assert engine.cycle().linked == 1
    assert engine.cycle().linked == 0


@pytest.mark.parametrize("later", ["shop", "office"])
def test_when_matched_records_differ_the_later_one_stands(world: World, later: str) -> None:
    makers = {
        "shop": lambda: world.shop.insert("people", {"name": "Ada", "nick": "shop"}),
        "office": lambda: world.office.insert("person", {"fullName": "Ada", "alias": "office"}),
    }
    for name in sorted(makers, key=lambda n: n == later):
        makers[name]()
    engine = world.engine(matching(("name", "fullName")))
    engine.cycle()
    assert world.buyer()["nick"] == world.person()["alias"] == later
    assert engine.cycle().writes == 0


def test_what_flows_one_way_only_flows_that_way_when_matched(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.buyer()["score"] = 3
    world.office.insert("person", {"fullName": "Ada", "points": 9})
    rows = pairs(name="fullName", score="points")
    both = section(1, "People", "Person", LINK_FIRST, pairs=rows, criteria=criteria(("name", "fullName")))
    world.engine(both).cycle()
    assert world.person()["points"] == 3


# Conditions and connections


def test_a_condition_without_a_predicate_creates_nothing_and_says_so_once(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(section(1, "People", "Person", CONDITION, pairs=BASIC))
    first, second = engine.cycle(), engine.cycle()
    assert (first.created, second.created) == (0, 0)
    assert "predicate" in first.problems[0].text
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
    group = world.shop.insert("groups", {"title": "G"})
    world.shop.insert("people", {"name": "in", "group": group})
    world.shop.insert("people", {"name": "out"})
    world.shop.insert("people", {"name": "lost", "group": "S-99"})
    world.engine(*connected("Groups")).cycle()
    assert [p["fullName"] for p in world.office.records("person").values()] == ["in"]


def test_a_connection_to_an_entity_that_is_not_synchronised_is_told(world: World) -> None:
    world.shop.insert("people", {"name": "in", "group": world.shop.insert("groups", {"title": "G"})})
    summary = world.engine(*connected("Deals")).cycle()
    assert world.office.records("person") == {}
    assert "connected to" in summary.problems[0].text


# References


def referring() -> tuple[Section, Section]:
    people = section(1, "People", "Person", EVERY, pairs=pairs(name="fullName", group="teamId", id="id"))
    return people, section(2, "Groups", "Team", EVERY, pairs=pairs(title="label"))


def test_references_are_translated_through_the_links_in_one_cycle(world: World) -> None:
    group = world.shop.insert("groups", {"title": "G"})
    world.shop.insert("people", {"name": "Ada", "group": group})
    engine = world.engine(*referring())
    assert engine.cycle().created == 2
    (team,) = world.office.records("team")
    (person,) = world.office.records("person").values()
    assert person["teamId"] == team
    assert engine.cycle().writes == 0


def test_an_edited_reference_is_carried_back(world: World) -> None:
    groups = [world.shop.insert("groups", {"title": title}) for title in "GH"]
    buyer = world.shop.insert("people", {"name": "Ada", "group": groups[0]})
    engine = world.engine(*referring())
    engine.cycle()
    (person,) = world.office.records("person")
    world.office.edit("person", person, {"teamId": list(world.office.records("team"))[1]})
    engine.cycle()
    assert world.buyer(buyer)["group"] == groups[1]


def test_a_record_waits_for_what_it_refers_to(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "group": "S-2"})
    engine = world.engine(*referring())
    first = engine.cycle()
    assert (first.created, first.problems) == (0, ())
    assert world.shop.insert("groups", {"title": "G"}) == "S-2"
    assert engine.cycle().created == 2


def test_an_edited_reference_waits_and_holds_back_nothing_else(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(*referring())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg", "group": "S-2"})
    engine.cycle()
    assert world.person()["fullName"] == "Ada Berg"
    assert "teamId" not in world.person()
    world.shop.insert("groups", {"title": "G"})
    engine.cycle()
    assert world.person()["teamId"] == "O-2"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (pairs(group="teamId"), "no section links groups with team"),
        (pairs(group="alias"), "one of the two is a reference"),
        (pairs(nick="teamId"), "one of the two is a reference"),
        (pairs(nik="alias"), "did you mean 'nick'"),
        (pairs(nick="alia"), "did you mean 'alias'"),
    ],
)
def test_a_row_that_cannot_be_carried_is_told_once(
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


# Lists


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


# Several rows for one property, conditions of rows


def test_several_sources_of_one_target_the_first_with_a_value_rules(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "second": "S"})
    engine = world.engine(every(pairs=pairs(nick="other", second="other")))
    engine.cycle()
    assert world.person()["other"] == "S"
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


def test_a_dependent_row_without_a_literal_is_told(world: World) -> None:
    summary = world.engine(every(pairs=dependent("wd:Q1"))).cycle()
    assert "wd:Q1 in kind" in summary.problems[0].text


# What goes wrong


def test_a_value_that_cannot_be_converted_leaves_the_others_synced(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "land": "Atlantis"})
    engine = world.engine(every())
    summary = engine.cycle()
    assert summary.created == 1
    assert (summary.problems[0].id, "land" in summary.problems[0].text) == ("S-1", True)
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    summary = engine.cycle()
    assert world.person()["fullName"] == "Ada Berg"
    assert "land" in summary.problems[0].text
    world.shop.edit("people", "S-1", {"land": "SE"})
    assert engine.cycle().problems == ()
    assert world.person()["country"] == "SE"


def test_a_refused_write_is_a_problem_and_tried_again(world: World) -> None:
    world.office.refuse = lambda values: values.get("fullName") == "bad"
    world.shop.insert("people", {"name": "bad"})
    world.shop.insert("people", {"name": "good"})
    engine = world.engine(every())
    summary = engine.cycle()
    assert summary.created == 1
    assert "not allowed" in summary.problems[0].text
    world.shop.edit("people", "S-2", {"name": "bad"})
    assert len(engine.cycle().problems) == 2
    world.office.refuse = lambda _values: False
    summary = engine.cycle()
    assert (summary.created, summary.updated, summary.problems) == (1, 1, ())


def test_a_conflict_is_tried_again_from_a_fresh_read(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    edits = ["meanwhile"]

    def somebody_edits(record: Record) -> None:
        if edits:
            world.office.edit(record.datatype, record.id, {"alias": edits.pop()})

    world.office.before_update = somebody_edits
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    assert engine.cycle().problems == ()
    assert (world.person()["fullName"], world.person()["alias"]) == ("Ada Berg", "meanwhile")
    assert world.buyer()["nick"] == "meanwhile"


def test_a_lasting_conflict_is_given_up_after_three_attempts(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    world.office.before_update = lambda r: world.office.edit(r.datatype, r.id, {"alias": f"x{r.data['rev']}"})
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    summary = engine.cycle()
    assert len([c for c in world.office.calls if c.operation == "update"]) == 3
    assert "gave up" in summary.problems[0].text


def test_an_edit_between_the_read_and_the_answer_is_not_lost(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    update = world.office.update

    def then_somebody_edits(record: Record, values: Any) -> None:
        update(record, values)
        world.office.edit(record.datatype, record.id, {"alias": "theirs"})

    world.office.update = then_somebody_edits  # type: ignore[method-assign]
    engine.cycle()
    world.office.update = update  # type: ignore[method-assign]
    engine.cycle()
    assert world.buyer()["nick"] == "theirs"


def test_an_api_without_update_or_insert_is_left_alone(world: World) -> None:
    world.shop.cards = {**SHOP}
    world.office.cards = {"person": _cannot(OFFICE["person"], insert="no endpoint")}
    world.shop.insert("people", {"name": "Ada"})
    summary = world.engine(every()).cycle()
    assert world.office.calls == []
    assert "no endpoint" in summary.problems[0].text


def test_a_record_that_cannot_be_updated_takes_nothing_but_gives(world: World) -> None:
    world.office.cards = {"person": _cannot(OFFICE["person"], update="no endpoint")}
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    assert engine.cycle().updated == 0
    world.office.edit("person", "O-1", {"alias": "B"})
    engine.cycle()
    assert world.buyer()["nick"] == "B"


def _cannot(card: Any, **reasons: str) -> Any:
    from dataclasses import replace  # noqa: PLC0415

    return replace(card, cannot=reasons)
