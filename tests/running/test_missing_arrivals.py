"""A missing change is reported in every selection of checks, and by its section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from msgspec.structs import replace
from running_world import CARDS, SPEC, Memory, SelectedWorld, World

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist
from qa_sync.checklist.selection import Selection, narrow_checklist, select
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.running.events import Status
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record

KINDS = sorted({check.kind for plan in World().checklist().sections for check in plan.checks})


def never(_world: World) -> None:
    """Do nothing."""


def only_the_first_three(world: World) -> None:
    """Synchronize only the records of the first scenario."""
    later = dict(list(world.left.records.items())[3:])
    for one in later:
        del world.left.records[one]
    world.carry()
    world.left.records.update(later)


@pytest.mark.parametrize("whole_sections", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_never_came_is_a_failure_for_every_single_kind(kind: str, whole_sections: bool) -> None:
    results = SelectedWorld(sync=never, kinds=(kind,), whole_sections=whole_sections).results()
    manual = all(check.status is Status.MANUAL for check in results.checks)
    assert manual or results.totals[Status.FAILED] == 1
    assert results.exit_code in ({3} if manual else {1})


@pytest.mark.parametrize("whole_sections", [False, True])
@pytest.mark.parametrize("other", ["update-forward", "update-backward", "newest-wins", "stable", "isolated"])
def test_a_later_record_that_never_came_is_a_failure_where_the_first_ones_arrived(
    other: str, whole_sections: bool
) -> None:
    kinds = ("create", "property", other)
    results = SelectedWorld(sync=only_the_first_three, kinds=kinds, whole_sections=whole_sections).results()
    by_kind = {kind: {c.status for c in results.checks if c.kind == kind} for kind in kinds}
    assert by_kind["create"] == {Status.PASSED}
    assert Status.FAILED in by_kind[other]
    assert results.exit_code == 1


PLACES = SPEC.replace("Thing", "Place").partition("Left Place to Right Place\n")[2]
TWO_SECTIONS = f"{SPEC}\nLeft Place to Right Place\n{PLACES}"


def _with_places(cards: Mapping[str, EntityCard]) -> dict[str, EntityCard]:
    return {**cards, "place": replace(cards["thing"], datatype="place", names=("Place",))}


TWO_CARDS = {label: _with_places(cards) for label, cards in CARDS.items()}


@dataclass(eq=False)
class TwoTypes(Memory):
    """A system that keeps the records of two datatypes apart."""

    datatypes: dict[str, str] = field(default_factory=dict)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        yield from (
            replace(record, datatype=datatype)
            for record in super().list(datatype, since)
            if self.datatypes[record.id] == datatype
        )

    def insert(self, datatype: str, values: Mapping[str, object], _found: object = None) -> Record:
        made = super().insert(datatype, values)
        self.datatypes[made.id] = datatype
        return made


@dataclass
class TwoSections(World):
    """Two sections, of which only the first is synchronized."""

    left: Memory = field(default_factory=lambda: TwoTypes("Left", TWO_CARDS["Left"]))
    right: Memory = field(default_factory=lambda: TwoTypes("Right", TWO_CARDS["Right"]))
    sections: tuple[str, ...] = ("1",)

    def checklist(self) -> Checklist:
        whole = compile_checklist(read_dataflow(TWO_SECTIONS, "left-right.rst"), TWO_CARDS, "seed")
        return narrow_checklist(whole, select([whole], Selection(sections=self.sections)), whole_sections=False)


def things_only(world: World) -> None:
    """Synchronize only the things, not the records of the other section."""
    assert isinstance(world.left, TwoTypes)
    places = {key: world.left.records[key] for key in list(world.left.records) if world.left.datatypes[key] == "place"}
    for key in places:
        del world.left.records[key]
    world.carry()
    world.left.records.update(places)


@pytest.mark.parametrize("cycles_known", [True, False])
def test_a_record_of_another_section_that_does_not_come_is_no_failure_of_this_one(cycles_known: bool) -> None:
    results = TwoSections(sync=things_only, spec=TWO_SECTIONS, cycles_known=cycles_known, alone=False).results()
    assert [c.message for c in results.checks if c.status in {Status.FAILED, Status.ERROR}] == []
    assert {c.kind for c in results.checks if c.status is Status.PASSED} >= {"create", "stable", "isolated"}
    assert results.exit_code == 0


def test_the_section_that_promises_it_tells_it() -> None:
    results = TwoSections(sync=things_only, spec=TWO_SECTIONS, sections=("1", "2"), alone=False).results()
    first, second = results.specs[0].sections
    assert {c.status for c in first.checks} == {Status.PASSED}
    assert [c.kind for c in second.checks if c.status is Status.FAILED] == ["create"]
    assert results.exit_code == 1
