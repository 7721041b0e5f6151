"""Products.

Source: docs/explanation/vendors/woocommerce.rst, "Products", "Money as measured", "Uniqueness as measured" and
"Deleting as measured".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import QueryParams

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.args import Arg
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.products.images import product_images
from qa_sync.sandbox.woocommerce.products.prices import derive_price, price_html
from qa_sync.sandbox.woocommerce.products.product_dates import sent_dates
from qa_sync.sandbox.woocommerce.products.product_fields import (
    ARGS,
    AS_WRITTEN,
    CLEARED_BY_NULL,
    LIST_ARGS,
    attributes,
    new_product,
)
from qa_sync.sandbox.woocommerce.products.product_lists import related_ids, selected, sort_keys
from qa_sync.sandbox.woocommerce.products.stock_levels import derive_stock
from qa_sync.sandbox.woocommerce.products.terms import KINDS, product_terms
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.sandbox.woocommerce.text import filtered_html, in_address, paragraphs, plain, slug_of, unslashed

SITE = "https://shop.example/product"
VARIATION = (
    "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)
POST_TEXTS = ("name", "description", "short_description")
"""What WordPress stores with the post: each write of a post removes a level of backslashes from all of them."""
POST_FIELDS = (*POST_TEXTS, "status", "slug", "menu_order", "reviews_allowed", "parent_id", "post_password")
UNPUBLISHED = ("draft", "pending", "auto-draft", "future")
TRASHED = "__trashed"
KEPT: Mapping[str, Callable[[Any], Any]] = {
    "description": lambda text: filtered_html(text or ""),
    "short_description": lambda text: filtered_html(text or ""),
    "purchase_note": lambda text: unslashed(text or ""),
    "global_unique_id": lambda text: re.sub(r"[^0-9-]", "", text or ""),
    "attributes": lambda posted: attributes(posted or []),
}


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a product."""
    found = [("sku", doc["sku"].casefold())] * bool(doc["sku"]) + [("slug", doc["slug"])]
    return found + [("parent", str(doc["parent_id"]))] * (doc["type"] == "variation")


