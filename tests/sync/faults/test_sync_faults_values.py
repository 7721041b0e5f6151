"""What each fault about values makes of a write."""

from __future__ import annotations

from typing import Any

import pytest
from fault_fakes import Notes, card_of, lane_to

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.writer import NOTHING_WRITTEN, Written
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

TEXT = Form()
HTML = Form(convert="html")
MAIL = Form(convert="email")
CODE = Form(convert="identifier")
MONEY = Form(type="number", convert="decimal", options={"places": 2})
MONEY_AS_TEXT = Form(convert="decimal", options={"places": 2})
IN_CURRENCY = Form(convert="decimal", options={"places": 2, "currency": "currency"})
WHOLE = Form(type="integer", convert="integer")
TRUTH = Form(type="boolean", convert="boolean")
DAY = Form(convert="date")
COUNTRY = Form(convert="country", options={"style": "iso2"})
COUNTRY_BY_NAME = Form(convert="country", options={"style": "name"})
LONG = "twenty-one characters"

SAME: Any = object()
LEFT_OUT: Any = object()

CASES = (
    ("truncate", TEXT, LONG, "twenty-"),
    ("truncate", TEXT, "short", SAME),
    ("truncate-to-column", TEXT, "x" * 256, "x" * 255),
    ("truncate-to-500", TEXT, "x" * 501, "x" * 500),
    ("truncate-to-500", TEXT, "x" * 500, SAME),
    ("single-precision", MONEY_AS_TEXT, "1234567.89", "1234568"),
    ("single-precision", MONEY_AS_TEXT, "19.99", SAME),
    ("double-precision", MONEY_AS_TEXT, "1234567890123456.78", "1234567890123460"),
    ("double-precision", MONEY_AS_TEXT, "1234567.89", SAME),
    ("two-decimals", IN_CURRENCY, "19.905", "19.91"),
    ("two-decimals", MONEY_AS_TEXT, "19.905", SAME),
    ("truncate", TEXT, [LONG, "x"], ["twenty-", "x"]),
    ("truncate", MAIL, "a-very-long-address@example.test", SAME),
    ("case-fold", TEXT, "Ada ÅSE", "ada åse"),
    ("trim", TEXT, " Ada  B ", "Ada  B"),
    ("strip-accents", TEXT, "Åse Žofie e\u0301", "Ase Zofie e"),
    ("drop-astral", TEXT, "a\U0001d504b\u2014", "ab\u2014"),
    ("html-escape-twice", TEXT, "a & <b>", "a &amp;amp; &amp;lt;b&amp;gt;"),
    ("html-escape-twice", HTML, "a &amp; b", "a &amp;amp;amp; b"),
    ("lose-leading-zero", TEXT, "0150", "150"),
    ("lose-leading-zero", CODE, "007", "7"),
    ("lose-leading-zero", TEXT, "0150 Oslo", SAME),
    ("round-decimals", MONEY, 19.5, 20),
    ("round-decimals", MONEY_AS_TEXT, "19.49", "19"),
    ("round-decimals", WHOLE, 7, SAME),
    ("type-change", WHOLE, 5, "5"),
    ("type-change", MONEY, 19.9, "19.9"),
    ("type-change", MONEY_AS_TEXT, "19.90", 19.9),
    ("type-change", TRUTH, False, "false"),
    ("type-change", TEXT, "5", SAME),
    ("sign-lost", MONEY, -1.5, 1.5),
    ("sign-lost", MONEY_AS_TEXT, "-1.50", "1.50"),
    ("sign-lost", WHOLE, 3, SAME),
    ("false-as-missing", TRUTH, False, LEFT_OUT),
    ("false-as-missing", TRUTH, True, SAME),
    ("false-as-missing", WHOLE, 0, SAME),
    ("zero-as-missing", WHOLE, 0, LEFT_OUT),
    ("zero-as-missing", MONEY_AS_TEXT, "0.00", LEFT_OUT),
    ("zero-as-missing", TRUTH, False, SAME),
    ("day-shift", DAY, "2024-03-01", "2024-02-29"),
    ("country-name", COUNTRY, "NO", "Norway"),
    ("country-name", COUNTRY_BY_NAME, "Norway", SAME),
    ("lose-list-item", TEXT, ["a", "b", "c"], ["a", "b"]),
    ("lose-list-item", TEXT, ["a"], SAME),
    ("reorder-list", TEXT, ["a", "b", "c"], ["c", "b", "a"]),
    ("empty-erases", TEXT, "\u2060", ""),
)


