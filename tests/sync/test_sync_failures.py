from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sync_fakes import OFFICE, pairs, section
from sync_world import BASIC, EVERY, World, every, make_world

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import PropertyPair, When
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


@pytest.fixture
def world() -> World:
    return make_world()


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


def test_a_rejected_write_is_a_problem_and_retried(world: World) -> None:
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

    def another_client_edits(record: Record) -> None:
        if edits:
            world.office.edit(record.datatype, record.id, {"alias": edits.pop()})

    world.office.before_update = another_client_edits
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


def test_an_edit_between_the_read_and_the_response_is_not_lost(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    update = world.office.update

    def then_another_client_edits(record: Record, values: Any) -> None:
        update(record, values)
        world.office.edit(record.datatype, record.id, {"alias": "theirs"})

    world.office.update = then_another_client_edits  # type: ignore[method-assign]
    engine.cycle()
    world.office.update = update  # type: ignore[method-assign]
    engine.cycle()
    assert world.buyer()["nick"] == "theirs"


@pytest.mark.parametrize("name", ["alias", "fullName"])
def test_an_edit_before_what_was_written_is_read_back_is_not_lost(world: World, name: str) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every())
    engine.cycle()
    # Both are written: the office's record first, and what it shows then is not what the shop's is given.
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    world.office.edit("person", "O-1", {"alias": "B"})
    update = world.office.update

    def then_another_client_edits(record: Record, values: Mapping[str, Json]) -> None:
        update(record, values)
        world.office.edit(record.datatype, record.id, {name: "theirs"})

    world.office.update = then_another_client_edits  # type: ignore[method-assign]
    engine.cycle()
    world.office.update = update  # type: ignore[method-assign]
    engine.cycle()
    assert world.person()[name] == "theirs"
    assert world.buyer()[{"alias": "nick", "fullName": "name"}[name]] == "theirs"
    assert engine.cycle().writes == 0


def test_an_edit_back_to_the_value_before_the_write_is_not_lost(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    update = world.office.update

    def then_another_client_edits(record: Record, values: Mapping[str, Json]) -> None:
        update(record, values)
        world.office.edit(record.datatype, record.id, {"fullName": "Ada"})

    world.office.update = then_another_client_edits  # type: ignore[method-assign]
    engine.cycle()
    world.office.update = update  # type: ignore[method-assign]
    engine.cycle()
    assert (world.person()["fullName"], world.buyer()["name"]) == ("Ada", "Ada")
    assert engine.cycle().writes == 0


def test_a_record_that_vanishes_after_a_write_is_left_alone(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    listed = list(world.office.list("person"))
    world.shop.edit("people", "S-1", {"name": "Bo"})
    update = world.office.update

    def then_gone(record: Record, values: Mapping[str, Json]) -> None:
        update(record, values)
        world.office.delete(record.datatype, record.id)

    world.office.update = then_gone  # type: ignore[method-assign]
    assert engine.cycle().problems == ()
    world.office.list = lambda datatype, since=None: iter(listed)  # type: ignore[method-assign]  # noqa: ARG005
    assert engine.cycle().writes == 0


def test_without_stamps_the_source_wins(world: World) -> None:
    world.office.cards = {"person": replace(OFFICE["person"], modified=None)}
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "shop"})
    world.office.edit("person", "O-1", {"fullName": "office"})
    engine.cycle()
    assert world.person()["fullName"] == "shop"


class Wrong(VirtualClock):
    """The clock of a system that is set wrong: ahead of another one, or behind it."""

    def __init__(self, right: VirtualClock, ahead: timedelta) -> None:
        self.right = right
        self.ahead = ahead

    def now(self) -> datetime:
        return self.right.now() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.right.sleep(seconds)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
