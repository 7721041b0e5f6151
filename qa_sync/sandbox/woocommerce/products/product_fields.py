"""The fields of a product: the writable ones, and the defaults.

Source: docs/explanation/vendors/woocommerce.rst, "Products".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.args import DATE_ARGS, Arg
from qa_sync.sandbox.woocommerce.shop import META_ARG

STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
STOCKS = ("instock", "outofstock", "onbackorder")
IDS = Arg("array", of=Arg("integer"))
REFERENCES = Arg("array", of=Arg("object", fields={"id": Arg("integer"), "name": Arg()}))
IMAGES = Arg("array", of=Arg("object", fields={"id": Arg("integer"), **dict.fromkeys(("src", "name", "alt"), Arg())}))
DATES = ("date_created", "date_on_sale_from", "date_on_sale_to")
ATTRIBUTE = Arg("object", fields={"id": Arg("integer"), "name": Arg(), "options": Arg("array", of=Arg())})

ARGS: Mapping[str, Arg] = {
    **dict.fromkeys(("name", "slug", "description", "short_description", "sku", "regular_price", "sale_price"), Arg()),
    **dict.fromkeys(("weight", "tax_class", "purchase_note", "external_url", "button_text"), Arg()),
    **dict.fromkeys(("shipping_class", "global_unique_id", "post_password"), Arg()),
    "type": Arg(choices=("simple", "grouped", "external", "variable")),
    "status": Arg(choices=("draft", "pending", "private", "publish", "future", "auto-draft")),
    "catalog_visibility": Arg(choices=("visible", "catalog", "search", "hidden")),
    "tax_status": Arg(choices=("taxable", "shipping", "none")),
    "stock_status": Arg(choices=STOCKS),
    "backorders": Arg(choices=("no", "notify", "yes")),
    **dict.fromkeys(("featured", "virtual", "downloadable", "sold_individually", "manage_stock"), Arg("boolean")),
    "reviews_allowed": Arg("boolean"),
    **dict.fromkeys(("stock_quantity", "low_stock_amount", "menu_order", "parent_id"), Arg("integer")),
    **dict.fromkeys(("upsell_ids", "cross_sell_ids", "grouped_products"), IDS),
    "dimensions": Arg("object", fields=dict.fromkeys(("length", "width", "height"), Arg())),
    "categories": REFERENCES,
    "tags": REFERENCES,
    "images": IMAGES,
    **{f"{name}{zone}": Arg("date or empty") for name in DATES for zone in ("", "_gmt")},
    "attributes": Arg("array", of=ATTRIBUTE),
    "meta_data": META_ARG,
}

LIST_ARGS: Mapping[str, Arg] = {
    **DATE_ARGS,
    "orderby": Arg(choices=("date", "modified", "id", "include", "title", "slug", "price", "menu_order")),
    "status": Arg(choices=("any", *STATUSES)),
    "type": Arg(choices=("simple", "grouped", "external", "variable")),
    "stock_status": Arg(choices=STOCKS),
    **dict.fromkeys(("sku", "slug", "min_price", "max_price", "category", "tag"), Arg()),
    "on_sale": Arg("boolean"),
    "featured": Arg("boolean"),
}

# Stored unchanged.
AS_WRITTEN = (
    *("type", "status", "featured", "catalog_visibility", "virtual", "downloadable", "external_url", "button_text"),
    *("tax_status", "tax_class", "manage_stock", "stock_quantity", "backorders", "low_stock_amount", "parent_id"),
    *("sold_individually", "shipping_class", "reviews_allowed", "upsell_ids", "cross_sell_ids"),
    *("grouped_products", "menu_order", "stock_status", "post_password"),
)
CLEARED_BY_NULL = ("stock_quantity", "low_stock_amount")


def new_product() -> Doc:
    """Return an empty product, its fields in the order of the response."""
    return {
        "id": 0,
        "name": "Product",
        "slug": "",
        "date_created": None,
        "date_modified": None,
        "type": "simple",
        "status": "publish",
        "featured": False,
        "catalog_visibility": "visible",
        **dict.fromkeys(("description", "short_description", "sku", "price", "regular_price", "sale_price"), ""),
        **dict.fromkeys(("date_on_sale_from", "date_on_sale_to")),
        "on_sale": False,
        "purchasable": True,
        "total_sales": 0,
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
        "external_url": "",
        "button_text": "",
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": False,
        "stock_quantity": None,
        "backorders": "no",
        "backorders_allowed": False,
        "backordered": False,
        "low_stock_amount": None,
        "sold_individually": False,
        "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_required": True,
        "shipping_taxable": True,
        "shipping_class": "",
        "shipping_class_id": 0,
        "reviews_allowed": True,
        "average_rating": "0",
        "rating_count": 0,
        **_empty_lists("upsell_ids", "cross_sell_ids"),
        "parent_id": 0,
        "purchase_note": "",
        "categories": [],
        **_empty_lists("brands", "tags", "images", "attributes", "default_attributes", "variations"),
        "grouped_products": [],
        "menu_order": 0,
        "price_html": "",
        "related_ids": [],
        "meta_data": [],
        "stock_status": "instock",
        "has_options": False,
        "post_password": "",
        "global_unique_id": "",
    }


def _empty_lists(*names: str) -> dict[str, list[Any]]:
    return {name: [] for name in names}


def attributes(posted: list[Doc]) -> list[Doc]:
    """Return a product's own attributes as returned by the API."""
    return [
        {
            "id": entry.get("id", 0),
            "name": entry.get("name", ""),
            "slug": entry.get("name", ""),
            "position": entry.get("position", n),
            "visible": bool(entry.get("visible")),
            "variation": bool(entry.get("variation")),
            "options": entry.get("options", []),
        }
        for n, entry in enumerate(posted)
    ]
