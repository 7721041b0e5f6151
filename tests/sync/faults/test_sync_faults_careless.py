"""Faults that compare too loosely, join lines, or make up values."""

from __future__ import annotations

import pytest
from fault_fakes import Notes, card_of, lane_to
from sync_fakes import START, FakeSystem

from qa_sync.clock import VirtualClock
from qa_sync.errors import RequestRejected
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.lanes import LaneEnd, Side
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

TEXT, COUNT = Form(), Form(type="integer", convert="integer")
CARD = card_of(
    PropertyCard("text", TEXT),
    PropertyCard("count", COUNT),
    PropertyCard("flag", Form(type="boolean", convert="boolean")),
    PropertyCard("lines.name", TEXT, concept="lines.name"),
    PropertyCard("lines.qty", COUNT, concept="lines.quantity"),
    PropertyCard("currency", TEXT, concept="currency"),
)


@pytest.mark.parametrize(
    ("name", "path", "before", "value", "written"),
    [
        ("accent-blind", "text", "Åse", "Ase", False),
        ("accent-blind", "text", "Åse", "Åsa", True),
        ("blank-blind", "text", "a  b", "ab", False),
        ("blank-blind", "text", "a b", "a c", True),
        ("case-blind", "text", "Ada", "ADA", False),
        ("order-blind", "lines.qty", [1, 2], [2, 1], False),
        ("order-blind", "lines.qty", [1, 2], [2, 2], True),
        ("order-blind", "text", "ab", "ba", True),
    ],
)
def test_an_edit_that_a_fault_does_not_see_is_not_written(
    name: str, path: str, before: Json, value: Json, written: bool
) -> None:
    lane, notes = lane_to(CARD), Notes()
    data = {"lines": [{"qty": n} for n in before]} if isinstance(before, list) else {path: before}
    find_fault(name).writer(notes).update(lane, lane.target, Record("Office", "thing", "T-1", data), {path: value})
    assert bool(notes.updates) is written


def test_the_lines_of_one_name_are_joined() -> None:
    lane, notes = lane_to(CARD), Notes()
    values = {"lines.name": ["a", "a", "b"], "lines.qty": [1, 2, 3], "text": "x"}
    writer = find_fault("join-lines").writer(notes)
    writer.insert(lane, lane.target, values)
    writer.update(lane, lane.target, Record("Office", "thing", "T-1", {}), values)
    joined = {"lines.name": ["a", "b"], "lines.qty": [1, 3], "text": "x"}
    assert (notes.inserts, notes.updates) == ([joined], [("T-1", joined)])


@pytest.mark.parametrize(
    ("name", "made_up"), [("none-as-text", {"text": "null"}), ("none-as-zero", {"count": 0, "flag": False})]
)
def test_a_value_is_made_up_where_a_new_record_has_none(name: str, made_up: dict[str, Json]) -> None:
    lane, notes = lane_to(CARD), Notes()
    find_fault(name).writer(notes).insert(lane, lane.target, {"currency": "NOK", "text": None})
    assert notes.inserts == [{"currency": "NOK", "text": None, **made_up}]


MAIL = Form(convert="email")
ALIKE = card_of(
    PropertyCard("billing.email", MAIL, concept="billing.email"),
    PropertyCard("shipping.email", MAIL, concept="shipping.email"),
    PropertyCard("name", TEXT, concept="name", max_length=3),
    PropertyCard("company", TEXT, concept="company", max_length=2),
    PropertyCard("sku", TEXT, concept="sku"),
    PropertyCard("login", TEXT, concept="login", unique=True),
    PropertyCard("count", COUNT, concept="count"),
)


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({"billing.email": "a@example.test"}, {"shipping.email": "a@example.test"}),
        ({"name": "Ada"}, {"company": "Ad"}),
        ({"sku": "A1"}, {}),
        ({"count": 1}, {}),
        ({"name": "Ada", "company": "X"}, {}),
    ],
)
def test_a_missing_value_is_filled_from_an_alike_one(given: dict[str, Json], filled: dict[str, Json]) -> None:
    lane, notes = lane_to(ALIKE), Notes()
    find_fault("fill-from-alike").writer(notes).insert(lane, lane.target, given)
    assert notes.inserts == [{**given, **filled}]


def test_a_filled_value_that_is_rejected_is_left_out() -> None:
    lane, notes = lane_to(ALIKE), Notes(refused={"Ad"})
    find_fault("fill-from-alike").writer(notes).insert(lane, lane.target, {"name": "Ada"})
    assert notes.inserts == [{"name": "Ada"}]
    with pytest.raises(RequestRejected):
        find_fault("fill-from-alike").writer(Notes(refused={"A1"})).insert(lane, lane.target, {"sku": "A1"})


def test_a_made_up_value_that_is_rejected_is_left_out() -> None:
    lane, notes = lane_to(CARD), Notes(refused={"null"})
    find_fault("none-as-text").writer(notes).insert(lane, lane.target, {"currency": "NOK"})
    assert notes.inserts == [{"currency": "NOK"}]
    with pytest.raises(RequestRejected):
        find_fault("none-as-text").writer(Notes(refused={"NOK"})).insert(lane, lane.target, {"currency": "NOK"})


def test_what_is_not_mapped_in_lines_is_cleared() -> None:
    rows = [PropertyCard("lines.name", TEXT, concept="lines.name")]
    more = [
        PropertyCard("lines.remark", TEXT, concept="lines.remark"),
        PropertyCard("lines.total", COUNT, concept="lines.total", derived=True),
        PropertyCard("lines.unset", TEXT, concept="lines.unset"),
        PropertyCard("remark", TEXT),
    ]
    lane, notes = lane_to(card_of(*rows)), Notes()
    card = card_of(*rows, *more)
    office = FakeSystem("Office", {"thing": card}, VirtualClock(START))
    end = LaneEnd(Side.TARGET, office, card)
    record = office.insert("thing", {"lines.name": ["a"], "lines.remark": ["x"], "remark": "x"})
    find_fault("reset-lines").writer(notes).update(lane, end, record, {"lines.name": ["b"]})
    now = office.lookup("thing", record.id)
    assert now is not None
    assert now.data["lines"] == [{"name": "a", "remark": None}]
    assert now.data["remark"] == "x"


def test_every_currency_is_the_same() -> None:
    lane, notes = lane_to(CARD), Notes()
    find_fault("one-currency").writer(notes).insert(lane, lane.target, {"currency": "NOK", "text": "NOK"})
    assert notes.inserts == [{"currency": "EUR", "text": "NOK"}]
