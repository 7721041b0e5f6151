from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sync_fakes import criteria, pairs, section
from sync_world import BASIC, EVERY, LINK_FIRST, MERGE_IF, World, make_world

from qa_sync.dataflow.model import Section, StatementKind
from qa_sync.sync.records import merge_candidates
from qa_sync.values.comparison.compare import Verdict, compare
from qa_sync.values.form import Canonical


@pytest.fixture
def world() -> World:
    return make_world()


def matching(*rows: tuple[str, str], kinds: tuple[StatementKind, ...] = (LINK_FIRST, MERGE_IF)) -> Section:
    return section(1, "People", "Person", *kinds, pairs=BASIC, criteria=criteria(*rows))


def test_link_first_links_what_matches_and_creates_nothing(world: World) -> None:
    world.shop.insert("people", {"mail": "Ada@example.test", "name": "Ada"})
    world.shop.insert("people", {"mail": "bo@example.test"})
    world.office.insert("person", {"email": "ada@EXAMPLE.test", "alias": "A"})
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


def test_several_candidates_are_a_problem(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    summary = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF))).cycle()
    assert (summary.linked, summary.created) == (0, 0)
    (problem,) = summary.problems
    assert problem.id == "S-1"
    assert "O-1, O-2" in problem.text


def test_a_record_processed_twice_is_reported_once(world: World) -> None:
    for name in ("Ada", "Bo"):
        world.shop.insert("people", {"name": name})
    for name in ("Ada", "Ada", "Bo"):
        world.office.insert("person", {"fullName": name})
    summary = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF))).cycle()
    assert (summary.linked, [p.id for p in summary.problems]) == (1, ["S-1"])


def test_matching_first_then_creating_leaves_one(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Bo"})
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName"), kinds=(EVERY, StatementKind.MATCHING, MERGE_IF)))
    assert (engine.cycle().linked, len(world.office.records("person"))) == (1, 2)
    assert engine.cycle().writes == 0


def test_two_that_match_the_same_record_are_a_problem(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF)))
    summary = engine.cycle()
    assert (summary.linked, summary.created) == (0, 0)
    assert [(p.id, "also matches" in p.text) for p in summary.problems] == [("S-1", True), ("S-2", True)]
    world.shop.delete("people", "S-1")
    assert engine.cycle().linked == 1


def test_a_target_record_is_linked_once(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName")))
    assert engine.cycle().linked == 1
    world.shop.insert("people", {"name": "Ada"})
    assert engine.cycle().linked == 0


def test_a_record_that_waits_is_matched_when_its_counterpart_appears(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(matching(("name", "fullName")))
    assert engine.cycle().linked == 0
    world.office.insert("person", {"fullName": "ada"})
    world.office.insert("person", {"fullName": "Bo"})
    assert engine.cycle().linked == 0
    world.office.edit("person", "O-2", {"fullName": "Ada"})
    assert engine.cycle().linked == 1


def test_a_deleted_record_is_not_a_candidate(world: World) -> None:
    world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF)))
    engine.cycle()
    world.office.delete("person", "O-1")
    world.shop.insert("people", {"name": "Ada"})
    assert engine.cycle().created == 1


def test_many_deleted_records_hide_no_match(world: World) -> None:
    for _ in range(9):
        world.office.insert("person", {"fullName": "Ada"})
    engine = world.engine(matching(("name", "fullName"), kinds=(EVERY, MERGE_IF)))
    engine.cycle()
    world.shop.insert("people", {"name": "Ada"})
    assert "matches 5 records or more (O-1, O-2," in engine.cycle().problems[0].text
    for n in range(1, 9):
        world.office.delete("person", f"O-{n}")
    summary = engine.cycle()
    assert (summary.linked, summary.problems) == (1, ())


@pytest.mark.parametrize("later", ["shop", "office"])
def test_when_matched_records_differ_the_later_one_wins(world: World, later: str) -> None:
    makers = {
        "shop": lambda: world.shop.insert("people", {"name": "Ada", "nick": "shop"}).id,
        "office": lambda: world.office.insert("person", {"fullName": "Ada", "alias": "office"}).id,
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


def test_matching_many_records_compares_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def counting(*values: Any) -> Verdict:
        compared.append(values)
        return compare(*values)

    monkeypatch.setattr(merge_candidates, "compare", counting)
    for n in range(300):
        world.shop.insert("people", {"name": f"n{n}"})
        world.office.insert("person", {"fullName": f"N{n}" if n % 2 else f"n{n}"})
    assert world.engine(matching(("name", "fullName"))).cycle().linked == 150
    assert len(compared) <= 6 * 150 + 300


def test_a_list_matches_by_any_element(world: World) -> None:
    world.shop.insert("people", {"lines.title": ["a", "b"]})
    world.office.insert("person", {"rows.text": ["b", "c"]})
    assert world.engine(matching(("lines.title", "rows.text"))).cycle().linked == 1


def test_an_invalid_value_matches_nothing_and_is_reported(world: World) -> None:
    world.shop.insert("people", {"land": "Atlantis"})
    world.office.insert("person", {"country": "Lemuria"})
    summary = world.engine(matching(("land", "country"), kinds=(EVERY, MERGE_IF))).cycle()
    assert summary.writes == 0
    assert [p.id for p in summary.problems] == ["S-1", "O-1"]
    world.shop.insert("people", {"land": "NO"})
    assert [p.id for p in world.engine(matching(("land", "country"))).cycle().problems] == ["S-1", "O-1"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("15.00"), 15),
        (Decimal("1.50"), Decimal("1.5")),
        (date(2024, 2, 29), datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ("Ada  BERG", " ada berg"),
    ],
)
def test_values_that_may_be_the_same_share_a_key(one: Canonical, other: Canonical) -> None:
    assert merge_candidates.index_key(one) == merge_candidates.index_key(other)
