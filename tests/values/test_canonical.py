"""The fifteen conversions: each by example, all by property."""

import html
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values_forms import FORMS, HOSTILE_JSON, HOSTILE_SCALARS, PLAIN_TEXTS, SIBLINGS, STATUS, VALUES, form
from work import comes_to_an_end

from qa_sync.errors import NotConvertible, UnknownName
from qa_sync.values.canonical import CONVERSIONS, sent_value, to_canonical, to_wire
from qa_sync.values.conversions.countries import country_codes
from qa_sync.values.form import Canonical, Form

OSLO = timezone(timedelta(hours=1))
NOON = datetime(2024, 11, 13, 12, 0, 5, tzinfo=UTC)


def test_every_conversion_has_forms_here() -> None:
    assert {f.convert for f in FORMS.values()} == set(CONVERSIONS)


@pytest.mark.parametrize("empty", [None, "", [], " \t\n", "\u00a0"])
@pytest.mark.parametrize("name", FORMS)
def test_empty_is_none_for_every_conversion(name: str, empty: object) -> None:
    assert to_canonical(empty, FORMS[name]) is None


@pytest.mark.parametrize(
    ("options", "wire"),
    [({}, None), ({"empty": "null"}, None), ({"empty": "omit"}, None), ({"empty": ""}, ""), ({"empty": 0}, 0)],
)
def test_none_is_written_as_the_forms_empty(options: dict[str, Any], wire: object) -> None:
    assert to_wire(None, form("text", **options)) == wire
    assert to_wire(" ", form("text", **options)) == wire


def test_false_and_zero_are_no_empty_values() -> None:
    assert to_canonical(False, FORMS["boolean"]) is False
    assert to_canonical("false", FORMS["boolean as string"]) is False
    assert to_canonical("draft", FORMS["choice"]) is False
    assert to_canonical(0, FORMS["integer"]) == 0
    assert to_canonical("0.00", FORMS["decimal"]) == Decimal(0)
    assert to_canonical("0", FORMS["text"]) == "0"
    assert to_canonical(0, FORMS["identifier"]) == "0"
    assert to_wire(False, FORMS["boolean"]) is False
    assert to_wire(0, FORMS["integer"]) == 0
    assert to_wire(Decimal(0), FORMS["decimal"]) == "0"


@pytest.mark.parametrize(
    ("convert", "type", "options", "wire", "expected"),
    [
        ("text", "string", {}, "  Åse\u0301 ", "  Åse\u0301 "),
        ("text", "string", {}, "a &amp; b", "a &amp; b"),
        ("text", "number", {}, 0.1, Decimal("0.1")),
        ("escaped_text", "string", {}, "a &amp; b", "a & b"),
        ("escaped_text", "string", {}, "a &amp;amp; b", "a &amp; b"),
        ("html", "string", {}, "<p>Tee &amp; <b>Cap</b>s</p>\n<p>two<br />three</p>\n", "Tee & Caps two three"),
        ("html", "string", {}, "<!-- wp:paragraph --><P CLASS='a>b'>x</P>", "x"),
        ("html", "string", {}, "1 &lt; 2, 3 < 4 > 2 <3", "1 < 2, 3 < 4 > 2 <3"),
        ("html", "string", {}, "<p> </p>", None),
        ("html", "string", {}, f"<img alt='it is > 1' src=\"data:{'x' * 9000}\">a", "a"),
        ("email", "string", {}, " Ada@Example.TEST ", "ada@example.test"),
        ("phone", "string", {}, "0047 400-00 (001)", "+4740000001"),
        ("phone", "string", {}, "\u202a+47 40 00 00 01\u202c", "+4740000001"),
        ("phone", "integer", {}, 40000001, "40000001"),
        ("identifier", "integer", {}, 5, "5"),
        ("identifier", "string", {}, "005", "005"),
        ("identifier", "number", {}, 5.0, "5"),
        ("reference", "integer", {}, 0, None),
        ("reference", "string", {}, "0", None),
        ("reference", "integer", {}, 12, "12"),
        ("decimal", "number", {}, 79.96000000000001, Decimal("79.96000000000001")),
        ("decimal", "number", {}, 0.1, Decimal("0.1")),
        ("decimal", "string", {}, " 12.3400 ", Decimal("12.34")),
        ("decimal", "string", {}, "-.5", Decimal("-0.5")),
        ("decimal", "string", {"places": 2}, "12.345", Decimal("12.345")),
        ("integer", "integer", {}, 5.0, 5),
        ("integer", "string", {}, "5", 5),
        ("boolean", "string", {}, "True", True),
        ("instant", "string", {}, "2024-11-13T13:00:05.999+01:00", NOON),
        ("instant", "string", {"style": "naive_utc"}, "2024-11-13T12:00:05", NOON),
        ("instant", "string", {"style": "ms_z"}, "2024-11-13T12:00:05.123Z", NOON),
        ("date", "string", {}, "2024-02-29", date(2024, 2, 29)),
        ("country", "string", {}, " norge ", "NO"),
        ("country", "string", {}, "no", "NO"),
        ("country", "string", {}, "NOR", "NO"),
        ("country", "string", {}, "578", "NO"),
        ("country", "integer", {}, 36, "AU"),
        ("country", "string", {}, "Côte d\u2019Ivoire", "CI"),
        ("region", "string", {}, "US-NY", "NY"),
        ("region", "string", {}, "NY", "NY"),
        ("region", "string", {}, "Nord-Trøndelag", "Nord-Trøndelag"),
        ("choice", "string", {"values": STATUS}, "pending", "waiting"),
        ("choice", "integer", {"values": STATUS}, 3, 3),
    ],
)
def test_read(convert: str, type: str, options: dict[str, Any], wire: object, expected: Canonical) -> None:
    found = to_canonical(wire, form(convert, type, **options))
    assert found == expected
    assert found.__class__ is expected.__class__


