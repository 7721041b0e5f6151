"""Lists of products: filters, the order, and related products.

Source: docs/explanation/vendors/woocommerce.rst, "Lists".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money

MAX_RELATED = 5
EXACT_FILTERS = {"slug", "type", "stock_status", "on_sale", "featured"}


def selected(docs: Iterable[Doc], args: Doc) -> list[Doc]:
    """Return the products that the arguments of a list select; a variation is only found by its SKU."""
    docs = [doc for doc in docs if _has_status(doc, args.get("status", "any")) and _within(doc, args)]
    if "sku" in args:
        wanted = {sku.strip().casefold() for sku in args["sku"].split(",")}
        docs = [doc for doc in docs if doc["sku"].casefold() in wanted]
    else:
        docs = [doc for doc in docs if doc["type"] != "variation"]
    for name, kind in (("category", "categories"), ("tag", "tags")):
        if name in args:
            docs = [doc for doc in docs if args[name] in {str(term["id"]) for term in doc[kind]}]
    for name in EXACT_FILTERS & args.keys():
        docs = [doc for doc in docs if doc[name] == args[name]]
    search = args.get("search", "").casefold()
    return [doc for doc in docs if search in f"{doc['name']} {doc['description']}".casefold()]


def _has_status(doc: Doc, status: str) -> bool:
    return bool(doc["status"] == status or (status == "any" and doc["status"] != "trash"))


def _within(doc: Doc, args: Doc) -> bool:
    price = money.exact(doc["price"])
    low, high = args.get("min_price"), args.get("max_price")
    return (low is None or price >= money.exact(low)) and (high is None or price <= money.exact(high))


def sort_keys(doc: Doc) -> Mapping[str, Any]:
    """Return what a product is sorted by, by the word of `orderby`."""
    return {
        "date": doc["date_created"],
        "modified": doc["date_modified"],
        "title": doc["name"].casefold(),
        "slug": doc["slug"],
        "price": money.exact(doc["price"]),
    }


def related_ids(docs: Iterable[Doc], doc: Doc) -> tuple[list[int], int]:
    """Return the products of the same categories, and how many of them an answer shows, drawn by chance."""
    own = {term["id"] for term in doc["categories"]}
    others = [
        other["id"]
        for other in docs
        if other["id"] != doc["id"]
        and (other["status"], other["type"] == "variation") == ("publish", False)
        and own & {term["id"] for term in other["categories"]}
    ]
    return others, min(len(others), MAX_RELATED)
