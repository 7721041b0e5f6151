"""The verdict on two values, and above all what a broken sync must not get past it."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_forms import FORMS, SIBLINGS, VALUES, form

from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.comparison.compare import Difference, Verdict, compare, format_value
from qa_sync.values.form import Canonical, Form

OSLO = ZoneInfo("Europe/Oslo")
TEXT, HTML, EMAIL, PHONE = (FORMS[name] for name in ("text", "html", "email", "phone"))
DECIMAL, INTEGER, BOOLEAN = FORMS["decimal"], FORMS["integer"], FORMS["boolean"]
INSTANT, DATE, COUNTRY, REGION = FORMS["instant z"], FORMS["date"], FORMS["country"], FORMS["region"]
IDENTIFIER, CHOICE = FORMS["identifier"], FORMS["choice"]
CENTS = form("decimal", places=2)
MILLS = form("decimal", places=3)
LATE = datetime(2024, 2, 28, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "actual", "source", "target"),
    [
        (None, None, TEXT, TEXT),
        ((), None, TEXT, TEXT),
        ((None, None), None, TEXT, TEXT),
        ("a", "a", TEXT, TEXT),
        ("two\n lines ", "two lines", TEXT, HTML),
        (5, "5", INTEGER, HTML),
        ("Ada@Example.test", "ada@example.test", TEXT, EMAIL),
        ("+4740000001", "+4740000001", PHONE, PHONE),
        ("+47 400 00 001", "004740000001", TEXT, PHONE),
        ("+4740000001", "40000001", PHONE, form("phone", country="NO")),
        ("40000001", "+35440000001", form("phone", country="IS"), PHONE),
        ("Norge", "NO", TEXT, COUNTRY),
        ("US-NY", "NY", TEXT, REGION),
        (LATE, date(2024, 2, 29), INSTANT, DATE),
        (date(2024, 2, 29), LATE, DATE, INSTANT),
        ("2024-02-28T23:30:00Z", date(2024, 2, 29), TEXT, DATE),
        ("2024-02-29T00:30:00+01:00", LATE, TEXT, INSTANT),
        (Decimal("15.00"), Decimal(15), DECIMAL, DECIMAL),
        (Decimal(5), 5, DECIMAL, INTEGER),
        ("12.50", Decimal("12.5"), TEXT, DECIMAL),
        ("5", 5, TEXT, INTEGER),
        (7, "7", INTEGER, IDENTIFIER),
        (7, "7", TEXT, IDENTIFIER),
        (Decimal("10.005"), Decimal("10.01"), MILLS, CENTS),
        ("true", True, TEXT, BOOLEAN),
        (False, False, BOOLEAN, CHOICE),
        (("a",), "a", TEXT, TEXT),
        ("a", ("a",), TEXT, TEXT),
        (("a", None), ("a", None), TEXT, TEXT),
    ],
)
def test_same(expected: Canonical, actual: Canonical, source: Form, target: Form) -> None:
    assert compare(expected, actual, source, target, OSLO) == Verdict(
        same=True, expected=expected, actual=actual, difference=None, detail=""
    )


BROKEN: dict[str, tuple[Canonical, Canonical, Form, Form, Difference]] = {
    "cut short": ("Nordre gate 12", "Nordre gate", TEXT, TEXT, Difference.VALUE),
    "upper-cased": ("Åse", "ÅSE", TEXT, TEXT, Difference.FORMAT),
    "trimmed": (" Åse", "Åse", TEXT, TEXT, Difference.FORMAT),
    "inner blanks lost": ("a  b", "a b", TEXT, TEXT, Difference.FORMAT),
    "blanks lost": ("a b", "ab", TEXT, TEXT, Difference.VALUE),
    "accents stripped": ("Åse Ærø", "Ase Aero", TEXT, TEXT, Difference.VALUE),
    "recomposed": ("e\u0301", "é", TEXT, TEXT, Difference.FORMAT),
    "astral dropped": ("ok \U0001f600", "ok ", TEXT, TEXT, Difference.VALUE),
    "astral replaced": ("ok \U0001f600", "ok ?", TEXT, TEXT, Difference.VALUE),
    "mojibake": ("Åse", "Ã…se", TEXT, TEXT, Difference.VALUE),
    "escaped twice": ("a & b", "a &amp; b", FORMS["escaped_text"], FORMS["escaped_text"], Difference.VALUE),
    "escaped into text": ("<b>", "&lt;b&gt;", HTML, TEXT, Difference.VALUE),
    "escaped twice in html": ("a & b", "a &amp; b", TEXT, HTML, Difference.VALUE),
    "quotes curled": ('say "hi"', "say “hi”", TEXT, TEXT, Difference.VALUE),
    "leading zero lost in text": ("0150", "150", TEXT, TEXT, Difference.VALUE),
    "leading zeros lost in id": ("007", "7", IDENTIFIER, IDENTIFIER, Difference.VALUE),
    "leading zeros lost in an integer": ("007", 7, TEXT, INTEGER, Difference.TYPE),
    "text turned number": ("5", 5, TEXT, TEXT, Difference.TYPE),
    "truth turned number": (True, 1, BOOLEAN, BOOLEAN, Difference.TYPE),
    "truth turned number under number": (True, 1, BOOLEAN, INTEGER, Difference.TYPE),
    "truth turned text": (True, "true", TEXT, TEXT, Difference.TYPE),
    "number grouped": ("1000", "1 000", TEXT, TEXT, Difference.FORMAT),
    "number reformatted": ("1.50", "1.5", TEXT, TEXT, Difference.FORMAT),
    "decimal comma lost": ("12,50", "1250", TEXT, TEXT, Difference.VALUE),
    "rounded": (Decimal("12.345"), Decimal("12.35"), DECIMAL, DECIMAL, Difference.VALUE),
    "rounded by one side": (Decimal("12.345"), Decimal("12.35"), DECIMAL, CENTS, Difference.VALUE),
    "rounded half to even": (Decimal("12.345"), Decimal("12.34"), MILLS, CENTS, Difference.VALUE),
    "floor": (Decimal("12.5"), 12, DECIMAL, INTEGER, Difference.VALUE),
    "through a float": (Decimal("79.96"), Decimal("79.96000000000001"), DECIMAL, DECIMAL, Difference.VALUE),
    "last of many digits": (Decimal("9" * 30 + ".1"), Decimal("9" * 30 + ".2"), CENTS, CENTS, Difference.VALUE),
    "sign lost": (Decimal(-5), Decimal(5), DECIMAL, DECIMAL, Difference.VALUE),
    "sign lost in text": ("-5", "5", TEXT, TEXT, Difference.VALUE),
    "times a hundred": (Decimal("12.50"), Decimal(1250), DECIMAL, DECIMAL, Difference.VALUE),
    "false lost": (False, None, BOOLEAN, BOOLEAN, Difference.MISSING),
    "zero lost": (0, None, INTEGER, INTEGER, Difference.MISSING),
    "zero price lost": (Decimal(0), None, DECIMAL, DECIMAL, Difference.MISSING),
    "'0' lost": ("0", None, TEXT, TEXT, Difference.MISSING),
    "false for zero": (0, False, INTEGER, BOOLEAN, Difference.TYPE),
    "false for true": (True, False, BOOLEAN, BOOLEAN, Difference.VALUE),
    "all lost": ("a", None, TEXT, TEXT, Difference.MISSING),
    "made up": (None, "a", TEXT, TEXT, Difference.VALUE),
    "zero made up": (None, 0, INTEGER, INTEGER, Difference.VALUE),
    "false made up": (None, False, BOOLEAN, BOOLEAN, Difference.VALUE),
    "null as text": (None, "null", TEXT, TEXT, Difference.VALUE),
    "day shifted": (LATE, date(2024, 2, 28), INSTANT, DATE, Difference.VALUE),
    "hour shifted": (LATE, LATE + timedelta(hours=1), INSTANT, INSTANT, Difference.VALUE),
    "second lost": (LATE, LATE - timedelta(seconds=1), INSTANT, INSTANT, Difference.VALUE),
    "day and month swapped": (date(2024, 3, 4), date(2024, 4, 3), DATE, DATE, Difference.VALUE),
    "number for a date": (date(2024, 3, 4), 20240304, DATE, TEXT, Difference.TYPE),
    "plus lost": ("+4740000001", "4740000001", PHONE, PHONE, Difference.VALUE),
    "country lost, none named": ("+4740000001", "40000001", PHONE, PHONE, Difference.VALUE),
    "country lost, another named": ("+4740000001", "40000001", PHONE, form("phone", country="SE"), Difference.VALUE),
    "country at the wrong side": (
        "+4740000001",
        "40000001",
        form("phone", country="NO"),
        PHONE,
        Difference.VALUE,
    ),
    "country at an unresolved path": ("+4740000001", "40000001", PHONE, form("phone", country="at"), Difference.VALUE),
    "digit lost": ("+4740000001", "+474000001", PHONE, PHONE, Difference.VALUE),
    "other country": ("+4740000001", "+4640000001", PHONE, PHONE, Difference.VALUE),
    "first digits lost": ("+4740000001", "0000001", PHONE, PHONE, Difference.VALUE),
    "most digits lost": ("+354123", "123", PHONE, PHONE, Difference.VALUE),
    "trunk zero added": ("+4740000001", "040000001", PHONE, PHONE, Difference.VALUE),
    "other country name": ("NO", "SE", COUNTRY, COUNTRY, Difference.VALUE),
    "unknown country": ("NO", "Norwegen", COUNTRY, TEXT, Difference.VALUE),
    "other region": ("NY", "NJ", REGION, REGION, Difference.VALUE),
    "folded mailbox": ("strasse@example.test", "stra\u00dfe@example.test", EMAIL, EMAIL, Difference.VALUE),
    "mail box changed": ("a@example.test", "b@example.test", EMAIL, EMAIL, Difference.VALUE),
    "choice flipped": (True, False, CHOICE, CHOICE, Difference.VALUE),
    "choice spelled out": (True, "publish", CHOICE, TEXT, Difference.VALUE),
    "order changed": (("a", "b"), ("b", "a"), TEXT, TEXT, Difference.VALUE),
    "element lost": (("a", "b"), ("a",), TEXT, TEXT, Difference.MISSING),
    "element lost in front": (("a", "b"), ("b",), TEXT, TEXT, Difference.MISSING),
    "element doubled": (("a",), ("a", "a"), TEXT, TEXT, Difference.VALUE),
    "only the first": (("a", "b"), "a", TEXT, TEXT, Difference.TYPE),
    "joined": (("a", "b"), "a,b", TEXT, TEXT, Difference.TYPE),
    "element emptied": (("a", "b"), ("a", None), TEXT, TEXT, Difference.MISSING),
    "list lost": (("a", "b"), None, TEXT, TEXT, Difference.MISSING),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_sync_does_not_get_past(how: str) -> None:
    expected, actual, source, target, difference = BROKEN[how]
    verdict = compare(expected, actual, source, target, OSLO)
    assert not verdict.same
    assert verdict.difference is difference
    assert verdict.detail


@pytest.mark.parametrize(
    ("expected", "actual", "source", "target", "detail"),
    [
        ("Åse", "Ase", TEXT, TEXT, "expected 'Åse', got 'Ase'"),
        ("e\u0301", "é", TEXT, TEXT, r"expected 'e\u0301', got '\xe9'"),
        ("5", 5, TEXT, TEXT, "expected the text '5', got the number 5"),
        (True, 1, BOOLEAN, INTEGER, "expected the boolean true, got the number 1"),
        (Decimal("12.50"), Decimal(12), DECIMAL, DECIMAL, "expected 12.50, got 12"),
        (LATE, LATE + timedelta(days=1), INSTANT, INSTANT, "expected 2024-02-28T23:30:00Z, got 2024-02-29T23:30:00Z"),
        ("a", None, TEXT, TEXT, "expected 'a', got nothing"),
        (None, 0, INTEGER, INTEGER, "expected nothing, got 0"),
        (("a", "b"), "a", TEXT, TEXT, "expected a list of 2 values, got 'a'"),
        (("a", "b"), ("a", "c"), TEXT, TEXT, "[1]: expected 'b', got 'c'"),
        ((("a", "b"), "c"), (("a", "x"), "c"), TEXT, TEXT, "[0]: [1]: expected 'b', got 'x'"),
        (
            ("a", "b", "c"),
            ("a", "c"),
            TEXT,
            TEXT,
            "expected 3 values, got 2; first difference at [1]: expected 'b', got 'c'",
        ),
        (("a", "b"), ("a", "b", "c"), TEXT, TEXT, "expected 2 values, got 3; the first 2 are equal"),
        (
            "x" * 255 + "y" * 45,
            "x" * 255,
            TEXT,
            TEXT,
            f"expected 300 characters, got only the first 255, truncated after '{'x' * 20}'",
        ),
        ("x" * 70, "x" * 70 + "!", TEXT, TEXT, f"from character 71 on: expected ...'{'x' * 20}', got ...'{'x' * 20}!'"),
        (
            "x" * 99 + "A" + "z" * 99,
            "x" * 99 + "B" + "z" * 99,
            TEXT,
            TEXT,
            f"from character 100 on: expected ...'{'x' * 20}A{'z' * 19}', got ...'{'x' * 20}B{'z' * 19}'",
        ),
    ],
)
def test_the_detail_tells_a_person_where_to_look(
    expected: Canonical, actual: Canonical, source: Form, target: Form, detail: str
) -> None:
    assert compare(expected, actual, source, target).detail == detail


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (False, False),
        (0, 0),
        ("Åse", "Åse"),
        (Decimal("1E+3"), "1000"),
        (LATE, "2024-02-28T23:30:00Z"),
        (date(2024, 2, 29), "2024-02-29"),
        (("a", None, (Decimal("0.10"),)), ["a", None, ["0.10"]]),
    ],
)
def test_show_gives_json(value: Canonical, shown: object) -> None:
    assert format_value(value) == shown
    assert json.loads(json.dumps(format_value(value))) == shown


NAMES = st.sampled_from(list(FORMS))
ANY_VALUE = st.none() | st.one_of(*VALUES.values())
ANY_CANONICAL = ANY_VALUE | st.lists(ANY_VALUE, max_size=3).map(tuple)


@given(ANY_CANONICAL, NAMES, NAMES)
def test_a_value_is_the_same_as_itself_in_any_forms(value: Canonical, source: str, target: str) -> None:
    assert compare(value, value, FORMS[source], FORMS[target], OSLO).same


@given(ANY_CANONICAL, ANY_CANONICAL, NAMES, NAMES)
def test_sameness_has_no_direction(one: Canonical, other: Canonical, source: str, target: str) -> None:
    there = compare(one, other, FORMS[source], FORMS[target], OSLO)
    assert there.same == compare(other, one, FORMS[target], FORMS[source], OSLO).same
    assert there.same == (there.difference is None) == (not there.detail)
    assert len(there.detail) < 400


@pytest.mark.parametrize("source", FORMS)
@given(data=st.data())
def test_what_was_written_into_another_form_without_a_refusal_arrived(source: str, data: st.DataObject) -> None:
    # Unescaping is the system's: it would have escaped what we wrote (see test_canonical).
    target = FORMS[data.draw(NAMES.filter(lambda name: name != "escaped_text"))]
    value = data.draw(VALUES[source])
    # A refusal is the honest way out.
    with suppress(NotConvertible):
        arrived = to_canonical(to_wire(value, target, SIBLINGS, OSLO), target)
        assert compare(value, arrived, FORMS[source], target, OSLO).same


@given(st.data(), st.text(min_size=1, max_size=8))
def test_an_edited_text_is_another(data: st.DataObject, text: str) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    edited: Any = text[:at] + data.draw(st.sampled_from(["", "?", text[at].swapcase(), text[at] * 2])) + text[at + 1 :]
    assert compare(text, edited, TEXT, TEXT).same == (text == edited)


@given(st.decimals(-(10**6), 10**6, places=3), st.decimals(-(10**6), 10**6, places=3))
def test_decimals_are_the_same_only_when_equal(one: Decimal, other: Decimal) -> None:
    assert compare(one, other, DECIMAL, DECIMAL).same == (one == other)