@pytest.mark.parametrize(
    ("convert", "type", "options", "value", "expected"),
    [
        ("text", "string", {}, "a & <b>", "a & <b>"),
        ("text", "string", {}, 5, "5"),
        ("text", "integer", {}, "5", 5),
        ("text", "number", {}, "0.5", 0.5),
        ("text", "boolean", {}, "true", True),
        ("text", "string", {}, NOON, "2024-11-13T12:00:05Z"),
        ("escaped_text", "string", {}, "a & <b>", "a & <b>"),
        ("escaped_text", "string", {}, "a &amp; b", "a &amp; b"),
        ("escaped_text", "string", {"keeps_entities": True}, "a & b", "a & b"),
        ("escaped_text", "string", {"keeps_entities": True}, "a & b &amp; c", "a &amp; b &amp;amp; c"),
        ("escaped_text", "string", {"keeps_entities": True}, "&copy 2024", "&amp;copy 2024"),
        ("html", "string", {}, "a & <b> \"c'", "a &amp; &lt;b&gt; \"c'"),
        ("phone", "string", {}, "+4740000001", "+4740000001"),
        ("reference", "integer", {}, "12", 12),
        ("decimal", "string", {"places": 2}, Decimal(15), "15.00"),
        ("decimal", "string", {"places": 2}, Decimal("-0.001"), "0.00"),
        ("decimal", "string", {"places": 2}, Decimal("0.125"), "0.13"),
        ("decimal", "string", {"places": 2, "currency": "currency"}, Decimal("1.2345"), "1.235"),
        ("decimal", "string", {"places": 2, "currency": "order.currency"}, Decimal("1.2345"), "1"),
        ("decimal", "string", {"places": 2, "currency": "address.country"}, Decimal("1.2345"), "1.23"),
        ("decimal", "string", {"places": 2, "currency": "nowhere"}, Decimal("1.2345"), "1.23"),
        ("decimal", "string", {}, Decimal("1E+3"), "1000"),
        ("decimal", "number", {}, Decimal("15.00"), 15),
        ("decimal", "number", {}, Decimal("0.10"), 0.1),
        ("decimal", "integer", {}, Decimal("4.0"), 4),
        ("decimal", "string", {}, "12.50", "12.50"),
        ("boolean", "string", {}, False, "false"),
        ("instant", "string", {"style": "ms_z"}, NOON, "2024-11-13T12:00:05.000Z"),
        ("instant", "string", {"style": "z"}, NOON, "2024-11-13T12:00:05Z"),
        ("instant", "string", {"style": "naive_utc"}, NOON, "2024-11-13T12:00:05"),
        ("instant", "string", {"style": "offset"}, NOON, "2024-11-13T13:00:05+01:00"),
        ("instant", "string", {}, date(2024, 11, 13), "2024-11-12T23:00:00Z"),
        ("date", "string", {}, datetime(2024, 2, 28, 23, 30, tzinfo=UTC), "2024-02-29"),
        ("country", "string", {"style": "name"}, "NO", "Norway"),
        ("country", "string", {}, "Norge", "NO"),
        ("region", "string", {"style": "prefixed", "country": "address.country"}, "NY", "US-NY"),
        ("choice", "string", {"values": STATUS}, False, "draft"),
        ("choice", "integer", {"values": STATUS}, 3, 3),
    ],
)
def test_write(convert: str, type: str, options: dict[str, Any], value: Canonical, expected: object) -> None:
    found = to_wire(value, form(convert, type, **options), SIBLINGS, OSLO)
    assert found == expected
    assert found.__class__ is expected.__class__


