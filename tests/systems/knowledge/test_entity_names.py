"""Entities are found by any spelling of their names, and by the names in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from people_api import write_connector, write_settings, write_spec

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.errors import UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.modes.documents import known_connectors_of, read_all
from qa_sync.settings.model import ConfiguredEntity, Settings
from qa_sync.settings.read import load_settings
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.connectors.load import Connector, Service
from qa_sync.systems.names_from_settings import with_configured_names


def cards(*names: tuple[str, ...]) -> dict[str, EntityCard]:
    return {own[0]: EntityCard("x", own[0], own, "id", {}) for own in names}


KNOWN = cards(("salesorders", "Sales Orders"), ("company",), ("contact-person",), ("status",), ("orderLine",))


@pytest.mark.parametrize(
    ("name", "datatype"),
    [
        ("salesorders", "salesorders"),
        ("SALESORDERS", "salesorders"),
        ("Sales Order", "salesorders"),
        ("sales-order", "salesorders"),
        ("Salesorder", "salesorders"),
        ("Companies", "company"),
        ("Contactperson", "contact-person"),
        ("Contact Persons", "contact-person"),
        ("Status", "status"),
        ("Orderlines", "orderLine"),
        ("order_line", "orderLine"),
    ],
)
def test_any_spelling_of_a_name_finds_its_entity(name: str, datatype: str) -> None:
    assert find_card(KNOWN, name, "X").datatype == datatype


@pytest.mark.parametrize("name", ["Sale", "Order", "Compan", "Contact", "Statu", "", "-"])
def test_a_part_of_a_name_is_another_name(name: str) -> None:
    with pytest.raises(UnknownName):
        find_card(KNOWN, name, "X")


def test_two_entities_that_only_a_plural_distinguishes_are_not_guessed() -> None:
    both = cards(("order",), ("orders",))
    assert [find_card(both, name, "X").datatype for name in ("Order", "Orders")] == ["order", "orders"]
    with pytest.raises(UnknownName):
        find_card(cards(("or-der",), ("orders",)), "or der", "X")


def test_an_unknown_name_is_told_with_the_nearest_three() -> None:
    many = cards(("contact",), ("contract",), ("contacts2",), ("invoice",), ("contactee",))
    with pytest.raises(UnknownName) as caught:
        find_card(many, "Contactt", "X")
    assert caught.value.hint == "did you mean 'contact' or 'contract' or 'contacts2'?"


# -- the settings


def checks(place: Path, settings: str, entity: str = "Human") -> list[str]:
    for name in ("alpha", "beta"):
        write_connector(place / name)
    spec = write_spec(place / "spec.txt", [("name", "name", '"string"')], a=f"Alpha {entity}")
    config = load_settings(write_settings(place, "http://127.0.0.1:1", settings))
    dataflows = read_all([str(spec)])
    known = {label: one.cards for label, one in known_connectors_of(dataflows, config).items()}
    plan = compile_checklist(dataflows[0], known, "seed", settings=config).sections[0]
    return [check.reason.code for check in plan.checks if check.reason]


ENTITY = '[[entities]]\nsystem = "{}"\nname = "{}"\ndatatype = "{}"\n'


def test_a_name_in_the_settings_finds_its_datatype(tmp_path: Path) -> None:
    assert "unknown-entity" in checks(tmp_path / "without", "")
    assert "unknown-entity" not in checks(tmp_path / "with", ENTITY.format("ALPHA", "human", "person"))
    assert "unknown-entity" in checks(tmp_path / "other", ENTITY.format("Beta", "human", "person"))


def test_a_datatype_that_the_connector_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown datatype of Alpha 'persn'") as caught:
        checks(tmp_path, ENTITY.format("Alpha", "Human", "persn"))
    assert caught.value.hint == "did you mean 'person'?"
    assert "qa-sync.toml:" in str(caught.value)


def test_the_settings_win_over_the_name_of_another_datatype() -> None:
    made = Connector("x", "", Service(""), {}, cards(("order",), ("invoice",)), frozenset(), {}, frozenset())
    entity = ConfiguredEntity("X", "Order", "invoice", Location("qa-sync.toml", 1))
    named = with_configured_names({"X": made}, Settings(entities=(entity,)))["X"]
    assert find_card(named.cards, "Order", "X").datatype == "invoice"
    assert find_card(named.cards, "Invoice", "X").datatype == "invoice"


@pytest.mark.parametrize("label", ["Hub Spot", "Hubspot", "HUB-SPOT", "hub_spot"])
def test_labels_that_differ_in_spelling_are_one_system(tmp_path: Path, label: str) -> None:
    file = tmp_path / "qa-sync.toml"
    file.write_text('[systems."HubSpot"]\nconnector = "wix"\n')
    found = load_settings(file).system(label)
    assert found is not None
    assert found.label == "HubSpot"


def test_the_nearest_spelling_of_two_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "qa-sync.toml"
    file.write_text('[systems."Hub Spot"]\nconnector = "wix"\n[systems."HubSpot"]\nconnector = "wix"\n')
    spellings = {"HubSpot": "HubSpot", "Hub Spot": "Hub Spot", "hubspot": "HubSpot", "HUB SPOT": "Hub Spot"}
    settings = load_settings(file)
    assert {label: own.label for label in spellings if (own := settings.system(label))} == spellings
