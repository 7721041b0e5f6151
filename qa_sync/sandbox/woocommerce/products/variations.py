"""Variations of a variable product: products of their own behind a route of their own.

Source: docs/explanation/vendors/woocommerce.rst, "Kinds of products as measured".
"""

from __future__ import annotations

from typing import Final

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.products.product_fields import new_product
from qa_sync.sandbox.woocommerce.products.products import SITE, Products
from qa_sync.sandbox.woocommerce.text import paragraphs

SHOWN: Final = (
    *("id", "type", "date_created", "date_created_gmt", "date_modified", "date_modified_gmt", "description"),
    *("permalink", "sku", "global_unique_id", "price", "regular_price", "sale_price", "date_on_sale_from"),
    *("date_on_sale_from_gmt", "date_on_sale_to", "date_on_sale_to_gmt", "on_sale", "status", "purchasable", "virtual"),
    *("downloadable", "downloads", "download_limit", "download_expiry", "tax_status", "tax_class", "manage_stock"),
    *("stock_quantity", "stock_status", "backorders", "backorders_allowed", "backordered", "low_stock_amount"),
    *("weight", "dimensions", "shipping_class", "shipping_class_id", "image", "attributes", "menu_order", "meta_data"),
    *("name", "parent_id"),
)


def create_variation(products: Products, parent: Doc, body: Doc) -> Doc:
    """Add a variation of a product; the parent's price and stock follow."""
    doc = new_product() | {
        "type": "variation",
        "parent_id": parent["id"],
        "tax_class": "parent",
        "name": parent["name"],
    }
    return update_variation(products, products.added(doc, _own(body)), body)


def update_variation(products: Products, doc: Doc, body: Doc) -> Doc:
    """Change a variation, and let its parent follow."""
    doc = products.changed(doc, _own(body))
    if "attributes" in body:
        given = [entry for entry in body["attributes"] or () if entry.get("name") and entry.get("option")]
        doc["attributes"] = [
            {"id": entry.get("id", 0), "name": entry["name"], "slug": entry["name"].lower(), "option": entry["option"]}
            for entry in given
        ]
    doc = products.save(doc)
    if parent := products.table.get(doc["parent_id"]):
        products.save(parent)
    return doc


def _own(body: Doc) -> Doc:
    """Return what a variation takes of a body in the way of a product."""
    return {name: value for name, value in body.items() if name not in ("name", "type", "attributes")}


def shown_variation(products: Products, doc: Doc) -> Doc:
    """Return a variation as its own route returns it."""
    shown = products.shown(doc, view=True, decimals=0) | {"image": None}
    shown["description"] = paragraphs(doc["description"])
    shown["name"] = ", ".join(entry["option"] for entry in doc["attributes"])
    parent = products.table.get(doc["parent_id"]) or {"slug": ""}
    chosen = "&".join(f"attribute_{entry['slug']}={entry['option']}" for entry in doc["attributes"])
    shown["permalink"] = f"{SITE}/{parent['slug']}/" + (f"?{chosen}" if chosen else "")
    return {name: shown[name] for name in SHOWN}