@pytest.mark.parametrize(
    ("convert", "type", "wire"),
    [
        ("decimal", "number", float("nan")),
        ("decimal", "number", float("inf")),
        ("decimal", "number", True),
        ("decimal", "string", "12,50"),
        ("decimal", "string", "1 000"),
        ("decimal", "string", "1_000"),
        ("decimal", "string", "٣"),
        ("decimal", "string", "1e999999999"),
        ("integer", "integer", 1.5),
        ("integer", "string", "5.5"),
        ("boolean", "boolean", "true"),
        ("boolean", "boolean", 1),
        ("instant", "string", "2024-11-13T12:00:05"),
        ("instant", "string", "2024-11-13"),
        ("instant", "string", "2024-02-30T00:00:00Z"),
        ("instant", "string", "0001-01-01T00:00:00+14:00"),
        ("date", "string", "20241113"),
        ("date", "string", "2023-02-29"),
        ("country", "string", "Kongoland"),
        ("country", "string", "Atlantis"),
        ("country", "number", 578.5),
        ("phone", "string", "22334455 ext. 5"),
        ("phone", "string", "-"),
        ("phone", "integer", -5),
        ("email", "number", 5),
        ("identifier", "boolean", True),
        ("region", "boolean", True),
        ("choice", "string", "private"),
        ("text", "string", {"a": 1}),
        ("html", "string", {"a": 1}),
    ],
)
def test_what_its_form_does_not_allow_is_refused(convert: str, type: str, wire: object) -> None:
    with pytest.raises(NotConvertible, match=f"; the form is {convert} as {type}"):
        to_canonical(wire, form(convert, type, **({"values": STATUS} if convert == "choice" else {})))


@pytest.mark.parametrize(
    ("convert", "type", "options", "value"),
    [
        ("text", "integer", {}, "007"),
        ("text", "number", {}, "1.50"),
        ("text", "number", {}, "abc"),
        ("text", "boolean", {}, "yes"),
        ("decimal", "number", {}, Decimal("0.1000000000000000055")),
        ("decimal", "integer", {}, Decimal("4.5")),
        ("decimal", "string", {}, "007"),
        ("decimal", "string", {}, True),
        ("decimal", "boolean", {}, Decimal(1)),
        ("integer", "integer", {}, Decimal("1.5")),
        ("phone", "integer", {}, "+4740000001"),
        ("reference", "string", {}, "0"),
        ("identifier", "integer", {}, "c-1"),
        ("identifier", "string", {}, True),
        ("boolean", "boolean", {}, 1),
        ("instant", "string", {}, datetime(2024, 1, 1)),  # noqa: DTZ001
        ("instant", "string", {}, "2024-01-01"),
        ("instant", "integer", {}, NOON),
        ("date", "string", {}, "13.11.2024"),
        ("choice", "string", {"values": STATUS}, 1),
        ("choice", "string", {"values": STATUS}, "true"),
        ("choice", "string", {}, "x"),
        ("region", "string", {"style": "prefixed"}, "NY"),
        ("region", "string", {"style": "prefixed", "country": "address.country"}, "Nord-Trøndelag"),
    ],
)
def test_what_would_be_lost_is_not_written(convert: str, type: str, options: dict[str, Any], value: Any) -> None:
    with pytest.raises(NotConvertible, match=f"; the form is {convert} as {type}"):
        to_wire(value, form(convert, type, **options), SIBLINGS)


def test_a_refusal_names_value_expectation_and_form_in_short() -> None:
    with pytest.raises(NotConvertible) as reported:
        to_canonical("x" * 5000, form("decimal", places=2))
    assert str(reported.value) == (
        f"'{'x' * 59}... (5002 characters) is not a number; the form is decimal as string (places=2)"
    )


@pytest.mark.parametrize(
    ("bad", "hint"),
    [
        (form("txt"), "text"),
        (form("text", "strng"), "string"),
        (form("instant", style="msz"), "ms_z"),
        (form("country", style="iso"), "iso2"),
        (form("region", style="prefix"), "prefixed"),
    ],
)
def test_a_word_that_no_table_has_is_reported_with_the_nearest(bad: Form, hint: str) -> None:
    value: Canonical = NOON if bad.convert == "instant" else "NO"
    with pytest.raises(UnknownName, match=f"did you mean '{hint}'"):
        to_wire(value, bad)


