"""Each tolerance allows what the table says, and nothing next to it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from values_forms import FORMS, form

from qa_sync.errors import NotConvertible
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.values.canonical import to_canonical
from qa_sync.values.comparison.compare import compare
from qa_sync.values.comparison.tolerances import TOLERANCES
from qa_sync.values.condition import Condition
from qa_sync.values.data_types import wrong_notation, wrong_type
from qa_sync.values.form import Form, Json
from qa_sync.values.record_form import in_record
from qa_sync.values.regions import RegionCodes, with_country

ZONE = ZoneInfo("Europe/Oslo")
RECORD: Mapping[str, Json] = MappingProxyType({"land": "Norway", "currency": "JPY"})
"""The values of the record that decide how another one is read."""

TEXT, ID, CHOICE = FORMS["text"], FORMS["identifier"], FORMS["choice"]
DECIMAL, NUMBER, INTEGER = FORMS["decimal"], FORMS["decimal as number"], FORMS["integer as number"]
INSTANT, DATE, NAIVE = FORMS["instant z"], FORMS["date"], FORMS["instant naive_utc"]
CODE, NAMED = FORMS["country"], FORMS["country name"]
TAGGED = form("html", tags=True)
PREFIXED = form("region", style="prefixed", country="land")
OWN_CODES = form("region", codes=RegionCodes(Path(builtin_folder("woocommerce")) / "regions.json"), country="land")

Case = tuple[Json, Json, Form, Form]
"""The wire values of the source and of the target, and their forms."""

ALLOWED: Mapping[str, tuple[Case, ...]] = {
    "empty values": (
        (None, "", TEXT, TEXT),
        ("  \t", None, TEXT, TEXT),
        ([], "", TEXT, TEXT),
        (["", None, " "], None, TEXT, TEXT),
    ),
    "one element": ((["a"], "a", TEXT, TEXT), ("a", [["a"]], TEXT, TEXT)),
    "e-mail addresses": ((" Ada@X.test", "ada@x.TEST ", FORMS["email"], FORMS["email"]),),
    "phone separators": (
        ("+47 400-00.00/1", "0047(40)000001", FORMS["phone"], FORMS["phone"]),
        ("\u202a+4740000001\u202c", "+4740000001", FORMS["phone"], FORMS["phone"]),
        (40000001, "40 00 00 01", FORMS["phone"], FORMS["phone"]),
    ),
    "phone countries": (
        ("+4740000001", "40000001", FORMS["phone"], form("phone", country="NO")),
        ("40000001", "+4740000001", form("phone", country="land"), FORMS["phone"]),
    ),
    "countries": (("NO", "norge", CODE, NAMED), ("US", "U.S.", CODE, NAMED), ("TT", "Trinidad & Tobago", CODE, NAMED)),
    "regions": (("NO-03", "03", PREFIXED, FORMS["region"]), ("03", "NO-03", OWN_CODES, PREFIXED)),
    "instants": (
        ("2024-03-04T10:00:00.999Z", "2024-03-04 11:00+01:00", INSTANT, INSTANT),
        ("2024-03-04T10:00:00", "2024-03-04T10:00:00Z", NAIVE, INSTANT),
    ),
    "dates": (("2024-03-04T23:30:00Z", "2024-03-05", INSTANT, DATE),),
    "decimals": (
        ("15.00", Decimal(15), DECIMAL, NUMBER),
        (" +015", "1.5e1", DECIMAL, DECIMAL),
        ("12.345", "12.35", form("decimal", places=3), form("decimal", places=2)),
        ("12.4", "12", form("decimal", currency="currency"), form("decimal", currency="currency")),
    ),
    "booleans": (("True", True, FORMS["boolean as string"], FORMS["boolean"]),),
    "choices": (("publish", True, CHOICE, FORMS["boolean"]), ("3", 3, CHOICE, CHOICE)),
    "identifiers": ((7, "7", ID, ID), (Decimal("7.0"), "7", ID, ID)),
    "references": ((0, None, FORMS["reference as integer"], FORMS["reference"]),),
    "escaped texts": (("a & b", "a &amp; b", TEXT, FORMS["escaped_text"]),),
    "HTML": (
        ("a  b\n", "<p>a b</p>", TEXT, FORMS["html"]),
        ('<A class=x href="y">a</A><br>&#38;', "a<!-- b --> &amp;", FORMS["html"], FORMS["html"]),
        ('<A class=x href="y">a</A>', "<p><a href='y' class='x'>a</a></p>", TAGGED, TAGGED),
    ),
    "data types": (),
    "conditions": (),
}
REFUSED: Mapping[str, tuple[Case, ...]] = {
    "empty values": ((None, 0, TEXT, INTEGER), (None, False, TEXT, FORMS["boolean"]), ("null", None, TEXT, TEXT)),
    "one element": ((["a", "b"], "a", TEXT, TEXT), (["a", None], "a", TEXT, TEXT)),
    "e-mail addresses": (
        ("straße@x.test", "strasse@x.test", FORMS["email"], FORMS["email"]),
        ("a+1@x.test", "a@x.test", FORMS["email"], FORMS["email"]),
    ),
    "phone separators": (
        ("+4740000001", "4740000001", FORMS["phone"], FORMS["phone"]),
        ("40000001 ext. 5", "40000001", FORMS["phone"], FORMS["phone"]),
    ),
    "phone countries": (
        ("+4740000001", "40000001", FORMS["phone"], FORMS["phone"]),
        ("+4740000001", "40000001", FORMS["phone"], form("phone", country="SE")),
    ),
    "countries": (("NO", "NO", CODE, NAMED), ("Norway", "Norway", NAMED, CODE), ("NO", "Sweden", CODE, NAMED)),
    "regions": (("03", "SE-03", FORMS["region"], PREFIXED), ("NO-03", "04", PREFIXED, FORMS["region"])),
    "instants": (
        ("2024-03-04T10:00:00Z", "2024-03-04T10:00:01Z", INSTANT, INSTANT),
        ("2024-03-04T10:00:00Z", "2024-03-04T10:00:00", INSTANT, INSTANT),
    ),
    "dates": (("2024-03-04T23:30:00Z", "2024-03-04", INSTANT, DATE),),
    "decimals": (
        ("12.345", "12.34", form("decimal", places=3), form("decimal", places=2)),
        ("12.5", "12.50001", DECIMAL, DECIMAL),
        ("-15", "15", DECIMAL, DECIMAL),
        ("1.000", "1000", DECIMAL, DECIMAL),
    ),
    "booleans": (("1", True, FORMS["boolean as string"], FORMS["boolean"]), (1, True, INTEGER, FORMS["boolean"])),
    "choices": (("publish", False, CHOICE, FORMS["boolean"]), ("Publish", True, CHOICE, FORMS["boolean"])),
    "identifiers": (("007", 7, ID, ID), ("7", "7.0", ID, ID)),
    "references": ((0, "0", FORMS["reference as integer"], ID),),
    "escaped texts": (("a & b", "a &amp;amp; b", TEXT, FORMS["escaped_text"]), ("a", "A", TEXT, TEXT)),
    "HTML": (
        ("a b", "ab", TEXT, FORMS["html"]),
        ("<b>a</b>", "a", TAGGED, TAGGED),
        ('<a href="x">a</a>', '<a href="y">a</a>', TAGGED, TAGGED),
    ),
    "data types": (),
    "conditions": (),
}


def is_same(case: Case) -> bool:
    """Return whether a check takes the value of the target for that of the source."""
    expected, actual, source, target = case
    forms = [with_country(in_record(each, RECORD.get), RECORD.get) for each in (source, target)]
    try:
        left, right = (to_canonical(wire, each) for wire, each in zip((expected, actual), forms, strict=True))
    except NotConvertible:
        return False
    return compare(left, right, forms[0], forms[1], ZONE).same and not wrong_notation(actual, forms[1])


@pytest.mark.parametrize("name", TOLERANCES)
def test_what_a_tolerance_allows_is_the_same(name: str) -> None:
    assert [case for case in ALLOWED[name] if not is_same(case)] == []


@pytest.mark.parametrize("name", TOLERANCES)
def test_what_is_next_to_a_tolerance_differs(name: str) -> None:
    assert [case for case in REFUSED[name] if is_same(case)] == []


@pytest.mark.parametrize(
    ("wire", "declared", "right"),
    [
        ("1.50", "decimal", True),
        (Decimal("5.0"), "integer", True),
        (None, "integer", True),
        ("5", "integer", False),
        (5, "string", False),
        (1, "boolean", False),
        ("x", "decimal", False),
    ],
)
def test_the_data_type_of_the_spec(wire: Json, declared: str, right: bool) -> None:
    assert (wrong_type(wire, declared) is None) is right


@pytest.mark.parametrize(
    ("value", "holds"), [(3, True), ("3", True), (["x", 3], True), (True, False), ("03", False), ([], False)]
)
def test_the_value_of_a_condition(value: Json, holds: bool) -> None:
    assert Condition("status", ("3",)).holds({"status": value}) is holds


def test_every_tolerance_has_examples() -> None:
    assert list(ALLOWED) == list(REFUSED) == list(TOLERANCES)
