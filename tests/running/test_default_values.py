"""A value that the target gives a new record by itself is no failure where the card says so, and is named where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace
from running_world import CARDS, SPEC, Memory, World, forth

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.running.events import Status
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Filling(Memory):
    """A system that gives each new record a number."""

    def insert(self, datatype: str, values: Mapping[str, Json], found: Any = None) -> Record:
        given = {path: value for path, value in values.items() if value is not None}
        return super().insert(datatype, {"number": 7} | given, found)


@dataclass
class FillingWorld(World):
    """A world whose target fills in the number; `said`: its card says so."""

    said: bool = True

    def cards(self) -> Mapping[str, Mapping[str, EntityCard]]:
        right = CARDS["Right"]["thing"]
        number = replace(right.properties["number"], has_default=self.said)
        return {**CARDS, "Right": {"thing": replace(right, properties={**right.properties, "number": number})}}

    def checklist(self) -> Checklist:
        return compile_checklist(read_dataflow(SPEC, "left-right.rst"), self.cards(), "seed")


@pytest.mark.parametrize("said", [True, False])
def test_a_default_of_the_target_fails_only_where_its_card_does_not_say_so(said: bool) -> None:
    world = FillingWorld(said=said)
    world.right = Filling("Right", world.cards()["Right"])
    world.right.clock = world.clock
    (number,) = [check for check in world.by_kind()["property"] if check.title.startswith("count")]
    assert number.status is (Status.PASSED if said else Status.FAILED)


def create_only(world: World) -> None:
    """Create missing records, and synchronize no edit."""
    for a in set(world.left.records) - set(world.links):
        world.links[a] = world.right.insert("thing", forth(world.left.records[a])).id


def test_a_failure_says_how_to_name_a_default() -> None:
    world = FillingWorld(said=False, sync=create_only)
    world.right = Filling("Right", world.cards()["Right"])
    world.right.clock = world.clock
    (number,) = [check for check in world.by_kind()["property"] if check.title.startswith("count")]
    assert "expected no value, as Left Thing has none, got 7" in (number.message or "")
    assert "has_default = true in entities.toml" in (number.message or "")


def zero_for_none(world: World) -> None:
    """Write 0 where the source has no number."""
    before = set(world.right.records)
    world.carry()
    for key in set(world.right.records) - before:
        if world.right.records[key].get("number") is None:
            world.right.put(key, {"number": 0})


def test_a_sync_that_makes_a_number_up_is_caught_where_no_default_is_known() -> None:
    (number,) = [c for c in World(sync=zero_for_none).by_kind()["property"] if c.title.startswith("count")]
    assert number.status is Status.FAILED