def test_lists_go_element_by_element() -> None:
    assert to_canonical(["5", None, "7.5"], FORMS["decimal"]) == (Decimal(5), None, Decimal("7.5"))
    assert to_canonical([["a"], []], FORMS["text"]) == (("a",), None)
    assert to_wire((Decimal(5), None), FORMS["decimal"]) == ["5", None]


def test_the_siblings_of_a_list_go_element_by_element() -> None:
    prefixed = form("region", style="prefixed", country="lines.country")
    assert to_wire(("NY", "ON"), prefixed, {"lines.country": ("US", "CA")}) == ["US-NY", "CA-ON"]
    assert to_wire(("NY", "CA"), prefixed, {"lines.country": "US"}) == ["US-NY", "US-CA"]


def test_lists_nested_without_end_are_refused() -> None:
    wire: list[Any] = []
    for _ in range(5000):
        wire = [wire]
    with pytest.raises(NotConvertible, match="nested less than 20 times"):
        to_canonical(wire, FORMS["text"])


def test_every_country_has_all_its_spellings() -> None:
    codes = country_codes()
    assert len(codes) == 249
    for code in codes:
        assert len(code) == 2
        name = to_wire(code, FORMS["country name"])
        assert to_canonical(name, FORMS["country"]) == code
        assert to_canonical(code.lower(), FORMS["country"]) == code


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
def test_what_is_written_means_the_same_when_read(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[name])
    wire = json.loads(json.dumps(to_wire(value, FORMS[name], SIBLINGS, OSLO)))
    found = to_canonical(wire, FORMS[name])
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@given(st.lists(st.sampled_from(["&", "amp;", "#39;", "copy", ";", "a", " ", "<", "\\"]), min_size=1).map("".join))
def test_an_entity_in_a_text_is_sent_so_that_it_is_read_back(text: str) -> None:
    kept = form("escaped_text", keeps_entities=True)
    wire = to_wire(text, kept)
    assert to_canonical(wire, kept) == sent_value(wire, kept) == (text if text.strip() else None)
    assert sent_value(to_wire(text, FORMS["escaped_text"]), FORMS["escaped_text"]) == (text if text.strip() else None)


@given(PLAIN_TEXTS)
def test_a_text_that_the_system_escapes_is_read_back(text: str) -> None:
    assert to_canonical(html.escape(str(to_wire(text, FORMS["escaped_text"]))), FORMS["escaped_text"]) == text


def refusal(call: Callable[[], object]) -> str:
    """Return what a call is refused with, nothing when it is not; any other error goes through."""
    try:
        call()
    except NotConvertible as refused:
        return str(refused)
    return ""


@given(HOSTILE_JSON, st.sampled_from(list(FORMS)))
def test_no_response_raises_anything_else(wire: Any, name: str) -> None:
    assert len(refusal(lambda: to_canonical(wire, FORMS[name]))) < 400


@given(
    HOSTILE_SCALARS | st.datetimes() | st.datetimes(timezones=st.timezones()) | st.dates(), st.sampled_from(list(FORMS))
)
def test_no_value_raises_anything_else_when_written(value: Any, name: str) -> None:
    assert len(refusal(lambda: to_wire(value, FORMS[name], SIBLINGS, OSLO))) < 400


@pytest.mark.parametrize("length", [50_000, pytest.param(400_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("trap", ['<a"', "<a", "<!--", "<a '\"", "<a b=", "&", "<", "<a\"'<a'\""])
def test_hostile_html_is_read(trap: str, length: int) -> None:
    """A search that began again at each of 400,000, to the end of the text, would take a quarter of an hour."""
    with comes_to_an_end():
        to_canonical(trap * (length // len(trap)), FORMS["html"])


def test_importing_loads_no_table() -> None:
    code = (
        "import sys, qa_sync.values.canonical, qa_sync.values.conversions.countries as p;"
        "sys.exit(p._table.cache_info().currsize or 'html.entities' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["a\\b", "\\\\", "C:\\new", "no", "\\"])
def test_what_a_system_takes_for_an_escape_is_sent_twice(text: str) -> None:
    doubling = Form(options={"doubled": "\\"})
    assert to_wire(text, doubling) == text.replace("\\", "\\\\")
    assert sent_value(to_wire((text, text), doubling), doubling) == (text, text)
    assert sent_value(to_wire(text, Form()), Form()) == text
