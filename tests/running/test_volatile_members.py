"""What a system computes by itself is no promise; what a sync does is never taken for that."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from running_world import CARDS, Memory, World

from qa_sync.running.environment import SyncControl
from qa_sync.running.events import CheckFinished, Status
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

SHUFFLED = random.Random(7)  # noqa: S311 - no secret


@dataclass(eq=False)
class Computing(Memory):
    """A system that shows a member anew at each read."""

    show: Callable[[Computing], Json] = lambda _system: None
    reads: int = 0

    def lookup(self, datatype: str, id: str) -> Record | None:
        self.reads += 1
        record = super().lookup(datatype, id)
        return replace(record, data={**record.data, "extra": {"seen": self.show(self)}}) if record else None


def counted(system: Computing) -> Json:
    return system.reads


def second(system: Computing) -> Json:
    return system.clock.now().isoformat(timespec="seconds")


def two_in_any_order(_system: Computing) -> Json:
    return SHUFFLED.sample([1, 2], 2)


def objects_in_any_order(_system: Computing) -> Json:
    return SHUFFLED.sample([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], 2)


def checked(show: Callable[[Computing], Json], **more: object) -> dict[str, CheckFinished]:
    world = World(right=Computing("Right", CARDS["Right"], show=show), **more)  # type: ignore[arg-type]
    return {kind: checks[0] for kind, checks in world.by_kind().items() if kind in ("stable", "isolated")}


@pytest.mark.parametrize("show", [counted, second, two_in_any_order, objects_in_any_order])
def test_a_member_that_differs_from_read_to_read_is_reported_and_breaks_no_promise(
    show: Callable[[Computing], Json],
) -> None:
    checks = checked(show)
    assert {c.status for c in checks.values()} == {Status.PASSED}
    assert any('volatile = ["extra.seen' in (c.message or "") for c in checks.values())


def test_a_member_that_the_card_calls_volatile_is_not_even_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = {name: replace(card, volatile=("extra.seen",)) for name, card in CARDS["Right"].items()}
    monkeypatch.setitem(CARDS, "Right", cards)
    assert {(c.status, c.message) for c in checked(counted).values()} == {(Status.PASSED, None)}


def test_a_sync_that_takes_turns_on_a_member_without_a_row_is_caught() -> None:
    def takes_turns(world: World) -> None:
        world.carry()
        for key, record in world.right.records.items():
            world.right.put(key, {"shade": "dark" if record.get("shade") != "dark" else "light"})

    assert {c.status for c in checked(counted, sync=takes_turns).values()} == {Status.FAILED}


def test_a_member_that_only_changes_between_cycles_is_no_volatile_one() -> None:
    def touches(world: World) -> None:
        world.carry()
        for record in world.right.records.values():
            record["touched"] = record.get("touched", 0) + 1

    checks = checked(lambda _system: "same", sync=touches)
    assert {c.status for c in checks.values()} == {Status.FAILED}
    assert "Right Thing touched: was" in (checks["stable"].message or "")


def test_no_cycle_of_another_section_runs_between_the_reads() -> None:
    @dataclass
    class Shared(World):
        """The sync also runs for other sections, unless it is held."""

        holds: int = 0

        @contextmanager
        def hold(self) -> Iterator[None]:
            self.holds += 1
            yield
            self.holds -= 1

        def control(self) -> SyncControl:
            return replace(super().control(), hold=self.hold)

    cycles = 0

    def show(_system: Computing) -> Json:
        nonlocal cycles
        cycles += not world.holds
        return cycles

    world = Shared(right=Computing("Right", CARDS["Right"], show=show))
    assert {check.status for check in world.by_kind()["stable"]} == {Status.FAILED}


def test_a_member_that_a_row_names_is_never_volatile() -> None:
    @dataclass(eq=False)
    class Random(Memory):
        """A system whose titles alternate."""

        reads: int = 0

        def lookup(self, datatype: str, id: str) -> Record | None:
            self.reads += 1
            record = super().lookup(datatype, id)
            title = f"{record.data['title']}{self.reads % 2}" if record else ""
            return replace(record, data={**record.data, "title": title}) if record else None

    checks = World(right=Random("Right", CARDS["Right"])).by_kind()
    assert Status.PASSED not in {c.status for c in checks["property"] if "title" in c.title}


def test_the_line_to_add_quotes_a_name_with_dots() -> None:
    @dataclass(eq=False)
    class Tagged(Memory):
        """A system with a tag of the read, named as in OData."""

        reads: int = 0

        def lookup(self, datatype: str, id: str) -> Record | None:
            self.reads += 1
            record = super().lookup(datatype, id)
            return replace(record, data={**record.data, "@odata.etag": self.reads}) if record else None

    checks = World(right=Tagged("Right", CARDS["Right"])).by_kind()
    assert {c.status for c in checks["stable"]} == {Status.PASSED}
    assert "volatile = ['\"@odata.etag\"']" in (checks["stable"][0].message or "")
