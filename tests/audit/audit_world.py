"""Both real specs' systems, filled with records that are in sync, and faults planted in known places.

One record of each entity is made over the vendors' APIs and carried over by the engine; the stores are then filled with
copies of what it left there, each with ids and values of its own, because the sandbox is no place for bulk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from starlette.applications import Starlette

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.load import load_dataflow
from qa_sync.sandbox.store import Table
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.find import builtin_folder, connector_for
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem

Doc = dict[str, Any]
THEN = datetime(2026, 2, 1, 10, tzinfo=UTC)
MARK = "mark0"
SPECS = ("specs/000.txt", "specs/003.txt")

_ADDRESS = {"address_1": "Gate 1", "city": "Oslo", "postcode": "0150", "country": "NO"}
MADE: dict[str, list[tuple[str, Doc]]] = {
    "wix": [
        (
            "contacts",
            {
                "info.name.first": f"Åse {MARK}",
                "info.name.last": "Bårdsen",
                "info.company": "Øst & Vest",
                "info.emails.items[primary=true].email": f"{MARK}@example.test",
                "info.phones.items[primary=true].phone": "+47 400 00 001",
            },
        ),
        (
            "products",
            {"name": f"Kåpe {MARK}", "sku": f"007-{MARK}", "description": "<p>Varm</p>", "priceData.price": 99.9},
        ),
        (
            "orders",
            {
                "channelInfo.externalOrderId": f"E-{MARK}",
                "currency": "NOK",
                "buyerInfo.id": "{contacts}",
                "billingInfo.address.addressLine1": "Gate 1",
                "billingInfo.address.country": "NO",
                "shippingInfo.shipmentDetails.address.addressLine1": "Gate 2",
                "buyerNote": f"Takk {MARK}",
                "lineItems.productId": ["{products}"],
                "lineItems.name": [f"Kåpe {MARK}"],
                "lineItems.quantity": [2],
                "lineItems.priceData.price": ["99.90"],
                "totals.subtotal": "199.80",
                "totals.shipping": "0.00",
                "totals.discount": "0.00",
                "totals.total": "199.80",
            },
        ),
    ],
    "woocommerce": [
        (
            "customer",
            {"email": f"{MARK}@example.test", "first_name": f"Åse {MARK}", "last_name": "Berg & Sønn"}
            | {f"billing.{name}": text for name, text in _ADDRESS.items()},
        ),
        ("product", {"name": f"Kåpe {MARK}", "sku": f"007-{MARK}", "regular_price": "99.90", "stock_quantity": 4}),
        (
            "order",
            {"meta_data[key=external_order_id].value": f"E-{MARK}", "currency": "NOK", "customer_id": "{customer}"}
            | {"customer_note": f"Takk {MARK}", "billing.email": f"{MARK}@example.test", "status": "processing"}
            | {"line_items.product_id": ["{product}"], "line_items.name": [f"Kåpe {MARK}"]}
            | {"line_items.quantity": [2], "line_items.total": ["199.80"], "line_items.subtotal": ["199.80"]},
        ),
    ],
}


@dataclass
class World:
    """The four vendors' apps, and what was planted: (kind, class, source path or None, target id or source id)."""

    apps: dict[str, Starlette]
    planted: set[tuple[str, str, str | None, str]] = field(default_factory=set)

    def writes(self) -> int:
        return sum(app.state.store.writes for app in self.apps.values())

    def edit(self, vendor: str, kind: str, id: str, change: Callable[[Doc], object]) -> None:
        db = self.apps[vendor].state.store.db
        (body,) = db.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        doc = json.loads(body)
        change(doc)
        db.execute("UPDATE document SET body = ? WHERE kind = ? AND id = ?", (json.dumps(doc), kind, id))

    def remove(self, vendor: str, kind: str, id: str) -> None:
        self.apps[vendor].state.store.db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id))

    def copy(self, vendor: str, kind: str, id: str, key: str, new: Any) -> None:
        db = self.apps[vendor].state.store.db
        changed, body = db.execute(
            "SELECT changed, body FROM document WHERE kind = ? AND id = ?", (kind, id)
        ).fetchone()
        doc = json.dumps({**json.loads(body), key: new})
        db.execute("INSERT INTO document (kind, id, changed, body) VALUES (?, ?, ?, ?)", (kind, str(new), changed, doc))


def system(apps: dict[str, Starlette], label: str, clock: VirtualClock) -> RestSystem:
    name = connector_for(label)
    vendor = VENDORS[name]
    connector = load_connector(builtin_folder(name))
    return RestSystem(label, connector, vendor.base_url, vendor.secrets, AsgiTransport(apps[name]), clock=clock)


