"""A list of which a row selects one element: the others are compared, and may be volatile, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import pytest
from msgspec.structs import replace
from running_world import CARDS, SPEC, Memory, World

from qa_sync.running.events import CheckFinished, Status
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

TITLE = "extra[key=title].value"


@dataclass(eq=False)
class Keyed(Memory):
    """A system that shows titles in a list of keyed elements, with others beside them that it computes or keeps."""

    reads: int = 0
    others: Callable[[Keyed], list[Json]] = lambda _system: []
    kept: dict[str, Json] = field(default_factory=lambda: {"flag": True})

    def shown(self, record: Record) -> Record:
        data = dict(record.data)
        title = {"key": "title", "value": data.pop("title", None)}
        return replace(record, data={**data, **self.kept, "extra": [*self.others(self), title]})

    def lookup(self, datatype: str, id: str) -> Record | None:
        self.reads += 1
        record = super().lookup(datatype, id)
        return self.shown(record) if record else None

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        yield from map(self.shown, super().list(datatype, since))

    def put(self, id: str, values: Mapping[str, Json]) -> None:
        super().put(id, {"title" if path == TITLE else path: value for path, value in values.items()})


def seen(system: Keyed) -> list[Json]:
    """An element that differs at each read, in front of the one that the row selects."""
    return [{"key": "_seen", "value": system.reads}]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, CheckFinished]]:
    card = CARDS["Right"]["thing"]
    title = replace(card.properties["title"], path=TITLE, write=TITLE)
    monkeypatch.setitem(
        CARDS,
        "Right",
        {"thing": replace(card, properties={TITLE: title, "number": card.properties["number"]})},
    )

    def run(
        others: Callable[[Keyed], list[Json]], sync: Callable[[World, Keyed], None] | None = None
    ) -> dict[str, CheckFinished]:
        right = Keyed("Right", CARDS["Right"], others=others)

        def synced(world: World) -> None:
            world.carry()
            if sync:
                sync(world, right)

        world = World(right=right, spec=SPEC.replace("- title\n", f"- {TITLE}\n"), sync=synced)
        return {kind: checks[0] for kind, checks in world.by_kind().items()}

    return run


def test_an_element_beside_the_selected_one_may_be_volatile(checked: Callable[..., dict[str, CheckFinished]]) -> None:
    checks = checked(seen)
    assert {c.status for c in checks.values()} <= {Status.PASSED, Status.SKIPPED}
    assert 'volatile = ["extra[key=_seen].value"]' in (checks["stable"].message or "")


def test_a_volatile_element_hides_no_damage_of_another_one(checked: Callable[..., dict[str, CheckFinished]]) -> None:
    state: dict[str, int] = {"cycle": 0}

    def others(system: Keyed) -> list[Json]:
        return [*seen(system), {"key": "color", "value": f"red{state['cycle']}"}]

    def damage(_world: World, _right: Keyed) -> None:
        state["cycle"] += 1

    checks = checked(others, damage)
    assert checks["stable"].status is checks["isolated"].status is Status.FAILED
    assert "extra[1].value" in (checks["stable"].message or "")
    assert "extra[0].value" not in (checks["stable"].message or "")
    assert "extra[0].value" not in (checks["isolated"].message or "")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (True, 1),
        (0, False),
        ([True, {"a": [0]}], [1, {"a": [0]}]),
        ({"a": {"b": [False]}}, {"a": {"b": [0]}}),
        (["x", "y"], ["y", "x"]),
        ([{"id": 1, "n": "x"}], [{"id": 1, "n": "X"}]),
        ([["a"], []], [["a"], ["b"]]),
        ("5", 5),
        (5, None),
        ("1.50", "1.5"),
        ("x", "x "),
        ({"k": None}, {"k": 0}),
    ],
)
def test_a_value_without_a_row_is_compared_with_its_type(
    checked: Callable[..., dict[str, CheckFinished]], was: Json, becomes: Json
) -> None:
    cycles = count()

    def damage(_world: World, right: Keyed) -> None:
        right.kept["flag"] = (was, becomes)[next(cycles) % 2]

    checks = checked(lambda _system: [], damage)
    assert checks["stable"].status is Status.FAILED
    assert " flag" in (checks["stable"].message or "")
