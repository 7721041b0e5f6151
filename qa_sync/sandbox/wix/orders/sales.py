"""What an order changes besides itself: the buyer's contact, and the stock of the products.

Source: docs/explanation/vendors/wix.rst, "Members with a behavior of their own".
"""

from __future__ import annotations

from decimal import Decimal

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.contacts.contacts import PURCHASES
from qa_sync.sandbox.wix.inventory import keep_stock
from qa_sync.sandbox.wix.site import Site


def after_order(site: Site, order: Doc) -> None:
    """Change what a new order changes."""
    buyer = order.get("buyerInfo") or {}
    contact = site.contacts.get(buyer.get("id", "")) if buyer.get("identityType") == "CONTACT" else None
    if contact:
        _count_purchase(site, contact, order)
    for line in order["lineItems"]:
        product = site.products.get(line.get("productId", ""))
        if product and product["stock"]["trackInventory"]:
            left = max(0, product["stock"].get("quantity", 0) - line["quantity"])
            keep_stock(site, product, product["stock"] | {"quantity": left})


def _count_purchase(site: Site, contact: Doc, order: Doc) -> None:
    """Count an order in the contact of its buyer, whose revision stays."""
    stamp = order["dateCreated"]
    fields = contact["info"].setdefault("extendedFields", {}).setdefault("items", {})
    spent = Decimal(str(fields.get(f"{PURCHASES}totalSpentAmount", 0))) + Decimal(order["totals"]["total"])
    fields |= {
        f"{PURCHASES}numOfPurchases": fields.get(f"{PURCHASES}numOfPurchases", 0) + 1,
        f"{PURCHASES}totalSpentAmount": float(spent),
        f"{PURCHASES}totalSpentCurrency": order["currency"],
        f"{PURCHASES}lastPurchaseDate": stamp,
    }
    contact["lastActivity"] = {"activityDate": stamp, "activityType": "ECOM_PURCHASE"}
    site.contacts.save(contact["id"], contact, site.world.now())