def make_world(count: int) -> World:
    """Fill the vendors of both specs with `count` records of each entity."""
    clock = VirtualClock(THEN)
    filled: list[bool] = []

    def now() -> datetime:
        return datetime.now(UTC) if filled else clock.now()  # who signs a request wants the time of day

    apps = {name: vendor.build_app(now, "audit") for name, vendor in VENDORS.items()}
    for path in SPECS:
        flow = load_dataflow(path)
        source, target = system(apps, flow.source, clock), system(apps, flow.target, clock)
        made: dict[str, str] = {}
        for datatype, values in MADE[connector_for(flow.source)]:
            made[datatype] = source.insert(datatype, {path: _filled(value, made) for path, value in values.items()}).id
        engine = Engine(flow, source, target, Links(":memory:"))
        for _ in range(4):
            clock.sleep(2)
            engine.cycle()
        source.close()
        target.close()
    for app in apps.values():
        multiply(app, count)
        app.state.store.writes = 0
    filled.append(True)
    return World(apps)


def _filled(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(v, made) for v in value]
    if isinstance(value, str) and value.startswith("{"):
        new = made[value.strip("{}")]
        return int(new) if new.isdigit() else new
    return value


def multiply(app: Starlette, count: int) -> None:
    db = app.state.store.db
    rows = db.execute("SELECT kind, id, changed, body FROM document").fetchall()
    rows = [row for row in rows if is_record(row[3])]
    assert len({kind for kind, *_ in rows}) == len(rows), "one record of each entity"
    ids = [row[1] for row in rows]
    copies = []
    for number in range(1, count):
        new = {one: new_id(one, number) for one in ids}
        for kind, old, changed, body in rows:
            doc = _renamed(json.loads(body), {**new, MARK: f"mark{number}"})
            copies.append((kind, str(new[old]), changed, json.dumps(doc)))
    db.executemany("INSERT INTO document (kind, id, changed, body) VALUES (?, ?, ?, ?)", copies)


def new_id(id: str, number: int) -> str:
    """Return the id of the copy with that number; 0 is the record itself."""
    if number == 0:
        return id
    if id.isdigit():
        return str(int(id) + 1000 * number)
    return f"{id[:-12]}{number:012x}" if len(id) == 36 else f"{id.split('-', maxsplit=1)[0]}-{9000 + number}"


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        found = {}
        for key, v in value.items():
            is_id = key in {"id", "product_id", "customer_id", "productId", "customerId"}
            whole = is_id and isinstance(v, int) and str(v) in names
            found[key] = int(names[str(v)]) if whole else _renamed(v, names)
        return found
    if isinstance(value, list):
        return [_renamed(v, names) for v in value]
    if isinstance(value, str):
        return names[value] if value in names else value.replace(MARK, names[MARK])
    return value


@contextmanager
def still() -> Iterator[None]:
    """Decode each list once: for as long as no one writes, the sandbox need not do it again for every page."""
    lists: dict[tuple[int, datetime | None], list[Doc]] = {}
    read = Table.all

    def kept(self: Table, since: datetime | None = None) -> list[Doc]:
        key = (id(self), since)
        if key not in lists:
            lists[key] = read(self, since)
        return [dict(doc) for doc in lists[key]]

    with patch.object(Table, "all", kept):
        yield


def ids_of(world: World, vendor: str, kind: str) -> list[str]:
    query = "SELECT id, body FROM document WHERE kind = ? ORDER BY seq"
    rows = world.apps[vendor].state.store.db.execute(query, (kind,))
    return [row[0] for row in rows if is_record(row[1])]


def is_record(body: str) -> bool:
    """Return whether a document is no account of a shop's staff."""
    return bool(json.loads(body).get("role", "customer") == "customer")


def export(world: World, spec: str, folder: Path) -> tuple[Path, Path]:
    """Write what the two systems of a document answer as JSON lines, a file for each datatype."""
    flow, clock = load_dataflow(spec), VirtualClock(datetime.now(UTC))
    places = []
    for label in (flow.source, flow.target):
        place = folder / connector_for(label)
        place.mkdir(parents=True)
        reader = system(world.apps, label, clock)
        for datatype in reader.cards:
            lines = (json.dumps(record.data, default=str) for record in reader.list(datatype))
            (place / f"{datatype}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        reader.close()
        places.append(place)
    return places[0], places[1]