@pytest.mark.parametrize(("fault", "form", "given", "written"), CASES)
def test_a_write_is_damaged_on_insert_and_on_update(fault: str, form: Form, given: Json, written: Json) -> None:
    lane, notes = lane_to(card_of(PropertyCard("p", form), PropertyCard("other", CODE))), Notes()
    writer = find_fault(fault).writer(notes)
    writer.insert(lane, lane.target, {"p": given, "other": "x"})
    sent = writer.update(lane, lane.target, Record("Office", "thing", "T-1", {}), {"p": given, "other": "x"})
    expected = {"p": given if written is SAME else written, "other": "x"}
    if written is LEFT_OUT:
        del expected["p"]
    assert notes.inserts == [expected]
    assert notes.updates == [("T-1", expected)]
    assert sent.paths == expected.keys()


def test_what_the_system_decides_is_not_touched() -> None:
    cards = (
        PropertyCard("derived", TEXT, derived=True),
        PropertyCard("fixed", TEXT, fixed="A"),
        PropertyCard("never", TEXT, writable=Writable.NEVER),
        PropertyCard("ref", TEXT, references="thing"),
        PropertyCard("mark", TEXT, unique=True),
        PropertyCard("money", TEXT, concept="currency"),
    )
    lane, notes = lane_to(card_of(*cards)), Notes()
    values = {p.path: "A" for p in cards} | {"nowhere": "A"}
    find_fault("case-fold").writer(notes).insert(lane, lane.target, values)
    assert notes.inserts == [values]


def test_a_damaged_text_is_cut_to_what_its_place_takes() -> None:
    lane, notes = lane_to(card_of(PropertyCard("p", TEXT, max_length=5))), Notes()
    find_fault("html-escape-twice").writer(notes).insert(lane, lane.target, {"p": "a & b"})
    assert notes.inserts == [{"p": "a &am"}]


class TestRefusedDamage:
    """A system that rejects the damaged value gets the rest, so that the fault shows in its property."""

    def test_a_property_is_left_out(self) -> None:
        lane, notes = lane_to(card_of(PropertyCard("p", WHOLE), PropertyCard("q", TEXT))), Notes(refused={"5"})
        writer = find_fault("type-change").writer(notes)
        writer.insert(lane, lane.target, {"p": 5, "q": "x"})
        writer.update(lane, lane.target, Record("Office", "thing", "T-1", {}), {"p": 5, "q": "x"})
        assert (notes.inserts, notes.updates) == ([{"q": "x"}], [("T-1", {"q": "x"})])

    def test_a_required_one_is_sent_as_it_should_be(self) -> None:
        lane, notes = lane_to(card_of(PropertyCard("p", WHOLE, required=True))), Notes(refused={"5"})
        find_fault("type-change").writer(notes).insert(lane, lane.target, {"p": 5})
        assert notes.inserts == [{"p": 5}]

    def test_an_update_of_nothing_else_is_not_sent(self) -> None:
        lane, notes = lane_to(card_of(PropertyCard("p", WHOLE))), Notes(refused={"5"})
        record = Record("Office", "thing", "T-1", {})
        assert find_fault("type-change").writer(notes).update(lane, lane.target, record, {"p": 5}) == NOTHING_WRITTEN
        assert notes.updates == []

    def test_a_write_rejected_without_the_fault_stays_rejected(self) -> None:
        lane, notes = lane_to(card_of(PropertyCard("p", WHOLE, required=True))), Notes(refused={5, "5"})
        with pytest.raises(RequestRejected):
            find_fault("type-change").writer(notes).insert(lane, lane.target, {"p": 5})

    def test_a_conflict_is_the_engines_business(self) -> None:
        class Busy(Notes):
            def update(self, *_: object) -> Written:
                raise Conflict("changed", status=409)

        lane = lane_to(card_of(PropertyCard("p", WHOLE)))
        writer = find_fault("type-change").writer(Busy())
        with pytest.raises(Conflict):
            writer.update(lane, lane.target, Record("Office", "thing", "T-1", {}), {"p": 5})
