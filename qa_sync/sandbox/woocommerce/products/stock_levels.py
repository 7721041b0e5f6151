"""What follows from a product's stock.

Source: docs/explanation/vendors/woocommerce.rst, "Products" and "Kinds of products as measured".
"""

from __future__ import annotations

from qa_sync.sandbox.store import Doc


def derive_stock(doc: Doc, others: list[Doc]) -> None:
    """Set what follows from a product's stock; `others` are the variations of a variable product."""
    if doc["type"] == "variable" and not doc["manage_stock"]:
        doc["stock_status"] = "instock" if any(o["stock_status"] != "outofstock" for o in others) else "outofstock"
    if not doc["manage_stock"]:
        doc |= {"stock_quantity": None, "low_stock_amount": None, "backorders": "no"}
    else:
        doc["stock_quantity"] = doc["stock_quantity"] or 0
        short = "outofstock" if doc["backorders"] == "no" else "onbackorder"
        doc["stock_status"] = "instock" if doc["stock_quantity"] > 0 else short
    doc["backorders_allowed"] = doc["backorders"] != "no"
    doc["backordered"] = doc["stock_status"] == "onbackorder"
    doc["shipping_required"] = doc["shipping_taxable"] = not doc["virtual"]
