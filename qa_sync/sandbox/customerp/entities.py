"""The ERP's entities, an explicit table, and the rules beyond the shape of a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct

from qa_sync.sandbox.customerp.errors import reject
from qa_sync.sandbox.customerp.fields import CONTACT, CUSTOMER, ORDER, PRODUCT
from qa_sync.sandbox.shape import Obj
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.world import World

CENT = Decimal("0.01")

Finish = Callable[["Tables", Doc, Doc | None], None]
"""Check a whole record and set what the server decides; given the tables, the new record and the one it replaces."""


class Tables(Struct, frozen=True):
    """The ERP's records by path (`contacts`)."""

    world: World
    by_path: Mapping[str, Table]


class Entity(Struct, frozen=True):
    """One entity: `id` is the name of its id field, `prefix` that of its ids, `filters` are its exact filters."""

    path: str
    id: str
    prefix: str
    shape: Obj
    finish: Finish
    filters: tuple[str, ...] = ()


def exact(value: Any) -> Decimal:
    """Return a JSON number as an exact decimal, null as zero."""
    return Decimal(str(value or 0))


def _number(value: Decimal) -> float:
    return float(value.quantize(CENT, ROUND_HALF_UP))


def _contact(tables: Tables, new: Doc, _old: Doc | None) -> None:
    if new["customerId"] and tables.by_path["customers"].get(new["customerId"]) is None:
        raise reject(422, "UNKNOWN_CUSTOMER", f"customerId: there is no customer {new['customerId']!r}")


def _customer(_tables: Tables, _new: Doc, _old: Doc | None) -> None:
    """Apply no further rules to a customer."""


def _product(tables: Tables, new: Doc, old: Doc | None) -> None:
    for name in ("itemNumber", "name"):
        if not new[name]:
            raise reject(422, "REQUIRED", f"{name}: is required")
    for twin in tables.by_path["products"].find("itemNumber", new["itemNumber"].casefold()):
        if old is None or twin["productId"] != old["productId"]:
            raise reject(409, "DUPLICATE_ITEM_NUMBER", f"itemNumber: {new['itemNumber']!r} is {twin['productId']}'s")


def _order(tables: Tables, new: Doc, old: Doc | None) -> None:
    _known_buyer(tables, new["customerId"])
    new["orderNumber"] = _order_number(tables, new, old)
    total = Decimal(0)
    for number, line in enumerate(new["lines"], 1):
        amount = exact(line["quantity"]) * exact(line["unitPrice"]) * (1 - exact(line["discountPercent"]) / 100)
        line |= {"lineNo": number, "itemNumber": _item_number(tables, line, number), "lineTotal": _number(amount)}
        total += amount
    new["vatAmount"] = 0
    new["totalAmount"] = _number(total + exact(new["freight"]) - exact(new["discount"]))


def _known_buyer(tables: Tables, id: str | None) -> None:
    if id and not any(tables.by_path[path].get(id) for path in ("contacts", "customers")):
        raise reject(422, "UNKNOWN_CUSTOMER", f"customerId: there is no contact or customer {id!r}")


def _order_number(tables: Tables, new: Doc, old: Doc | None) -> str:
    if old is not None:
        return str(old["orderNumber"])
    return str(new["orderNumber"] or tables.world.store.next("orderNumber", 50001))


def _item_number(tables: Tables, line: Doc, number: int) -> str | None:
    if not line["productId"]:
        return None
    product = tables.by_path["products"].get(line["productId"])
    if product is None:
        raise reject(422, "UNKNOWN_PRODUCT", f"lines[{number - 1}].productId: there is no {line['productId']!r}")
    return str(product["itemNumber"])


ENTITIES = (
    Entity("contacts", "contactId", "C", CONTACT, _contact, ("email",)),
    Entity("customers", "customerId", "K", CUSTOMER, _customer, ("email",)),
    Entity("products", "productId", "P", PRODUCT, _product, ("itemNumber",)),
    Entity("orders", "orderId", "O", ORDER, _order, ("orderNumber", "externalReference")),
)