class Products:
    """The resource `products`."""

    path = "products"
    default_sort = ("date", "desc")
    args: Mapping[str, Arg] = ARGS
    list_args: Mapping[str, Arg] = LIST_ARGS

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.table = shop.products

    def create(self, body: Doc) -> Doc:
        """Add a product; nothing is required."""
        return self.save(self.added(new_product(), body), changed=False)

    def added(self, doc: Doc, body: Doc) -> Doc:
        """Return a new product with an id and a slug; it is not saved yet."""
        doc["date_created"] = self.shop.stamp()
        self._set(doc, {kind: [] for kind in KINDS} | body)
        doc |= {name: unslashed(doc[name]) for name in POST_TEXTS}
        doc["meta_data"] = self.shop.with_new_meta(body.get("meta_data"))
        slug = in_address(slug_of(body.get("slug") or doc["name"])) or "product"
        doc |= {"id": self.shop.next_post(), "slug": self._free_slug(slug), "date_modified": doc["date_created"]}
        if doc["date_created"] > self.shop.stamp() and doc["status"] == "publish":
            doc["status"] = "future"
        return doc

    def update(self, doc: Doc, body: Doc) -> Doc:
        """Update a product; its modification time changes even when no field does."""
        if doc["type"] == "variation":
            raise refuse(404, "woocommerce_rest_invalid_product_id", VARIATION)
        return self.changed(doc, body)

    def changed(self, doc: Doc, body: Doc) -> Doc:
        """Update a product or a variation."""
        before = dict(doc)
        self._set(doc, body)
        doc["meta_data"] = self.shop.with_meta(doc["meta_data"], body.get("meta_data"))
        if any(doc[name] != before[name] for name in POST_FIELDS):
            doc |= {name: unslashed(doc[name]) for name in POST_TEXTS}
        if body.get("slug"):
            doc["slug"] = self._free_slug(in_address(slug_of(body["slug"])))
        if before["status"] == "trash" != doc["status"]:
            doc["slug"] = doc["slug"].removesuffix(TRASHED)
        return self.save(doc)

    def _set(self, doc: Doc, body: Doc) -> None:
        _check_kind(doc | {name: value for name, value in body.items() if value is not None})
        if body.get("name") is not None:
            doc["name"] = filtered_html(body["name"]).strip()
        if "sku" in body:
            doc["sku"] = self._free_sku(plain(body["sku"] or ""), doc["id"])
        for name in AS_WRITTEN:
            # A null clears a number and is ignored in other fields (measured: ROUND TRIP).
            if body.get(name) is not None or (name in body and name in CLEARED_BY_NULL):
                doc[name] = body[name]
        for name, kept in KEPT.items():
            if name in body:
                doc[name] = kept(body[name])
        doc |= {kind: product_terms(self.shop, kind, body[kind] or []) for kind in KINDS if kind in body}
        if "images" in body:
            doc["images"] = product_images(self.shop, body["images"] or [])
        doc["dimensions"] |= {k: v for k, v in (body.get("dimensions") or {}).items() if k in doc["dimensions"]}
        amounts = body.keys() & {"regular_price", "sale_price", "weight"}
        doc |= {name: self.shop.kept_amount(body[name] or "") for name in amounts}
        doc |= sent_dates(body, self.shop.settings.time_zone)

    def save(self, doc: Doc, *, changed: bool = True) -> Doc:
        """Compute the derived fields, and save the product."""
        others = self._others(doc)
        doc |= {"variations": [o["id"] for o in others] * (doc["type"] == "variable")}
        derive_price(doc, others, self.shop.stamp())
        derive_stock(doc, others)
        if changed:
            doc["date_modified"] = self.shop.stamp()
        self.table.save(doc["id"], doc, self.shop.world.now())
        return doc

    def _others(self, doc: Doc) -> list[Doc]:
        """Return the variations of a variable product, the members of a grouped one."""
        if doc["type"] == "variable":
            return self.table.find("parent", str(doc["id"]))
        members = doc["grouped_products"] if doc["type"] == "grouped" else ()
        return [member for member in map(self.table.get, members) if member]

    def _free_sku(self, sku: str, id: int) -> str:
        for twin in self.table.find("sku", sku.casefold()) if sku else ():
            if twin["id"] != id and twin["status"] == "trash":
                message = (
                    f"The product with SKU ({sku}) you are trying to insert is already present in the lookup table"
                )
                raise refuse(400, "woocommerce_rest_product_not_created", message)
            if twin["id"] != id:
                message, data = "Invalid or duplicated SKU.", {"resource_id": twin["id"], "unique_sku": f"{sku}-1"}
                raise refuse(400, "product_invalid_sku", message, **data)
        return sku

    def _free_slug(self, wanted: str, id: int = 0) -> str:
        slug, number = wanted, 2
        while any(twin["id"] != id for twin in self.table.find("slug", in_address(slug))):
            slug, number = f"{wanted}-{number}", number + 1
        return slug

    def delete(self, doc: Doc, *, force: bool) -> None:
        """Move a product to the trash, or delete it."""
        if force:
            for record in (doc, *(self._others(doc) if doc["type"] == "variable" else ())):
                self.table.remove(record["id"])
            return
        if doc["status"] == "trash":
            raise refuse(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
        marks = self.shop.trash_meta(doc["status"])
        trashed = {"status": "trash", "slug": doc["slug"] + TRASHED, "meta_data": marks + doc["meta_data"]}
        self.save(doc | trashed)

    def shown(self, doc: Doc, *, view: bool, decimals: int) -> Doc:  # noqa: ARG002 - prices are returned unchanged
        """Return a product as returned by the API; reads add paragraphs, writes return the stored text."""
        shown: Doc = {}
        for name, value in doc.items():
            shown |= self.shop.two_dates(name, value) if name.startswith("date_") else {name: value}
            if name == "slug":
                shown["permalink"] = _permalink(doc)
        others = self._others(doc)
        shown["price_html"] = price_html(doc, others, self.shop.settings)
        shown["related_ids"] = self.shop.chance.sample(*related_ids(self.table.all(), doc))
        shown["has_options"] = doc["type"] == "variable"
        if doc["type"] == "variation":
            shown["name"] = variation_name(doc)
        if view:
            shown |= {name: paragraphs(doc[name]) for name in ("description", "short_description", "purchase_note")}
            return shown | {"average_rating": "0.00"}
        slug = self._free_slug(slug_of(doc["name"]), doc["id"])
        return shown | {"permalink_template": f"{SITE}/%pagename%/", "generated_slug": slug}

    def links(self, doc: Doc, root: str) -> Doc:  # noqa: ARG002 - a product has none
        """Return no additional links."""
        return {}

    def select(self, args: Doc, given: QueryParams) -> list[Doc]:  # noqa: ARG002 - all is in the arguments
        """Return the products of a list; those in the trash only on request."""
        return selected(self.table.all(), args)

    def sort_key(self, doc: Doc, orderby: str) -> Any:
        """Return the sort keys of a product."""
        return sort_keys(doc).get(orderby, doc["id"])

    def missing(self, method: str) -> Rejection:
        """Return the error response for an unknown product; updates return 400, other methods 404."""
        status = 404 if method in ("GET", "DELETE") else 400
        return refuse(status, "woocommerce_rest_product_invalid_id", "Invalid ID.")

    def exists(self) -> Rejection:
        """Return the error response for a POST with an id."""
        return refuse(400, "woocommerce_rest_product_exists", "Cannot create existing product.")


def _check_kind(doc: Doc) -> None:
    if doc["type"] == "external" and doc["manage_stock"]:
        raise refuse(400, "product_external_invalid_manage_stock", "External products cannot be stock managed.")


def variation_name(doc: Doc) -> str:
    """Return the name of a variation as a product and in orders: that of its parent, and its options."""
    options = ", ".join(entry["option"] for entry in doc["attributes"])
    return f"{doc['name']} - {options}" if options else str(doc["name"])


def _permalink(doc: Doc) -> str:
    if doc["status"] in UNPUBLISHED:
        return f"{SITE.rpartition('/')[0]}/?post_type=product&p={doc['id']}"
    return f"{SITE}/{doc['slug']}/"
