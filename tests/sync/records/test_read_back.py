"""A record that is read back after a write: what counts as stored by the write, and what as an edit since."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sync_world import World, every, make_world

from qa_sync.systems.system import Record
from qa_sync.values.form import Json


@pytest.fixture
def world() -> World:
    """A world of systems without locks, in which nobody but the response can tell of an edit."""
    world = make_world(locks=False)
    world.shop.insert("people", {"name": "Ada Berg", "nick": "A"})
    return world


def edited_after(world: World, verb: str, values: Mapping[str, Json], *, response: str = "stored") -> None:
    """Let another client edit the office's record once, between a write and its reading back."""
    write = getattr(world.office, verb)
    edits = [values]

    def then_edit(*words: object) -> Record | None:
        shown: Record = write(*words)
        if edits:
            world.office.edit("person", "O-1", edits.pop())
        return {"stored": shown, "only an id": Record("Office", "person", shown.id, {}), "nothing": None}[response]

    setattr(world.office, verb, then_edit)


@pytest.mark.parametrize("values", [{"fullName": "theirs"}, {"alias": "theirs"}, {"fullName": "x", "alias": "y"}])
def test_an_edit_before_a_new_record_is_read_back_is_not_lost(world: World, values: Mapping[str, Json]) -> None:
    edited_after(world, "insert", values)
    engine = world.engine(every())
    engine.cycle()
    engine.cycle()
    given = {"fullName": "Ada Berg", "alias": "A", **values}
    assert (world.buyer()["name"], world.buyer()["nick"]) == (given["fullName"], given["alias"])
    assert (engine.cycle().writes, world.person()["fullName"]) == (0, given["fullName"])


@pytest.mark.parametrize("values", [{"fullName": "theirs"}, {"fullName": "Ada Berg"}])
def test_an_edit_before_an_update_is_read_back_is_not_lost(world: World, values: Mapping[str, Json]) -> None:
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Bo"})
    edited_after(world, "update", values)
    engine.cycle()
    engine.cycle()
    assert (world.buyer()["name"], world.person()["fullName"]) == (values["fullName"], values["fullName"])
    assert engine.cycle().writes == 0


@pytest.mark.parametrize("response", ["only an id", "nothing"])
def test_without_a_record_in_the_response_the_value_read_back_counts_as_stored(world: World, response: str) -> None:
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Bo"})
    edited_after(world, "update", {"fullName": "theirs"}, response=response)
    engine.cycle()
    assert engine.cycle().writes == 0
    assert world.buyer()["name"] == "Bo"


def test_a_response_that_repeats_what_was_sent_makes_no_edit_of_what_was_stored(world: World) -> None:
    """The office cuts names, and its responses show them whole: the shop's name must stay."""
    world.office.keep = lambda path, value: value[:5] if path == "fullName" else value
    update = world.office.update

    def echo(record: Record, values: Mapping[str, Json]) -> Record | None:
        shown = update(record, values)
        return Record("Office", "person", record.id, {**shown.data, **values}) if shown else None

    world.office.update = echo  # type: ignore[method-assign]
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Cecilie Berg"})
    problems = [p.text for p in engine.cycle().problems]
    assert engine.cycle().writes == 0
    assert (world.buyer()["name"], world.person()["fullName"]) == ("Cecilie Berg", "Cecil")
    assert len(problems) == 1
    assert "was not stored as written" in problems[0]
