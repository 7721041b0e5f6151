"""Inventory v2: the stock of the products, item by item (docs/explanation/vendors/wix.rst, "Inventory").

An item is created and deleted with its product; only the item holds the stock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.shape import Flag, Many, Obj, Text, Whole
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.product_shape import NO_VARIANT, inventory_id
from qa_sync.sandbox.wix.site import Site, fitted, read_body

PATH = "/stores/v2/inventoryItems"
MAX_PAGE = 100
CHOSEN = ("$eq", "$ne", "$hasSome")
ORDERED = (*CHOSEN, "$lt", "$lte", "$gt", "$gte")
FIELDS = query.Fields(
    filters={
        **dict.fromkeys(("id", "productId", "externalId", "trackQuantity"), CHOSEN),
        **dict.fromkeys(("lastUpdated", "numericId"), ORDERED),
    },
    sorts=("lastUpdated", "numericId"),
)
VARIANT = Obj({"variantId": Text(min=1), "quantity": Whole(), "inStock": Flag()})
ITEM = Obj({"trackQuantity": Flag(), "variants": Many(VARIANT, max=1000)})
STEP = Obj({"productId": Text(), "inventoryId": Text(), "variantId": Text()})


class Inventory:
    """The endpoints of inventory items."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.table = site.products

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(f"{PATH}/query", self.query, methods=["POST"])
        yield Route(f"{PATH}/increment", self.increment, methods=["POST"])
        yield Route(f"{PATH}/decrement", self.decrement, methods=["POST"])
        for path in (f"{PATH}/product/{{product}}", f"{PATH}/{{id}}"):
            yield Route(path, self.update, methods=["PATCH"])
            yield Route(f"{path}/getVariants", self.get, methods=["POST"])

    async def query(self, request: Request) -> Response:
        """List items."""
        criteria = (await read_body(request)).get("query") or {}
        if not isinstance(criteria, dict):
            raise invalid("query", "TYPE", "Expected an object")
        items = [item_of(doc) for doc in self.table.delayed()]
        page, metadata, total = query.legacy_page(items, criteria, MAX_PAGE, FIELDS)
        return JsonResponse({"inventoryItems": page, "metadata": metadata, "totalResults": total})

    async def get(self, request: Request) -> Response:
        """Return one item with its variants."""
        return JsonResponse({"inventoryItem": item_of(self._known(request.path_params))})

    async def update(self, request: Request) -> Response:
        """Set the stock; without `trackQuantity` the quantity is no longer tracked."""
        item = fitted(ITEM, (await read_body(request)).get("inventoryItem"), "inventoryItem")
        doc = self._known(request.path_params)
        tracked = bool(item.get("trackQuantity"))
        stock = doc["stock"] | {"trackInventory": tracked}
        for variant in item.get("variants") or ():
            _expect_default(variant)
            stock |= {name: variant[name] for name in ("quantity", "inStock") if variant.get(name) is not None}
        keep_stock(self.site, doc, stock)
        return JsonResponse({})

    async def increment(self, request: Request) -> Response:
        """Add to quantities."""
        return await self._step(request, "increment", 1)

    async def decrement(self, request: Request) -> Response:
        """Take from quantities."""
        return await self._step(request, "decrement", -1)

    async def _step(self, request: Request, verb: str, sign: int) -> Response:
        name, amount = f"{verb}Data", f"{verb}By"
        shape = Many(Obj({**STEP.fields, amount: Whole(min=1)}), min=1, max=100)
        steps = fitted(shape, (await read_body(request)).get(name), name)
        for step in steps:
            _expect_default(step)
            known = {"product": step["productId"]} if step.get("productId") else {"id": step.get("inventoryId", "")}
            doc = self._known(known)
            if not doc["stock"]["trackInventory"]:
                raise reject(400, "INVENTORY_NOT_TRACKED", "The quantity of the item is not tracked.")
            left = doc["stock"].get("quantity", 0) + sign * step.get(amount, 0)
            if left < 0:
                raise reject(400, "INSUFFICIENT_INVENTORY", "There is less than that in stock.")
            keep_stock(self.site, doc, doc["stock"] | {"quantity": left})
        return JsonResponse({})

    def _known(self, names: Any) -> Doc:
        # Each of the two ids is the complement of the other.
        try:
            product = names["product"] if "product" in names else inventory_id(names["id"])
        except ValueError:
            product = ""
        doc = self.table.get(product)
        if doc is None:
            raise reject(404, "INVENTORY_ITEM_NOT_FOUND", "Inventory item not found.")
        return doc


def keep_stock(site: Site, doc: Doc, stock: Doc) -> None:
    """Save a product with another stock, and what follows from it."""
    if stock["trackInventory"]:
        stock = stock | {"quantity": stock.get("quantity", 0), "inStock": stock.get("quantity", 0) > 0}
    else:
        stock = {name: value for name, value in stock.items() if name != "quantity"}
    doc["stock"] = stock | {"inventoryStatus": "IN_STOCK" if stock["inStock"] else "OUT_OF_STOCK"}
    doc["lastUpdated"] = site.stamp()
    site.products.save(doc["id"], doc, site.world.now())


def item_of(doc: Doc) -> Doc:
    """Return the inventory item of a product."""
    stock = doc["stock"]
    variant = {"variantId": NO_VARIANT, "inStock": stock["inStock"], "availableForPreorder": False}
    variant |= {"quantity": stock["quantity"]} if "quantity" in stock else {}
    return {
        "id": doc["inventoryItemId"],
        "externalId": doc["id"],
        "productId": doc["id"],
        "trackQuantity": stock["trackInventory"],
        "variants": [variant],
        "lastUpdated": doc["lastUpdated"],
        "numericId": doc["numericId"],
        "preorderInfo": {"enabled": False},
    }


def _expect_default(variant: Doc) -> None:
    if variant.get("variantId") not in (None, NO_VARIANT):
        raise reject(404, "VARIANT_NOT_FOUND", "The product has no such variant.")
