"""What a vendor gives a record that is created without a value stands on its card."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime

import pytest

from qa_sync.clock import VirtualClock
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.cards import EntityCard, Writable
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.canonical import is_empty, to_canonical
from qa_sync.values.form import Json
from qa_sync.values.paths import read

ADDRESS: Json = {"city": "Oslo"}
LEAST: Mapping[tuple[str, str], Mapping[str, Json]] = {
    ("wix", "contacts"): {"info.name.first": "Ada"},
    ("wix", "products"): {"name": "Tee", "priceData.price": 5},
    ("wix", "orders"): {
        "totals": {"subtotal": "5", "total": "5"},
        "billingInfo.address": ADDRESS,
        "shippingInfo.shipmentDetails.address": ADDRESS,
        "lineItems": [{"name": "Tee", "quantity": 1, "priceData": {"price": "5"}}],
    },
    ("woocommerce", "customer"): {"email": "ada@example.org"},
    ("woocommerce", "product"): {"name": "Tee"},
    ("woocommerce", "order"): {},
    ("customerp", "contact"): {},
    ("customerp", "product"): {"itemNumber": "T", "name": "Tee"},
    ("customerp", "order"): {},
    ("customwebshop", "customer"): {"email": "ada@example.org"},
    ("customwebshop", "product"): {"title": "Tee", "sku": "T"},
    ("customwebshop", "order"): {"items": []},
}
"""The least that a record of each entity can be created with, by write path."""
LINES: Mapping[str, Json] = {"line_items": [{"product_id": 11}]}
"""The lines of an order in WooCommerce: the id of the first product of a shop."""


def connect(vendor: str) -> RestSystem:
    clock = VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    own = VENDORS[vendor]
    transport = AsgiTransport(own.build_app(clock.now, "seed"))
    connector = load_connector(builtin_folder(vendor))
    return RestSystem(vendor, connector, own.base_url, own.secrets, transport, clock=clock)


def given_values(card: EntityCard, least: Mapping[str, Json], data: Mapping[str, Json]) -> set[str]:
    """Return the paths of the writable values that nobody has sent."""
    sent = {name.partition(".")[0] for name in least} - {"info", *LINES}
    return {
        p.path
        for p in card.properties.values()
        if not is_empty(_value(p.path, card, data))
        and p.path.partition(".")[0] not in sent
        and p.path != "line_items.product_id"
        and not (p.path in least or p.derived or p.fixed or p.writable is Writable.NEVER)
    }


def _value(path: str, card: EntityCard, data: Mapping[str, Json]) -> object:
    value = to_canonical(read(data, path), card.properties[path].form)
    return None if isinstance(value, list | tuple) and not any(value) else value


FOLLOWING = {("wix", "contacts"): {"primaryInfo.phone"}}
"""Defaults that follow another value."""


def test_the_only_phone_of_a_contact_is_its_primary_one() -> None:
    with closing(connect("wix")) as system:
        values = {"info.name.first": "Ada", "info.phones.items[tag=MOBILE].phone": "+4790000001"}
        found = system.lookup("contacts", system.insert("contacts", values).id)
    assert found
    assert read(found.data, "primaryInfo.phone") == "+4790000001"


@pytest.mark.parametrize(("vendor", "datatype"), LEAST)
def test_a_value_that_nobody_has_sent_is_a_default_of_the_card(vendor: str, datatype: str) -> None:
    least = LEAST[vendor, datatype]
    with closing(connect(vendor)) as system:
        if (vendor, datatype) == ("woocommerce", "order"):
            assert system.insert("product", {"name": "Tee", "regular_price": "5"}).id == "11"
            least = LINES
        found = system.lookup(datatype, system.insert(datatype, least).id)
        card = system.cards[datatype]
    assert found
    defaults = {p.path for p in card.properties.values() if p.has_default}
    assert given_values(card, least, found.data) == defaults - FOLLOWING.get((vendor, datatype), set())


def test_every_entity_is_tried() -> None:
    known = {(name, d) for name in VENDORS for d in load_connector(builtin_folder(name)).cards}
    assert known == set(LEAST)
