"""Forty faults of known kinds, twenty a spec: what an audit must find, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from audit_world import Doc, World, ids_of

Change = Callable[[Doc], object]


def _set(*way: Any, to: Any) -> Change:
    def change(doc: Any) -> None:
        for step in way[:-1]:
            doc = doc[step]
        doc[way[-1]] = to

    return change


Place = tuple[str, str, str, str, tuple[str, ...], str | None]
PLACES: dict[str, dict[str, Place]] = {
    "customerp": {
        "contacts": ("wix", "contacts", "contactId", "info.name.last", ("lastName",), "Bårdsen"),
        "products": ("wix", "products", "productId", "name", ("name",), None),
        "orders": ("wix", "orders", "orderId", "currency", ("currency",), "NOK"),
    },
    "customwebshop": {
        "customers": ("woocommerce", "customers", "id", "billing.city", ("billingAddress", "city"), "Oslo"),
        "products": ("woocommerce", "products", "id", "name", ("title",), None),
        "orders": ("woocommerce", "orders", "id", "currency", ("currency",), "NOK"),
    },
}
"""By vendor and entity: the source's vendor and entity, the id, a source path, the target's place, and its text."""


def plant(world: World, vendors: Collection[str]) -> None:
    """Plant faults in those target systems, each on a record of its own, far enough apart that none hides another."""
    for vendor in vendors:
        entities = PLACES[vendor]
        for kind, (source, other, key, path, way, text) in entities.items():
            here, there = ids_of(world, vendor, kind), ids_of(world, source, other)
            taken = {"contacts": 0, "customers": 0, "products": 40, "orders": 80}[kind]
            spot = iter(range(taken + 1, taken + 40))
            for _ in range(2):
                _alone(world, (vendor, kind, here), there, next(spot))
            at = next(spot)
            _several(world, (vendor, kind, here), key, at)
            for change, sort in ((f"{text}x", "value"), (None, "missing"), ("  " + str(text), "format")):
                if text is None and sort == "format":
                    continue
                at = next(spot)
                world.edit(vendor, kind, here[at], _set(*way, to=change if text else (change and f"other {at}")))
                world.planted.add(("property", sort, path, here[at]))
        REFERENCES[vendor](world)
        _type(world, vendor)


def _alone(world: World, at: tuple[str, str, list[str]], there: list[str], n: int) -> None:
    vendor, kind, here = at
    world.remove(vendor, kind, here[n])
    world.planted.add(("coverage", "alone", None, there[n]))


def _several(world: World, at: tuple[str, str, list[str]], key: str, n: int) -> None:
    vendor, kind, here = at
    new: Any = 10**9 + n if here[n].isdigit() else f"twin-{kind}-{n}"
    world.copy(vendor, kind, here[n], key, new)
    world.planted |= {("unique", "several", None, here[n]), ("unique", "several", None, str(new))}


def _erp_references(world: World) -> None:
    """Let an order belong to another user, and a line to another product."""
    contacts, orders = ids_of(world, "customerp", "contacts"), ids_of(world, "customerp", "orders")
    products = ids_of(world, "customerp", "products")
    world.edit("customerp", "orders", orders[120], _set("customerId", to=contacts[130]))
    world.planted.add(("property", "value", "buyerInfo.id", orders[120]))
    world.edit("customerp", "orders", orders[121], _set("lines", 0, "productId", to=products[131]))
    world.planted.add(("property", "value", "lineItems.productId", orders[121]))


def _shop_references(world: World) -> None:
    """Let a line have another price, and an order another status."""
    orders = ids_of(world, "customwebshop", "orders")
    world.edit("customwebshop", "orders", orders[120], _set("items", 0, "unitPrice", to="98.00"))
    world.planted.add(("property", "value", "line_items.price", orders[120]))
    world.edit("customwebshop", "orders", orders[121], _set("status", to="shipped"))
    world.planted.add(("property", "value", "status", orders[121]))


REFERENCES = {"customerp": _erp_references, "customwebshop": _shop_references}


def _type(world: World, vendor: str) -> None:
    """Let a number stand where a text was."""
    kind, path = {"customerp": ("contacts", "info.name.first"), "customwebshop": ("customers", "first_name")}[vendor]
    people = ids_of(world, vendor, kind)
    world.edit(vendor, kind, people[140], _set("firstName", to=5))
    world.planted.add(("property", "type", path, people[140]))
