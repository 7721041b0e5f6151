from __future__ import annotations

import pytest

from qa_sync.values.condition import Condition
from qa_sync.values.data_types import possible, wrong_notation, wrong_type
from qa_sync.values.form import Form, Json
from qa_sync.values.regions import with_country


@pytest.mark.parametrize(
    ("wire", "declared"),
    [
        ("5", "string"),
        (5, "integer"),
        (5.0, "integer"),
        (5, "float"),
        (0.5, "float"),
        ("0.5", "decimal"),
        (0.5, "decimal"),
        (False, "boolean"),
        (["a"], "list"),
        ([1, 2], "integer"),
        (None, "integer"),
        ("", "integer"),
        ({"any": 1}, "expression"),
        (5, None),
    ],
)
def test_what_has_the_declared_type(wire: Json, declared: str | None) -> None:
    assert wrong_type(wire, declared) is None


@pytest.mark.parametrize(
    ("wire", "declared", "told"),
    [
        ("5", "integer", "expected the data type integer, got the text '5'"),
        (0.5, "integer", "got the number 0.5"),
        (True, "integer", "got the boolean true"),
        (5, "string", "got the number 5"),
        ("0.5", "float", "got the text '0.5'"),
        ("five", "decimal", "got the text 'five'"),
        ("true", "boolean", "got the text 'true'"),
        ([1, "2"], "integer", "got the text '2'"),
        ({"a": 1}, "string", "got the object"),
    ],
)
def test_what_has_another(wire: Json, declared: str, told: str) -> None:
    assert told in str(wrong_type(wire, declared))


def test_what_an_api_cannot_show_is_not_requested_of_it() -> None:
    assert possible("integer", "number")
    assert not possible("integer", "string")
    assert possible("expression", "string")


@pytest.mark.parametrize(
    ("value", "inside"), [("Sold", True), ("sold", False), (None, False), (["Lost", "Sold"], True), ([], False)]
)
def test_a_condition_holds_for_the_values_it_names(value: Json, inside: bool) -> None:
    assert Condition("deal.stage", ("Sold", "Won")).holds({"deal": {"stage": value}}) is inside


@pytest.mark.parametrize(("value", "inside"), [(True, True), ("true", True), (1, False), (False, False)])
def test_a_condition_knows_a_truth_from_a_number(value: Json, inside: bool) -> None:
    assert Condition("paid", (True,)).holds({"paid": value}) is inside


ISO = Form(convert="country", options={"style": "iso2"})
NAMED = Form(convert="country", options={"style": "name"})


@pytest.mark.parametrize("wire", ["Norway", "norge", "NOR", "no", ["SE", "Norway"]])
def test_a_name_where_the_card_says_code_is_another_notation(wire: Json) -> None:
    reported = wrong_notation(wire, ISO)
    assert reported == f"expected the ISO code 'NO', got {(wire[-1] if isinstance(wire, list) else wire)!r}"


@pytest.mark.parametrize("wire", ["NO", "no", "NOR", "578", 578, ["Sweden", "NO"]])
def test_a_code_where_the_card_says_name_is_another_notation(wire: Json) -> None:
    reported = wrong_notation(wire, NAMED)
    assert reported == f"expected the name 'Norway', got {(wire[-1] if isinstance(wire, list) else wire)!r}"


REGION = Form(convert="region", options={"style": "prefixed", "country": "land"})


@pytest.mark.parametrize(
    ("wire", "land", "told"),
    [
        ("SE-03", "NO", "expected a region of NO, got 'SE-03'"),
        (["NO-03", "SE-03"], "Norway", "expected a region of NO, got 'SE-03'"),
        ("NO-03", "NO", None),
        ("03", "NO", None),
        ("SE-03", None, None),
        ("SE-03", "Nowhere", None),
        ("Oslo-Viken", "NO", None),
        (None, "NO", None),
    ],
)
def test_a_region_has_no_prefix_or_that_of_its_country(wire: Json, land: str | None, told: str | None) -> None:
    assert wrong_notation(wire, with_country(REGION, {"land": land}.get)) == told


@pytest.mark.parametrize(
    ("wire", "form"),
    [
        ("NO", ISO),
        (None, ISO),
        ("", ISO),
        ("Nowhere", ISO),
        ("Norway", NAMED),
        ("norge", NAMED),
        ("USA", NAMED),
        ("Norway", Form()),
    ],
)
def test_what_is_written_as_its_form_says_or_is_no_country(wire: Json, form: Form) -> None:
    assert wrong_notation(wire, form) is None
