"""Refunds and notes of an order.

Source: docs/explanation/vendors/woocommerce.rst, "Coupons, fees and refunds as measured".
"""

from __future__ import annotations

from decimal import Decimal

from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.errors import crash
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.sandbox.woocommerce.text import unslashed


def refunds_of(shop: Shop) -> Table:
    """Return the table of refunds."""
    return shop.world.store.table("refunds", lambda doc: [("order", str(doc["order"]))])


def notes_of(shop: Shop) -> Table:
    """Return the table of notes."""
    return shop.world.store.table("notes", lambda doc: [("order", str(doc["order"]))])


def order_refunds(shop: Shop, order: Doc) -> list[Doc]:
    """Return the refunds of an order, the newest first."""
    return sorted(refunds_of(shop).find("order", str(order["id"])), key=lambda doc: -doc["id"])


def refunded(shop: Shop, order: Doc) -> Decimal:
    """Return the sum of an order's refunds."""
    return sum((money.exact(doc["amount"]) for doc in order_refunds(shop, order)), Decimal(0))


def create_refund(shop: Shop, order: Doc, body: Doc) -> Doc:
    """Add a refund; one above what is left of the order's total crashes the shop (measured: ORDERS)."""
    rows = [row for row in body.get("line_items") or () if row.get("id")]
    amount = money.exact(str(body.get("amount") or sum(money.exact(str(row.get("refund_total") or 0)) for row in rows)))
    left = money.exact(order["amounts"]["total"]) - refunded(shop, order)
    if amount <= 0 or amount > left:
        raise crash()
    kind = "full" if amount == left and not order_refunds(shop, order) else "partial"
    refund: Doc = {
        "id": shop.next_post(),
        "order": order["id"],
        "date_created": shop.stamp(),
        "amount": money.shown(amount, shop.settings.decimals),
        "reason": body.get("reason") or "",
        "meta_data": shop.with_meta([], [{"key": "_refund_type", "value": kind}]),
    }
    known = {line["id"]: line for line in order["line_items"]}
    refund["line_items"] = [_refund_line(shop, known[row["id"]], row) for row in rows if row["id"] in known]
    refunds_of(shop).save(refund["id"], refund, shop.world.now())
    return refund


def _refund_line(shop: Shop, line: Doc, row: Doc) -> Doc:
    amount = str(-money.exact(str(row.get("refund_total") or 0)))
    meta = shop.with_meta([], [{"key": "_refunded_item_id", "value": str(line["id"])}])
    new = {"id": shop.world.store.next("line"), "quantity": -(row.get("quantity") or 0), "meta_data": meta}
    return line | new | {"subtotal": amount, "total": amount, "tax": None, "subtotal_tax": None}


def in_order(refund: Doc, decimals: int) -> Doc:
    """Return a refund as its order shows it."""
    total = money.shown(-money.exact(refund["amount"]), decimals)
    return {"id": refund["id"], "reason": refund["reason"], "total": total}


def create_note(shop: Shop, order: Doc, body: Doc) -> Doc:
    """Add a note; it is a comment, which WordPress unslashes."""
    note = {
        "id": shop.world.store.next("note"),
        "order": order["id"],
        "date_created": shop.stamp(),
        "note": unslashed(body.get("note") or ""),
        "customer_note": bool(body.get("customer_note")),
    }
    notes_of(shop).save(note["id"], note, shop.world.now())
    return note


def shown_note(shop: Shop, note: Doc) -> Doc:
    """Return a note as returned by the API."""
    made = shop.two_dates("date_created", note["date_created"])
    return {
        "id": note["id"],
        "author": "WooCommerce",
        **made,
        "note": note["note"],
        "customer_note": note["customer_note"],
    }
