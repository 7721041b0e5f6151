"""A crash between a write and its response: the new record is found even if it was edited since, no edit is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec.structs import replace
from sync_fakes import OFFICE, FakeSystem
from sync_world import KEY, World, every, make_world

from qa_sync.errors import SystemUnreachable
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record


@pytest.fixture
def world() -> World:
    return make_world()


class Crash(BaseException):
    """The end of a process, as seen by the engine."""


def crash_after(system: FakeSystem, name: str) -> Callable[[], None]:
    """Let a system execute a write and the engine end before the response; return the function that undoes it."""
    real = getattr(system, name)

    def crash(*args: Any) -> None:
        real(*args)
        raise Crash

    setattr(system, name, crash)
    return lambda: setattr(system, name, real)


def crash(world: World, system: FakeSystem, name: str) -> None:
    undo = crash_after(system, name)
    with pytest.raises(Crash):
        world.engine(every()).cycle()
    undo()


@pytest.mark.parametrize("edited", [{}, {"alias": "theirs"}, {"fullName": "theirs", "alias": "x", "years": "9"}])
def test_a_new_record_is_found_by_a_unique_value_despite_edits(world: World, edited: dict[str, str]) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A", "mail": "ada@example.test"})
    crash(world, world.office, "insert")
    world.office.insert("person", {"fullName": "Ada", "alias": "A"})  # of another client, and similar
    world.office.edit("person", "O-1", edited)
    engine = world.engine(every())
    assert engine.cycle().created == 0
    link = world.links.by_source(KEY, "S-1")
    assert link is not None
    assert link.target == "O-1"
    assert world.buyer()["name"] == edited.get("fullName", "Ada")
    assert world.buyer()["nick"] == edited.get("alias", "A")
    assert engine.cycle().writes == 0


def test_without_anything_unique_it_is_found_by_most_of_what_was_sent(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    crash(world, world.office, "insert")
    world.office.edit("person", "O-1", {"alias": "theirs"})
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    world.engine(every()).cycle()
    assert len(world.office.records("person")) == 1
    assert (world.person()["fullName"], world.buyer()["nick"]) == ("Ada Berg", "theirs")


def test_what_was_there_before_is_never_taken_for_it(world: World) -> None:
    world.office.insert("person", {"fullName": "Ada", "alias": "A"})
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    real = world.office.insert

    def lost(*_: Any) -> str:
        raise Crash

    world.office.insert = lost  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        world.engine(every()).cycle()
    world.office.insert = real  # type: ignore[method-assign]
    assert world.engine(every()).cycle().created == 1


def test_an_edit_after_an_unanswered_update_is_not_undone_by_it(world: World) -> None:
    world.office.cards = {"person": _without_stamps(OFFICE["person"])}
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    world.engine(every()).cycle()
    world.office.edit("person", "O-1", {"alias": "second"})
    crash(world, world.shop, "update")  # the shop shows what we wrote there
    world.office.edit("person", "O-1", {"alias": "third"})
    world.engine(every()).cycle()
    assert (world.buyer()["nick"], world.person()["alias"]) == ("third", "third")


def test_a_value_changed_by_the_system_in_an_interrupted_update_is_not_an_edit(world: World) -> None:
    world.office.keep = lambda path, value: value[:4] if path == "fullName" else value
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    world.engine(every()).cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg", "nick": "B"})
    crash(world, world.office, "update")
    engine = world.engine(every())
    engine.cycle()
    assert (world.buyer()["name"], world.person()["fullName"]) == ("Ada Berg", "Ada ")
    assert engine.cycle().writes == 0


def test_an_update_that_never_came_to_be_is_made(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    world.engine(every()).cycle()
    world.shop.edit("people", "S-1", {"name": "Bo"})
    real = world.office.update

    def lost(_record: Record, _values: Mapping[str, Any]) -> None:
        raise SystemUnreachable("no answer")

    world.office.update = lost  # type: ignore[method-assign,assignment]
    with pytest.raises(SystemUnreachable):
        world.engine(every()).cycle()
    world.office.update = real  # type: ignore[method-assign]
    world.office.edit("person", "O-1", {"alias": "theirs"})
    world.engine(every()).cycle()
    assert (world.person()["fullName"], world.buyer()["nick"]) == ("Bo", "theirs")


def test_without_locking_an_edit_between_two_writes_is_seen(world: World) -> None:
    world.shop.cards = {"people": replace(world.shop.cards["people"], revision=None)}
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    world.office.edit("person", "O-1", {"alias": "office"})
    world.shop.edit("people", "S-1", {"name": "shop"})
    edits = [("people", "S-1", {"nick": "shop, last"})]

    def meanwhile(_record: Record) -> None:
        if edits:
            world.shop.edit(*edits.pop())

    world.office.before_update = meanwhile
    summary = engine.cycle()
    assert summary.problems == ()
    assert (world.buyer()["nick"], world.person()["alias"]) == ("shop, last", "shop, last")
    assert world.person()["fullName"] == "shop"


def test_a_create_that_returns_the_counterpart_of_another_record_is_a_problem(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    world.office.insert = lambda *_: Record("Office", "person", "O-1", {})  # type: ignore[method-assign]
    world.shop.insert("people", {"name": "Bo"})
    assert [p.id for p in engine.cycle().problems] == ["S-2"]
    assert [p.id for p in engine.cycle().problems] == ["S-2"]


def _without_stamps(card: EntityCard) -> EntityCard:
    return replace(card, modified=None)
