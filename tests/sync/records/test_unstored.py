"""A sync shows what a system did not store as it was written, and does not call the pair in sync."""

from __future__ import annotations

import pytest
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st
from sync_world import every, make_world

from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.table import find_fault
from qa_sync.values.form import Json


def eats_backslashes(_path: str, value: Json) -> Json:
    return value.replace("\\", "") if isinstance(value, str) else value


def told(engine: Engine) -> list[str]:
    return [problem.text for problem in engine.cycle().problems]


def test_a_text_that_is_not_stored_is_a_problem_with_both_values_until_a_record_changes() -> None:
    world = make_world()
    world.office.keep = eats_backslashes
    engine = world.engine(every())
    world.shop.insert("people", {"name": "Back\\slash", "mail": "a@example.test"})
    for _ in range(3):
        summary = engine.cycle()
        (problem,) = summary.problems
        assert problem.text == r"fullName was not stored as written: expected 'Back\\slash', got 'Backslash'"
        assert problem.system == "Office"
        assert summary.unchanged == 0
    writes = world.writes
    engine.cycle()
    assert world.writes == writes
    (person,) = world.office.list("person")
    world.office.clock.sleep(60)
    world.office.update(person, {"fullName": "Edited"})
    engine.cycle()
    assert told(engine) == []
    assert world.buyer()["name"] == "Edited"


@settings(max_examples=many(10))
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12))
@pytest.mark.parametrize("side", ["shop", "office"])
def test_any_text_is_read_back_the_same_or_reported(side: str, text: str) -> None:
    world = make_world()
    world.shop.insert("people", {"name": "Ann", "mail": "a@example.test"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.keep = world.office.keep = eats_backslashes
    world.shop.clock.sleep(60)
    if side == "shop":
        world.shop.keep = lambda _path, value: value
        world.shop.update(next(world.shop.list("people")), {"name": text})
    else:
        world.office.keep = lambda _path, value: value
        world.office.update(next(world.office.list("person")), {"fullName": text})
    problems = told(engine)
    same = world.buyer()["name"] == world.person()["fullName"]
    assert same or text.isspace() or problems
    assert not (same and problems)


def test_a_deliberate_fault_of_the_sync_is_not_blamed_on_the_system() -> None:
    world = make_world()
    world.shop.insert("people", {"name": "x" * 300, "mail": "a@example.test"})
    assert told(world.engine(every(), faults=[find_fault("truncate")])) == []
    assert world.person()["fullName"] != "x" * 300
