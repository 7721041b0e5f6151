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
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.args import Arg
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.product_fields import (
    ARGS,
    AS_WRITTEN,
    CLEARED_BY_NULL,
    LIST_ARGS,
    attributes,
    new_product,
    terms,
)
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.sandbox.woocommerce.text import filtered_html, in_address, paragraphs, plain, slug_of, unslashed

SITE = "https://shop.example/product"
AMOUNT = (
    '<span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">&#107;&#114;'
    "</span>{}</bdi></span>"
)
READER = '<span class="screen-reader-text">{}: &#107;&#114;{}.</span>'
MAX_RELATED = 5
EXACT_FILTERS = {"slug", "type", "stock_status", "on_sale", "featured"}
POST_TEXTS = ("name", "description", "short_description")
"""What WordPress stores with the post: each write of a post removes a level of backslashes from all of them."""
POST_FIELDS = (*POST_TEXTS, "status", "slug", "menu_order", "reviews_allowed", "parent_id", "post_password")
KEPT: Mapping[str, Callable[[Any], Any]] = {
    "description": lambda text: filtered_html(text or ""),
    "short_description": lambda text: filtered_html(text or ""),
    "purchase_note": lambda text: unslashed(text or ""),
    "global_unique_id": lambda text: re.sub(r"[^0-9-]", "", text or ""),
    "categories": lambda posted: terms(posted or []) or terms([{"id": 15}]),
    "tags": lambda posted: terms(posted or []),
    "attributes": lambda posted: attributes(posted or []),
}


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a product."""
    return [("sku", doc["sku"].casefold())] * bool(doc["sku"]) + [("slug", doc["slug"])]


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
        doc = new_product()
        self._set(doc, body)
        doc |= {name: unslashed(doc[name]) for name in POST_TEXTS}
        doc["meta_data"] = self.shop.with_new_meta(body.get("meta_data"))
        slug = in_address(slug_of(body.get("slug") or doc["name"])) or "product"
        doc |= {"id": self.shop.next_post(), "slug": self._free_slug(slug), "date_created": self.shop.stamp()}
        return self.save(doc)

    def update(self, doc: Doc, body: Doc) -> Doc:
        """Update a product; its modification time changes even when no field does."""
        before = dict(doc)
        self._set(doc, body)
        doc["meta_data"] = self.shop.with_meta(doc["meta_data"], body.get("meta_data"))
        if any(doc[name] != before[name] for name in POST_FIELDS):
            doc |= {name: unslashed(doc[name]) for name in POST_TEXTS}
        if body.get("slug"):
            doc["slug"] = self._free_slug(in_address(slug_of(body["slug"])))
        return self.save(doc)

    def _set(self, doc: Doc, body: Doc) -> None:
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
        doc["dimensions"] |= {k: v for k, v in (body.get("dimensions") or {}).items() if k in doc["dimensions"]}
        prices = body.keys() & {"regular_price", "sale_price"}
        doc |= {name: self.shop.kept_amount(body[name] or "") for name in prices}

    def save(self, doc: Doc) -> Doc:
        """Compute the derived fields, and save the product."""
        _derive_price(doc)
        _derive_stock(doc)
        doc["date_modified"] = self.shop.stamp()
        self.table.save(doc["id"], doc, self.shop.world.now())
        return doc

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

    def _free_slug(self, wanted: str) -> str:
        slug, number = wanted, 2
        while self.table.find("slug", slug):
            slug, number = f"{wanted}-{number}", number + 1
        return slug

    def delete(self, doc: Doc, *, force: bool) -> None:
        """Move a product to the trash, or delete it."""
        if force:
            self.table.remove(doc["id"])
            return
        if doc["status"] == "trash":
            raise refuse(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
        self.save(doc | {"status": "trash", "meta_data": self.shop.trash_meta(doc["status"]) + doc["meta_data"]})

    def shown(self, doc: Doc, *, view: bool, decimals: int) -> Doc:  # noqa: ARG002 - prices are returned unchanged
        """Return a product as returned by the API; reads add paragraphs, writes return the stored text."""
        shown: Doc = {}
        for name, value in doc.items():
            shown |= self.shop.two_dates(name, value) if name in ("date_created", "date_modified") else {name: value}
            if name == "slug":
                shown["permalink"] = f"{SITE}/{value}/"
        shown["price_html"] = _price_html(doc)
        shown["related_ids"] = self._related(doc)
        if view:
            shown |= {name: paragraphs(doc[name]) for name in ("description", "short_description")}
            return shown | {"average_rating": "0.00"}
        return shown | {"permalink_template": f"{SITE}/%pagename%/", "generated_slug": slug_of(doc["name"])}

    def _related(self, doc: Doc) -> list[int]:
        """Return other products of the same categories, at most five, in any order: drawn again at each response."""
        own = {term["id"] for term in doc["categories"]}
        others = [
            other["id"]
            for other in self.table.all()
            if other["id"] != doc["id"]
            and other["status"] == "publish"
            and own & {t["id"] for t in other["categories"]}
        ]
        return self.shop.chance.sample(others, min(len(others), MAX_RELATED))

    def links(self, doc: Doc, root: str) -> Doc:  # noqa: ARG002 - a product has none
        """Return no additional links."""
        return {}

    def select(self, args: Doc, given: QueryParams) -> list[Doc]:  # noqa: ARG002 - all is in the arguments
        """Return the products of a list; those in the trash only on request."""
        docs = [doc for doc in self.table.all() if _has_status(doc, args.get("status", "any")) and _within(doc, args)]
        if "sku" in args:
            wanted = {sku.strip().casefold() for sku in args["sku"].split(",")}
            docs = [doc for doc in docs if doc["sku"].casefold() in wanted]
        for name in EXACT_FILTERS & args.keys():
            docs = [doc for doc in docs if doc[name] == args[name]]
        search = args.get("search", "").casefold()
        return [doc for doc in docs if search in f"{doc['name']} {doc['description']}".casefold()]

    def sort_key(self, doc: Doc, orderby: str) -> Any:
        """Return the sort keys of a product."""
        return {
            "date": doc["date_created"],
            "modified": doc["date_modified"],
            "title": doc["name"].casefold(),
            "slug": doc["slug"],
            "price": money.exact(doc["price"]),
        }.get(orderby, doc["id"])

    def missing(self, method: str) -> Rejection:
        """Return the error response for an unknown product; updates return 400, other methods 404."""
        status = 404 if method in ("GET", "DELETE") else 400
        return refuse(status, "woocommerce_rest_product_invalid_id", "Invalid ID.")

    def exists(self) -> Rejection:
        """Return the error response for a POST with an id."""
        return refuse(400, "woocommerce_rest_product_exists", "Cannot create existing product.")


def _has_status(doc: Doc, status: str) -> bool:
    return bool(doc["status"] == status or (status == "any" and doc["status"] != "trash"))


def _within(doc: Doc, args: Doc) -> bool:
    price = money.exact(doc["price"])
    low, high = args.get("min_price"), args.get("max_price")
    return (low is None or price >= money.exact(low)) and (high is None or price <= money.exact(high))


def _derive_price(doc: Doc) -> None:
    regular, sale = doc["regular_price"], doc["sale_price"]
    if sale and (not regular or money.exact(sale) >= money.exact(regular)):
        doc["sale_price"] = sale = ""
    doc |= {"on_sale": bool(sale), "price": sale or regular}
    doc["purchasable"] = bool(doc["price"])


def _derive_stock(doc: Doc) -> None:
    if not doc["manage_stock"]:
        doc |= {"stock_quantity": None, "low_stock_amount": None, "backorders": "no"}
    else:
        doc["stock_quantity"] = doc["stock_quantity"] or 0
        short = "outofstock" if doc["backorders"] == "no" else "onbackorder"
        doc["stock_status"] = "instock" if doc["stock_quantity"] > 0 else short
    doc["backorders_allowed"] = doc["backorders"] != "no"
    doc["backordered"] = doc["stock_status"] == "onbackorder"
    doc["shipping_required"] = doc["shipping_taxable"] = not doc["virtual"]


def _price_html(doc: Doc) -> str:
    if not doc["price"]:
        return ""
    price, regular = (money.shown(money.exact(doc[name])) for name in ("price", "regular_price"))
    now = AMOUNT.format(price)
    if not doc["on_sale"]:
        return now
    return (
        f'<del aria-hidden="true">{AMOUNT.format(regular)}</del> {READER.format("Original price was", regular)}'
        f'<ins aria-hidden="true">{now}</ins>{READER.format("Current price is", price)}'
    )