@pytest.mark.parametrize("wrong", ["shop", "office"])
def test_the_latest_edit_wins_despite_wrong_clocks(world: World, wrong: str, ahead: timedelta) -> None:
    clock = world.shop.clock
    getattr(world, wrong).clock = Wrong(clock, ahead)
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = world.engine(every(), clock=clock)
    engine.cycle()
    world.shop.edit("people", "S-1", {"nick": "B"})
    engine.cycle()
    world.office.edit("person", "O-1", {"alias": "C"})
    engine.cycle()
    for first, second in (("shop", "office"), ("office", "shop")):
        for place in (first, second):
            clock.sleep(60)
            if place == "shop":
                world.shop.edit("people", "S-1", {"name": f"{place} after {first}"})
            else:
                world.office.edit("person", "O-1", {"fullName": f"{place} after {first}"})
        assert engine.cycle().problems == ()
        assert world.person()["fullName"] == world.buyer()["name"] == f"{second} after {first}"


def test_a_condition_on_a_list_is_reported(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "lines.title": ["a", "b"]})
    rule = PropertyPair("nick", "alias", source_when=(When("a", "lines.title"),))
    world.buyer()["nick"] = "A"
    engine = world.engine(every(pairs=(*BASIC[:1], rule)))
    assert "on a list" in engine.cycle().problems[0].text
    assert "on a list" in engine.cycle().problems[0].text
    assert "alias" not in world.person()


def test_an_api_without_update_or_insert_is_left_alone(world: World) -> None:
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


def _cannot(card: EntityCard, **reasons: str) -> EntityCard:
    return replace(card, cannot=reasons)


def test_a_record_that_cannot_be_read_holds_back_no_other(world: World) -> None:
    lookup = world.shop.lookup

    def broken(datatype: str, id: str) -> Record | None:
        if id == "S-1":
            raise InvalidResponse("not JSON")
        return lookup(datatype, id)

    world.shop.lookup = broken  # type: ignore[method-assign]
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Bo"})
    summary = world.engine(every()).cycle()
    assert summary.created == 1
    assert (summary.problems[0].id, summary.problems[0].text) == ("S-1", "not JSON")


def test_a_list_that_cannot_be_read_cuts_short_its_section_only(world: World) -> None:
    listing = world.office.list

    def broken(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        if datatype == "person":
            raise RequestRejected("forbidden", status=403)
        return listing(datatype, since)

    world.office.list = broken  # type: ignore[method-assign]
    world.shop.insert("groups", {"title": "G"})
    summary = world.engine(every(), section(2, "Groups", "Team", EVERY, pairs=pairs(title="label"))).cycle()
    assert (summary.created, summary.cut) == (1, 1)
    assert (summary.problems[0].system, "forbidden" in summary.problems[0].text) == ("Office", True)


def test_only_processed_pairs_in_sync_count_as_unchanged(world: World) -> None:
    for name in ("Ada", "Bo", "Cy"):
        world.shop.insert("people", {"name": name})
    engine = world.engine(every())
    engine.cycle()
    world.office.refuse = lambda values: values.get("fullName") == "bad"
    world.shop.edit("people", "S-1", {"name": "bad"})
    world.shop.edit("people", "S-2", {"name": "good"})
    summary = engine.cycle()
    assert (summary.updated, summary.unchanged, len(summary.problems)) == (1, 1, 1)
    world.shop.edit("people", "S-3", {"land": "Atlantis"})
    assert engine.cycle().unchanged == 1

    def forbidden(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        raise RequestRejected(f"{datatype} since {since} are forbidden", status=403)

    world.office.list = forbidden  # type: ignore[method-assign]
    assert engine.cycle().unchanged == 0
    assert world.engine(every(), stop=lambda: True).cycle().unchanged == 0


def test_a_list_that_is_late_undoes_nothing(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    late = list(world.office.list("person"))

    def listing(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        assert (datatype, since) == ("person", None)
        return iter(late)

    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    engine.cycle()
    world.office.list = listing  # type: ignore[method-assign]
    assert engine.cycle().updated == 0
    assert world.buyer()["name"] == "Ada Berg"


def test_an_invalid_timestamp_counts_as_missing(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = world.engine(every())
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "shop"})
    world.office.edit("person", "O-1", {"fullName": "office"})
    world.person()["changed"] = "yesterday"
    engine.cycle()
    assert world.person()["fullName"] == "shop"
