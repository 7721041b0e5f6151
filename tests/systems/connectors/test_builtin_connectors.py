from __future__ import annotations

import pytest

from qa_sync.errors import UnknownName
from qa_sync.systems.cards import EntityCard, Writable, find_card
from qa_sync.systems.connectors.card_keys import CONVERSIONS
from qa_sync.systems.connectors.find import LABELS, builtin_folder, connector_for
from qa_sync.systems.connectors.load import VERBS, Connector, load_connector
from qa_sync.systems.pairing import inferred_pairs
from qa_sync.values import paths


@pytest.fixture(scope="module", params=list(LABELS))
def connector(request: pytest.FixtureRequest) -> Connector:
    return load_connector(builtin_folder(request.param))


def card_of(name: str, entity: str) -> EntityCard:
    return find_card(load_connector(builtin_folder(name)).cards, entity, name)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Wix", "wix"),
        ("Wix.com", "wix"),
        ("WooCommerce", "woocommerce"),
        ("Woocommerce", "woocommerce"),
        ("Customerp", "customerp"),
        ("CustomERP", "customerp"),
        ("Custom ERP", "customerp"),
        ("Customwebshop", "customwebshop"),
        ("CustomWebshop", "customwebshop"),
        ("Custom Webshop", "customwebshop"),
    ],
)
def test_every_label_of_the_documents_has_its_connector(label: str, name: str) -> None:
    assert connector_for(label) == name


def test_an_unknown_label_is_reported_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"unknown system 'Wooommerce'") as caught:
        connector_for("Wooommerce")
    assert "did you mean 'WooCommerce'?" in str(caught.value)


def test_an_unknown_label_without_a_near_one_shows_how_to_give_a_connector() -> None:
    with pytest.raises(UnknownName) as caught:
        connector_for("Tripletex")
    assert '[systems."Tripletex"] connector = ' in str(caught.value)


def test_a_built_in_connector_loads_with_three_cards(connector: Connector) -> None:
    assert len(connector.cards) == 3
    assert all(card.system == connector.name for card in connector.cards.values())


def test_every_verb_has_an_operation_or_a_reason(connector: Connector) -> None:
    for card in connector.cards.values():
        for verb in VERBS:
            assert (f"{card.datatype}-{verb}" in connector.operations) != (verb in card.cannot)


def test_what_cannot_always_be_written_says_why_to_a_person(connector: Connector) -> None:
    for card in connector.cards.values():
        for p in card.properties.values():
            assert (p.writable is Writable.ALWAYS) == (p.why is None), p.path
            assert p.why is None or p.why.startswith(("Wix ", "WooCommerce ", "The ERP ", "The webshop ")), p.path


def test_concepts_are_unique_and_the_systems_own_stamps_have_none(connector: Connector) -> None:
    for card in connector.cards.values():
        concepts = [p.concept for p in card.properties.values() if p.concept]
        assert len(concepts) == len(set(concepts))
        assert not {card.key, card.modified} & set(card.properties)


def test_conversions_and_paths_make_sense(connector: Connector) -> None:
    for card in connector.cards.values():
        for p in card.properties.values():
            assert p.form.convert in CONVERSIONS
            for path in (p.path, p.write_path, *p.also):
                assert paths.parse(path)
            assert p.references is None or p.references in connector.cards
            assert (p.form.convert == "reference") == (p.references is not None)


def test_a_region_names_its_country(connector: Connector) -> None:
    for card in connector.cards.values():
        for p in card.properties.values():
            if p.form.convert == "region":
                assert p.form.options["country"] in card.properties


def test_orders_of_wix_can_be_neither_changed_nor_deleted() -> None:
    orders = card_of("wix", "Orders")
    assert orders.cannot == {
        "update": "Wix has no endpoint for it",
        "delete": "Wix has no endpoint for it",
    }
    assert {p.writable for p in orders.properties.values()} == {Writable.CREATE, Writable.NEVER}


CONTACT = ["email", "phone", "mobile", "given_name", "family_name", "job_title", "birth_date"]
ADDRESS = ["street1", "street2", "city", "postal_code", "country", "region"]
LINES = ["lines.product_ref", "lines.name", "lines.quantity", "lines.unit_price", "lines.total"]


@pytest.mark.parametrize(
    ("source", "target", "concepts"),
    [
        (("wix", "Contacts"), ("customerp", "Contact"), CONTACT + [f"billing.{a}" for a in ADDRESS]),
        (("wix", "Orders"), ("customerp", "Order"), ["number", "customer_ref", "paid_date", "total", *LINES[:-1]]),
        (("wix", "Products"), ("customerp", "Product"), ["name", "sku", "price", "cost", "stock_quantity", "visible"]),
        (("woocommerce", "Order"), ("customwebshop", "Order"), ["status", "external_number", "shipping_total", *LINES]),
        (("woocommerce", "Product"), ("customwebshop", "Product"), ["name", "sku", "price", "stock_quantity"]),
        (("woocommerce", "Customer"), ("customwebshop", "Customer"), ["email", "given_name", "phone", "shipping.city"]),
    ],
)
def test_the_specs_pairs_share_their_concepts(
    source: tuple[str, str], target: tuple[str, str], concepts: list[str]
) -> None:
    one, other = card_of(*source), card_of(*target)
    shared = {one.properties[pair.source].concept for pair in inferred_pairs(one, other)}
    assert set(concepts) <= shared


def test_two_systems_that_both_compute_a_total_are_no_pair() -> None:
    one, other = card_of("woocommerce", "Order"), card_of("customwebshop", "Order")
    assert ("total", "total") not in {(pair.source, pair.target) for pair in inferred_pairs(one, other)}


def test_two_systems_that_both_decide_a_value_are_no_pair() -> None:
    one, other = card_of("woocommerce", "Order"), card_of("customwebshop", "Order")
    shared = {one.properties[pair.source].concept for pair in inferred_pairs(one, other)}
    assert not shared & {"number", "order_date", "paid_date", "tax_total"}
