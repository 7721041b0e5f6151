"""Rows that apply only when another property has a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from running_world import CARDS, SPEC, World

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist
from qa_sync.checklist.steps import Insert
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.running.events import CheckFinished, Status
from qa_sync.settings.model import Settings


def spec_of(source: str = "name", target: str = "title") -> str:
    assert "* - name\n     - title" in SPEC
    return SPEC.replace("* - name\n     - title", f"* - {source}\n     - {target}")


SEVEN = spec_of("name (Dependant on having wd:Q7 in count)")


class Dependent(World):
    """A world whose settings know some literals."""

    literals: Mapping[str, str] = {"wd:Q7": "7"}

    def checklist(self) -> Checklist:
        settings = Settings(literals=self.literals)
        return compile_checklist(read_dataflow(self.spec, "left-right.rst"), CARDS, "seed", settings=settings)


def names(world: World) -> dict[str, CheckFinished]:
    return {c.kind: c for c in world.results().checks if c.title == "name -> title"}


def test_the_row_is_tried_on_a_record_that_holds_the_literal() -> None:
    world = Dependent(spec=SEVEN)
    (plan,) = world.checklist().sections
    (scenario,) = [s for s in plan.scenarios if s.name == "dependant-1"]
    (made,) = [s for s in scenario.steps if isinstance(s, Insert)]
    assert made.values["count"] == 7
    assert made.mark in str(made.values["name"])
    found = names(world)
    assert {kind: c.status for kind, c in found.items()} == {"property": Status.PASSED, "update-forward": Status.PASSED}


def loud_at_seven(world: World) -> None:
    world.carry()
    for record in world.right.records.values():
        if record.get("number") == 7:
            record["title"] = str(record["title"]).upper()


def kept_at_seven(world: World) -> None:
    """Synchronize, except an edit of a name next to a seven."""
    before = {b: r.get("title") for b, r in world.right.records.items()}
    world.carry()
    for b, record in world.right.records.items():
        if record.get("number") == 7:
            record["title"] = before.get(b, record["title"])


@pytest.mark.parametrize(
    ("sync", "failed"), [(loud_at_seven, {"property", "update-forward"}), (kept_at_seven, {"update-forward"})]
)
def test_a_sync_that_does_not_heed_it_is_caught(sync: Callable[[World], None], failed: set[str]) -> None:
    found = names(Dependent(spec=SEVEN, sync=sync))
    assert {kind for kind, c in found.items() if c.status is Status.FAILED} == failed


def test_the_target_must_hold_what_the_row_depends_on() -> None:
    spec = spec_of("name (Dependant on having 7 in count)", "title (Dependant on having 7 in number)")

    def elsewhere(world: World) -> None:
        world.carry()
        for record in world.right.records.values():
            record["number"] = 8

    assert names(Dependent(spec=spec))["property"].status is Status.PASSED
    failed = names(Dependent(spec=spec, sync=elsewhere))["property"]
    assert failed.status is Status.FAILED
    assert "Right Thing number, on which title depends: expected '7', got 8" in str(failed.message)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("name (Dependant on having wd:Q8 in count)", "add its value to [literals] in qa-sync.toml"),
        ("name (Dependant on having 7 in nothing)", "the connector has no such property"),
        ("name (Dependant on having many in count)", "'many' is not a number"),
    ],
)
def test_what_cannot_be_tried_is_for_a_person(source: str, told: str) -> None:
    (check,) = names(Dependent(spec=spec_of(source))).values()
    assert check.status is Status.MANUAL
    assert told in str(check.message)
