"""The webshop's entities, an explicit table, and the rules beyond the shape of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

from qa_sync.sandbox.customwebshop.errors import reject
from qa_sync.sandbox.customwebshop.fields import CUSTOMER, ORDER, ORDER_PATCH, PRODUCT, money
from qa_sync.sandbox.shape import Obj
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.world import World

CURRENCY = "NOK"


class Tables(Struct, frozen=True):
    """The webshop's records by path (`products`)."""

    world: World
    by_path: Mapping[str, Table]

    def stamp(self) -> str:
        """Return the time in the vendor's format, `2024-11-13T09:05:00Z`."""
        return self.world.now().strftime("%Y-%m-%dT%H:%M:%SZ")


Finish = Callable[[Tables, Doc], None]
"""Check a whole record (its `id` is set) and set what the server decides."""


class Entity(Struct, frozen=True):
    """One entity: `unique` names a unique field, `patch` the shape of updates (None: `shape`)."""

    path: str
    shape: Obj
    finish: Finish
    created: str = "created"
    unique: str | None = None
    patch: Obj | None = None
    deletable: bool = True


def _customer(_tables: Tables, doc: Doc) -> None:
    _require(doc, "email")
    doc["active"] = True if doc["active"] is None else doc["active"]


def _product(_tables: Tables, doc: Doc) -> None:
    _require(doc, "title")
    doc["currency"] = CURRENCY
    doc["published"] = True if doc["published"] is None else doc["published"]
    doc["slug"] = doc["slug"] or re.sub(r"\W+", "-", doc["title"].casefold()).strip("-")


def _order(tables: Tables, doc: Doc) -> None:
    doc["number"] = str(100000 + doc["id"])
    doc |= {"status": doc["status"] or "new", "currency": doc["currency"] or CURRENCY}
    if doc["customerId"] is not None and tables.by_path["customers"].get(doc["customerId"]) is None:
        raise reject(422, "unknown_customer", f"customerId: there is no customer {doc['customerId']}")
    doc["items"] = [_item(tables, item, n) for n, item in enumerate(doc["items"] or [], 1)]
    doc |= {"tax": money(Decimal(0)), "total": _total(doc)}
    doc["paidAt"] = doc.get("paidAt") or (tables.stamp() if doc["status"] in ("paid", "shipped") else None)


def _total(doc: Doc) -> str:
    goods = sum((Decimal(item["total"]) for item in doc["items"]), Decimal(0))
    return money(goods + Decimal(doc["shippingCost"] or 0) - Decimal(doc["discount"] or 0))


def _item(tables: Tables, item: Doc, number: int) -> Doc:
    if "lineId" in item:  # items are create-only: an update does not change them
        return item
    product = {} if item.get("productId") is None else tables.by_path["products"].get(item["productId"])
    if product is None:
        raise reject(422, "unknown_product", f"items[{number - 1}].productId: there is no {item['productId']}")
    price = Decimal(item.get("unitPrice") or product.get("price") or 0)
    qty = item.get("qty") or 1
    return {
        "lineId": tables.world.store.next("line"),
        "productId": product.get("id"),
        "sku": product.get("sku"),
        "title": item.get("title") or product.get("title"),
        "qty": qty,
        "unitPrice": money(price),
        "total": money(price * qty),
    }


def _require(doc: Doc, name: str) -> None:
    if not doc[name]:
        raise reject(422, "required", f"{name}: is required")


ENTITIES = (
    Entity("customers", CUSTOMER, _customer, unique="email"),
    Entity("products", PRODUCT, _product, unique="sku"),
    Entity("orders", ORDER, _order, created="orderedAt", patch=ORDER_PATCH, deletable=False),
)
