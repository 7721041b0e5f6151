"""The built-in connectors against the sandbox's vendors: what the cards say is what the systems do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from qa_sync.clock import VirtualClock
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.connectors.find import LABELS, builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.form import Canonical, Json

vendors = pytest.importorskip("qa_sync.sandbox.vendors")

ADDRESS = {"street1": "Gåte 1", "street2": "B", "city": "Oslo", "postal_code": "0150", "country": "NO", "region": "03"}
SAMPLE: Mapping[str, Any] = {
    "email": "ada@example.test",
    "phone": "+4740000001",
    "mobile": "+4740000002",
    "given_name": "Ada & é",
    "family_name": "Berg",
    "company": "Berg AS",
    "job_title": "Sjef",
    "birth_date": date(2000, 2, 29),
    "language": "en-us",
    "is_active": True,
    "org_number": "987",
    **{f"{kind}.{name}": value for kind in ("billing", "shipping") for name, value in ADDRESS.items()},
    "name": "Tee & Co",
    "sku": "007",
    "description": "Hei",
    "price": Decimal("99.90"),
    "cost": Decimal("10.50"),
    "visible": False,
    "weight": Decimal("0.25"),
    "brand": "Acme",
    "stock_quantity": 4,
    "currency": "NOK",
    "number": "0042",
    "external_number": "E-007",
    "order_date": date(2024, 2, 29),
    "paid_date": date(2024, 3, 1),
    "status": "paid",
    "customer_email": "ada@example.test",
    "note": "Ring på",
    "lines.name": ("A", "B"),
    "lines.quantity": (2, 1),
    "lines.unit_price": (Decimal("10.00"), Decimal("5.50")),
    "lines.discount_percent": (Decimal(0), Decimal(0)),
    "lines.total": (Decimal("20.00"), Decimal("5.50")),
    "subtotal": Decimal("25.50"),
    "shipping_total": Decimal("49.00"),
    "discount_total": Decimal("0.00"),
    "tax_total": Decimal("0.00"),
    "total": Decimal("74.50"),
}
EDITS: Mapping[str, Any] = {
    "phone": "+4740000009",
    "given_name": "Eve",
    "billing.city": "Bergen",
    "price": Decimal("12.34"),
    "name": "Ny",
    "note": "Bank på",
    "status": "shipped",
    "external_number": "E-008",
    "lines.name": ("A2", "B"),
    "shipping_total": Decimal("59.00"),
    "stock_quantity": 9,
}


class World:
    """One vendor with a record of each entity, made through the connector."""

    def __init__(self, name: str) -> None:
        vendor = vendors.VENDORS[name]
        self.clock = VirtualClock(datetime(2024, 11, 13, 10, tzinfo=UTC))
        url = f"https://{httpx.URL(vendor.base_url).host}"
        transport = AsgiTransport(vendor.build_app(self.clock.now, "1"))
        self.system = RestSystem(name, load_connector(builtin_folder(name)), url, vendor.secrets, transport)
        self.ids: dict[str, str] = {}
        self.first: dict[str, Record] = {}
        for card in sorted(self.cards, key=lambda c: c.datatype.startswith("order")):
            values = self.wire(card, SAMPLE, {Writable.ALWAYS, Writable.CREATE})
            self.ids[card.datatype] = self.system.insert(card.datatype, values).id
            self.first[card.datatype] = self.read(card)  # at once: a paid order lowers its products' stock

    @property
    def cards(self) -> list[EntityCard]:
        return list(self.system.cards.values())

    def value(self, p: PropertyCard, sample: Mapping[str, Any]) -> Canonical:
        if p.references:
            return (self.ids[p.references],) * 2 if str(p.concept).startswith("lines.") else self.ids[p.references]
        value: Canonical = sample.get(str(p.concept))
        return value

    def wire(self, card: EntityCard, sample: Mapping[str, Any], writable: set[Writable]) -> dict[str, Json]:
        beside = {p.path: self.value(p, SAMPLE) for p in card.properties.values() if not p.references}
        return {
            p.write_path: to_wire(self.value(p, sample), p.form, beside)
            for p in card.properties.values()
            if p.writable in writable and (p.concept in sample or (p.references and sample is SAMPLE))
        }

    def read(self, card: EntityCard) -> Record:
        record = self.system.lookup(card.datatype, self.ids[card.datatype])
        assert record is not None
        return record

    def shown(self, record: Record, p: PropertyCard) -> Canonical:
        return to_canonical(paths.read(record.data, p.path), p.form)


@pytest.fixture(params=list(LABELS))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(request.param)
    yield made
    made.system.close()


def test_what_is_created_reads_back_as_it_was_given(world: World) -> None:
    for card in world.cards:
        for p in card.properties.values():
            if p.writable is not Writable.NEVER:
                assert world.shown(world.first[card.datatype], p) == world.value(p, SAMPLE), p.path


def test_what_the_system_derives_follows(world: World) -> None:
    for card in world.cards:
        for p in card.properties.values():
            if p.derived and p.concept in SAMPLE and p.concept != "sku":
                assert world.shown(world.first[card.datatype], p) == world.value(p, SAMPLE), p.path


def test_what_is_edited_changes_and_nothing_else_does(world: World) -> None:
    for card in world.cards:
        if "update" in card.cannot:
            continue
        before = world.read(card)
        edits = world.wire(card, EDITS, {Writable.ALWAYS})
        world.system.update(before, edits)
        after = world.read(card)
        for p in card.properties.values():
            if p.derived:
                continue
            expected = world.value(p, EDITS) if p.write_path in edits else world.shown(before, p)
            assert world.shown(after, p) == expected, p.path


def test_every_record_is_listed_once_and_gone_after_its_deletion(world: World) -> None:
    for card in world.cards:
        assert [record.id for record in world.system.list(card.datatype)] == [world.ids[card.datatype]]
        assert world.system.lookup(card.datatype, "999999") is None
    for card in sorted(world.cards, key=lambda c: not c.datatype.startswith("order")):
        if "delete" not in card.cannot:
            world.system.delete(card.datatype, world.ids[card.datatype])
            assert world.system.lookup(card.datatype, world.ids[card.datatype]) is None
            assert list(world.system.list(card.datatype)) == []
            world.system.delete(card.datatype, world.ids[card.datatype])


CANNOT_TELL = {("customwebshop", d) for d in ("customer", "order", "product")} | {("woocommerce", "customer")}


def test_since_leaves_out_what_did_not_change_where_the_api_can_tell(world: World) -> None:
    for card in world.cards:
        past, future = (world.clock.now() + timedelta(minutes=m) for m in (-1, 1))
        assert [record.id for record in world.system.list(card.datatype, past)] == [world.ids[card.datatype]]
        later = [record.id for record in world.system.list(card.datatype, future)]
        can_tell = (card.system, card.datatype) not in CANNOT_TELL
        assert later == ([] if can_tell else [world.ids[card.datatype]])
