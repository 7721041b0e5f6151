"""Rows, merge criteria, conditions and settings complete the cards of connectors that have none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from people_api import write_connector, write_settings, write_spec

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Check, Checklist
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_all
from qa_sync.settings.read import load_settings
from qa_sync.systems.cards import EntityCard, Writable

Rows = Sequence[tuple[str, str, str]]


def compiled(place: Path, rows: Rows, *, more: str = "", settings: str = "") -> tuple[Checklist, dict[str, EntityCard]]:
    for name in ("alpha", "beta"):
        if not (place / name).exists():
            write_connector(place / name)
    config = load_settings(write_settings(place, "http://127.0.0.1:1", settings))
    dataflows = read_all([str(write_spec(place / "spec.txt", rows, more=more))])
    connectors = connectors_of(dataflows, config)
    dataflow = apply_configured_pairs(dataflows, connectors, config)[0]
    cards = {label: connector.cards for label, connector in connectors.items()}
    checklist = compile_checklist(dataflow, cards, "seed", settings=config)
    return checklist, {label: own["person"] for label, own in cards.items()}


def of_kind(checklist: Checklist, kind: str) -> list[Check]:
    return [check for plan in checklist.sections for check in plan.checks if check.kind == kind]


def skips(checklist: Checklist, kind: str) -> list[str | None]:
    return [check.skip.text if check.skip else None for check in of_kind(checklist, kind)]


def test_rows_make_a_card(tmp_path: Path) -> None:
    checklist, cards = compiled(tmp_path, [("name", "title", '"string"'), ("size", "count", '"integer"')])
    assert skips(checklist, "property") == [None, None]
    assert skips(checklist, "create") == [None]
    assert [(p.path, p.form.convert) for p in cards["Alpha"].properties.values()] == [
        ("name", "text"),
        ("size", "integer"),
    ]
    assert [(p.path, p.form.type) for p in cards["Beta"].properties.values()] == [
        ("title", "string"),
        ("count", "integer"),
    ]


def test_merge_criteria_and_conditions_are_known_too(tmp_path: Path) -> None:
    criteria = (
        "If a matching Beta Person already exists, the Alpha Person will be merged with the existing one.\n"
        "If no matching Beta Person is found, a new Beta Person will be created.\n\n"
        "A Alpha Person will merge with a Beta Person if one of the following property combinations match:\n\n"
        ".. list-table::\n   :header-rows: 1\n\n   * - Alpha Person Property\n     - Beta Person Property\n"
        "   * - work.email\n     - login\n"
    )
    checklist, cards = compiled(tmp_path, [("name", "title", "N/A")], more=criteria)
    assert {path: p.form.convert for path, p in cards["Beta"].properties.items()} == {"title": "text", "login": "email"}
    assert skips(checklist, "merge") == [None]


def test_pairs_of_the_settings_do_the_same(tmp_path: Path) -> None:
    pairs = '[[pairs]]\nsection = "Alpha Person to Beta Person"\nsource = "email"\ntarget = "mail"\n'
    checklist, cards = compiled(tmp_path, [], settings=pairs)
    assert skips(checklist, "property") == [None]
    assert cards["Alpha"].properties["email"].form.convert == "email"


def test_without_any_property_nothing_is_written(tmp_path: Path) -> None:
    checklist, _ = compiled(tmp_path, [])
    assert all(check.skip or check.manual for plan in checklist.sections for check in plan.checks)
    assert not any(plan.scenarios for plan in checklist.sections)
    assert skips(checklist, "create") == [
        "nothing says which properties Alpha Person and Beta Person share; add [[pairs]] to qa-sync.toml"
    ]


def test_without_a_text_no_counterpart_could_be_found(tmp_path: Path) -> None:
    checklist, _ = compiled(tmp_path, [("size", "count", '"integer"'), ("isVip", "vip", '"boolean"')])
    assert not any(plan.scenarios for plan in checklist.sections)
    assert "holds a text by which" in str(skips(checklist, "create")[0])


def test_an_id_is_no_value_to_compare(tmp_path: Path) -> None:
    rows = [("name", "title", '"string"'), ("id", "id", '"integer"'), ("id", "PersonId", '"string"')]
    rows += [("country", "address.country.id", '"integer"')]
    checklist, cards = compiled(tmp_path, rows)
    assert [bool(skip) for skip in skips(checklist, "property")] == [False, True, True, True]
    assert cards["Alpha"].properties["id"].writable is Writable.NEVER


def test_a_reference_leads_to_the_entity_of_that_name(tmp_path: Path) -> None:
    rows = [("name", "title", '"string"'), ("person.id", "boss.id", '"integer"'), ("person_id", "note", '"string"')]
    checklist, cards = compiled(tmp_path, rows)
    assert cards["Alpha"].properties["person.id"].references == "person"
    assert cards["Beta"].properties["boss.id"].references == "person"  # by the heading
    assert skips(checklist, "property")[2] == "person_id is an id of another record, and nothing says that note is one"


def test_a_schema_gives_types_and_pairs(tmp_path: Path) -> None:
    for name, title in (("alpha", "Alpha"), ("beta", "Beta")):
        write_connector(tmp_path / name)
        rows = [
            "System,Type,Name,SubName,Datatype,Description",
            f"{title},person,name,,string,",
            f"{title},person,emails,value,string,",
            f"{title},person,nickname,,string,",
            f"{title},person,tags,,array,",
        ]
        (tmp_path / name / "schema.csv").write_text("\n".join(rows))
    checklist, _ = compiled(tmp_path, [])
    checks = of_kind(checklist, "property")
    assert [(check.pair and check.pair.source, check.skip and check.skip.text) for check in checks] == [
        ("name", None),
        ("emails.value", None),
    ]


def test_a_card_of_a_built_in_system_stays_as_it_is() -> None:
    dataflows = read_all(["specs/000.txt"])
    assert all(card.complete for connector in connectors_of(dataflows).values() for card in connector.cards.values())
