"""How orders change the stock of products.

Source: docs/explanation/vendors/woocommerce.rst, "Orders as measured" and "Incremental lists as measured".
"""

from __future__ import annotations

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.products.products import Products
from qa_sync.sandbox.woocommerce.shop import Shop

TAKEN = ("processing", "completed", "on-hold")
GIVEN_BACK = ("pending", "cancelled")
MARK = "_reduced_stock"


def settle(shop: Shop, before: list[Doc], order: Doc) -> None:
    """Reduce or restore the stock as the status and the lines of the order require.

    `before` are the previous lines; each line stores the quantity it has taken. Stock may become negative.
    """
    _count_sales(shop, order)
    if order["status"] not in (*TAKEN, *GIVEN_BACK):
        return
    kept = {line["id"] for line in order["line_items"]}
    for line in before:
        if line["id"] not in kept:
            _move(shop, line, _taken(line))
    for line in order["line_items"]:
        wanted = line["quantity"] if order["status"] in TAKEN else 0
        if wanted != _taken(line) and _move(shop, line, _taken(line) - wanted):
            _remember(shop, line, wanted)


def _count_sales(shop: Shop, order: Doc) -> None:
    """Count what an order sells once, and not any more when it is cancelled; no modification time moves."""
    if order["status"] in TAKEN and not order["sold"]:
        order["sold"] = {str(line["product_id"]): line["quantity"] for line in order["line_items"]}
        sign = 1
    elif order["status"] == "cancelled" and order["sold"]:
        sign = -1
    else:
        return
    for number, quantity in order["sold"].items():
        if product := shop.products.get(number):
            product["total_sales"] += sign * quantity
            shop.products.save(product["id"], product, shop.world.now())
    if sign < 0:
        order["sold"] = {}


def _taken(line: Doc) -> int:
    return next((int(m["value"]) for m in line["meta_data"] if m["key"] == MARK), 0)


def _move(shop: Shop, line: Doc, amount: int) -> bool:
    product = shop.products.get(line["product_id"]) if line["product_id"] and amount else None
    if product is None or not product["manage_stock"]:
        return False
    product["stock_quantity"] += amount
    Products(shop).save(product)
    return True


def _remember(shop: Shop, line: Doc, taken: int) -> None:
    line["meta_data"] = shop.with_meta(line["meta_data"], [{"key": MARK, "value": taken or None}])
