"""Findings that compare a spec with entity cards."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sync.checklist.lint.card_rules import card_findings
from qa_sync.checklist.lint.known_paths import KnownPaths, type_fits
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.find import LABELS, builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.values.form import Form

CARDS: Mapping[str, Mapping[str, EntityCard]] = {
    label: load_connector(builtin_folder(name)).cards for name, labels in LABELS.items() for label in labels
}

TOP = "Wix.com to Customerp Dataflow\n=============================\n"
TABLE = ".. list-table::\n   :header-rows: 1\n\n   * - A Property\n     - B Property\n"


def section(entities: str, *rows: str, criteria: str = "") -> str:
    source, target = entities.split(" > ")
    heading = f"Wix.com {source} to Customerp {target}"
    merge = (
        f"A {source} will merge with a {target} if one of the following property combinations match:\n\n{TABLE}"
        + "".join(f"   * - {path}\n" if n == 0 else f"     - {path}\n\n" for n, path in enumerate(criteria.split()))
    )
    cells = [row.split(" | ") for row in rows]
    table = "".join(f"   * - {a}\n     - {b}\n     - {t}\n" for a, b, t in cells)
    return f"{heading}\n{'-' * len(heading)}\n{merge if criteria else ''}{TABLE}     - Customerp Data Type\n{table}\n\n"


def told(*sections: str) -> list[tuple[str, str]]:
    flow = read_dataflow(TOP + "".join(sections), "x.rst")
    return [(f.code, f.message) for f in card_findings(flow, CARDS)]


def codes(*sections: str) -> list[str]:
    return [code for code, _ in told(*sections)]


@pytest.mark.parametrize(
    "row",
    [
        'info.name.first | firstName | "string"',
        'primaryInfo.email | email | "string"',
        'info.emails.items.email | email | "string"',  # where the card writes it
        'info.phones.items.phone | mobile | "string"',  # paths in specs do not contain the card's selector
        "info.addresses | address | N/A",  # whole objects
        'id | contactId | "string"',
        'sesam_anything | email | "string"',
        '$original_id | email | "string"',
        'other-entity:name | email | "string"',
        'updatedDate | modifiedAt | "string"',
        'info.birthdate | birthDate | ["if", "x"]',
        "info.birthdate | birthDate | ",
    ],
)
def test_valid_rows_have_no_findings(row: str) -> None:
    assert told(section("Contacts > Contact", row)) == []


def test_an_unknown_property() -> None:
    (source,) = told(section("Contacts > Contact", 'info.name.frist | firstName | "string"'))
    assert source == (
        "unknown-property",
        "`Wix.com Contacts` has no property 'info.name.frist'; did you mean 'info.name.first'?",
    )
    assert codes(section("Contacts > Contact", 'info.name.first | Xyzzy | "string"')) == ["unknown-property"]
    when = 'info.name.first (Dependant on having NO in info.country) | firstName | "string"'
    assert codes(section("Contacts > Contact", when)) == ["unknown-property"]
    assert codes(section("Contacts > Contact", criteria="info.mail email")) == ["unknown-property"]


def test_the_line_is_that_of_the_row() -> None:
    flow = read_dataflow(TOP + section("Contacts > Contact", 'id | nope | "string"', 'nope | id | "string"'), "x.rst")
    lines = [(f.line, f.code) for f in card_findings(flow, CARDS)]
    assert sorted(lines) == [
        (pair.line, "unknown-property") for pair in flow.sections[0].pairs for path in (pair.target,) if path
    ] + [(flow.sections[0].pairs[1].line, "unknown-property")]


@pytest.mark.parametrize(
    ("entities", "row", "code", "why"),
    [
        ("Orders > Order", 'totals.tax | vatAmount | "decimal"', "read-only-target", "its own tax rules"),
        ("Orders > Order", 'totals.total | totalAmount | "float"', "read-only-target", "derives it from the lines"),
        ("Orders > Order", 'number | orderNumber | "string"', "create-only-target", "was created with"),
    ],
)
def test_a_read_only_target(entities: str, row: str, code: str, why: str) -> None:
    ((found, message),) = told(section(entities, row))
    assert found == code
    assert why in message


@pytest.mark.parametrize(
    ("declared", "form", "fits"),
    [
        ("string", Form(), True),
        ("integer", Form(convert="phone"), False),
        ("boolean", Form(), False),
        ("string", Form("number", "decimal"), False),
        ("decimal", Form("number", "decimal"), True),
        ("integer", Form("number", "decimal"), True),
        ("float", Form("string", "decimal"), True),
        ("string", Form("string", "decimal"), True),
        ("integer", Form("string", "decimal"), False),
        ("float", Form("integer", "integer"), False),
        ("integer", Form("integer", "integer"), True),
        ("string", Form("integer", "identifier"), True),
        ("integer", Form("string", "reference"), True),
        ("string", Form("boolean", "boolean"), False),
        ("boolean", Form("string", "boolean"), True),
        ("list", Form(), True),
        ("expression", Form("integer", "integer"), True),
    ],
)
def test_which_data_types_fit(declared: str, form: Form, fits: bool) -> None:
    assert type_fits(declared, form) is fits


def test_a_data_type_that_contradicts_the_card() -> None:
    ((code, message),) = told(section("Contacts > Contact", 'info.birthdate | birthDate | "integer"'))
    assert code == "type-contradiction"
    assert "'integer'" in message
    assert "string (date)" in message


def test_an_entity_that_the_connector_does_not_have() -> None:
    found = told(section("Invoices > Ordre", 'a | b | "string"'))
    assert found == [
        ("unknown-entity", "the connector of Wix.com has no entity 'Invoices'"),
        ("unknown-entity", "the connector of Customerp has no entity 'Ordre'; did you mean 'Order'?"),
    ]


def test_a_system_without_a_connector_is_reported_once() -> None:
    text = (TOP + section("A > Contact", 'a | email | "string"') + section("B > Contact", 'b | b | "string"')).replace(
        "Wix.com", "Acme"
    )
    found = card_findings(read_dataflow(text, "x.rst"), CARDS)
    assert [(f.code, f.line) for f in found] == [("no-connector", 3), ("unknown-property", 24)]


def test_a_copy_has_no_findings_of_its_own() -> None:
    one = section("Contacts > Contact", 'id | nope | "string"')
    assert codes(one, one) == codes(one) == ["unknown-property"]


def test_every_path_of_a_card_is_known_and_has_its_property() -> None:
    for card in (card for cards in CARDS.values() for card in cards.values()):
        known = KnownPaths(card)
        for path in card.properties:
            assert known.has(path.split("[")[0])
            assert "[" in path or known.property(path) is card.properties[path]


CELLS = st.text(st.characters(exclude_characters="\0"), max_size=30)
"""Any text without NUL, which makes the spec a binary file."""


@given(CELLS, CELLS, CELLS)
def test_any_row_can_be_linted(source: str, target: str, kind: str) -> None:
    told(section("Contacts > Contact", f"{source} | {target} | {kind}", f"id | {source}.x | {kind}"))
