"""Which scenarios run side by side: no record of one can be taken for a record of another."""

from __future__ import annotations

from itertools import combinations

import pytest

from qa_sync.checklist.model import Role, Scenario
from qa_sync.checklist.phases import phases
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, IdOf, Insert, SampleValue, Step
from qa_sync.dataflow.model import Criterion, Entity, Section
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.form import Form

SECTION = Section(
    1,
    "Left Thing to Right Thing",
    1,
    Entity("Left", "Thing"),
    Entity("Right", "Thing"),
    criteria=(Criterion("n", "m", 1),),
)
CARDS = {
    side: EntityCard(
        side.value,
        "thing",
        ("Thing",),
        "id",
        {
            path: PropertyCard(path, Form()),
            "code": PropertyCard("code", Form(), unique=True),
            "text": PropertyCard("text", Form()),
        },
    )
    for side, path in ((Side.SOURCE, "n"), (Side.TARGET, "m"))
}
ROLE = Role(1, CARDS[Side.SOURCE], CARDS[Side.TARGET])


def scenario(name: str, *steps: Step) -> Scenario:
    return Scenario(name, {"subject": ROLE}, steps, ())


def insert(side: Side = Side.SOURCE, **values: SampleValue) -> Insert:
    return Insert("subject", side, values, "qmark")


def names(*scenarios: Scenario) -> list[list[str]]:
    return [[one.name for one in phase] for phase in phases([SECTION], scenarios)]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (insert(n="a"), insert(n="b"), True),
        (insert(n="a"), insert(n="a"), False),
        (insert(n="a"), insert(Side.TARGET, m="a"), False),
        (insert(n="a"), insert(Side.TARGET, m=" A "), False),
        (insert(n="a"), insert(), True),
        (insert(), insert(Side.TARGET), False),
        (insert(n=None), insert(Side.TARGET), False),
        (insert(n=7), insert(n=7), False),
        (insert(n="a", text="x"), insert(n="b", text="x"), True),
        (insert(n="a", code="x"), insert(n="b", code="x"), False),
        (insert(n="a", code="x"), insert(n="b", code="y"), True),
        (insert(n="a"), Edit("subject", Side.TARGET, {"m": "a"}), False),
        (insert(n="a"), Edit("subject", Side.TARGET, {"text": "a"}), True),
        (insert(n=IdOf("company")), insert(n=IdOf("company")), True),
    ],
)
def test_two_scenarios_that_may_be_taken_for_each_other(one: Step, other: Step, *, together: bool) -> None:
    found = names(scenario("one", one), scenario("other", other))
    assert found == ([["one", "other"]] if together else [["one"], ["other"]])


def test_as_few_phases_as_possible_in_the_order_of_the_checklist() -> None:
    found = names(*(scenario(f"{n}", insert(n=value)) for n, value in enumerate(("a", "b", "a", "c", "b", "a"))))
    assert found == [["0", "1", "3"], ["2", "4"], ["5"]]


def test_a_scenario_that_runs_alone_has_a_phase_of_its_own() -> None:
    alone = Scenario("alone", {"subject": ROLE}, (insert(n="c"),), (), alone=True)
    assert names(scenario("one", insert(n="a")), alone, scenario("other", insert(n="b"))) == [
        ["one", "other"],
        ["alone"],
    ]


def test_a_value_that_must_be_unique_on_the_other_side_keeps_scenarios_apart() -> None:
    """A code is unique on one side only, and the sync carries it there."""
    source = EntityCard("s", "thing", ("Thing",), "id", {"code": PropertyCard("code", Form(), concept="sku")})
    target = EntityCard("t", "thing", ("Thing",), "id", {"nr": PropertyCard("nr", Form(), concept="sku", unique=True)})
    role = Role(1, source, target)
    one, other = (Scenario(name, {"subject": role}, (insert(code="x", n=name),), ()) for name in ("one", "other"))
    assert names(one, other) == [["one"], ["other"]]


def test_every_pair_of_scenarios_in_a_phase_is_compatible() -> None:
    scenarios = [scenario(str(n), insert(n=n % 4, code=str(n % 3))) for n in range(24)]
    for phase in phases([SECTION], scenarios):
        for one, other in combinations(phase, 2):
            assert len(phases([SECTION], [one, other])) == 1
    assert sorted(one.name for phase in phases([SECTION], scenarios) for one in phase) == sorted(map(str, range(24)))
