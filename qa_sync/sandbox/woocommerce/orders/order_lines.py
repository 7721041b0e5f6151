"""The lines of an order: products, shipping, fees.

Source: docs/explanation/vendors/woocommerce.rst, "Order lines" and "Orders as measured".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.errors import crash, refuse
from qa_sync.sandbox.woocommerce.orders.taxes import rounded_tax, shown_taxes, without_tax
from qa_sync.sandbox.woocommerce.products.products import variation_name
from qa_sync.sandbox.woocommerce.shop import Shop

REMOVED_BY_NULL = ("product_id", "method_id", "method_title", "name", "code")

Change = Callable[[Shop, Doc, Doc, bool], None]
"""Set on a line what was posted for it; the last argument is whether the line is new."""


def apply(shop: Shop, order: Doc, kind: str, posted: list[Doc]) -> None:
    """Update the lines of one kind: an id selects a line, no id adds one, quantity 0 or a null removes it."""
    lines = order[kind]
    for given in posted:
        if not given.get("id"):
            line: Doc = {"id": 0, "meta_data": []}
            KINDS[kind](shop, line, given, True)
            line["id"] = shop.world.store.next("line")
            lines.append(line)
            continue
        line = _known(lines, given["id"])
        if _is_removed(given):
            lines.remove(line)
        else:
            KINDS[kind](shop, line, given, False)


def _known(lines: list[Doc], id: int) -> Doc:
    for line in lines:
        if line["id"] == id:
            return line
    message = "Order item ID provided is not associated with order."
    raise refuse(400, "woocommerce_rest_invalid_item_id", message)


def _is_removed(given: Doc) -> bool:
    return given.get("quantity") == 0 or any(name in given and given[name] is None for name in REMOVED_BY_NULL)


def _product_line(shop: Shop, line: Doc, given: Doc, new: bool) -> None:
    if new or given.get("product_id"):
        _refer(shop, line, _product(shop, given))
    if new:
        if given.get("quantity") == 0:
            raise crash()
        line["quantity"] = 1 if given.get("quantity") is None else given["quantity"]
        amount = money.exact(line.pop("list_price")) * line["quantity"]
        line["subtotal"] = line["total"] = str(without_tax(shop, amount, line["tax_status"]))
    line.pop("list_price", None)
    line |= {name: given[name] for name in ("name", "quantity", "tax_class") if given.get(name) is not None}
    line |= {name: shop.kept_amount(given[name]) for name in ("total", "subtotal") if given.get(name) is not None}
    if given.get("total") is not None and given.get("subtotal") is None:
        line["subtotal"] = str(max(money.exact(line["subtotal"]), money.exact(line["total"])))
    line["meta_data"] = shop.with_meta(line["meta_data"], given.get("meta_data"))


def _product(shop: Shop, given: Doc) -> Doc | None:
    """Return the product that a line refers to, None for an unknown one, which is not an error (measured)."""
    if given.get("variation_id") or given.get("product_id"):
        return shop.products.get(given.get("variation_id") or given["product_id"])
    if not given.get("sku"):
        raise refuse(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    docs = shop.products.find("sku", given["sku"].casefold())
    return next((doc for doc in docs if doc["status"] != "trash"), None)


def _refer(shop: Shop, line: Doc, product: Doc | None) -> None:
    known = product or {"id": 0, "name": "", "price": "", "tax_class": "", "tax_status": "taxable", "type": "simple"}
    line |= {"product_id": known["id"], "name": known["name"], "list_price": known["price"], "labels": {}}
    line |= {"variation_id": 0, "tax_class": known["tax_class"], "tax_status": known["tax_status"]}
    if known["type"] == "variation":
        tax_class = "" if known["tax_class"] == "parent" else known["tax_class"]
        line |= {"product_id": known["parent_id"], "variation_id": known["id"], "name": variation_name(known)}
        line |= {"tax_class": tax_class, "labels": {entry["slug"]: entry["name"] for entry in known["attributes"]}}
        chosen = [{"key": entry["slug"], "value": entry["option"]} for entry in known["attributes"]]
        line["meta_data"] = shop.with_meta(line["meta_data"], chosen)


def _shipping_line(shop: Shop, line: Doc, given: Doc, new: bool) -> None:
    if new and not given.get("method_id"):
        raise refuse(400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")
    if new:
        line |= {"method_title": "", "method_id": "", "instance_id": "", "total": "0"}
    _set(shop, line, given, ("method_title", "method_id", "instance_id"))


def _fee_line(shop: Shop, line: Doc, given: Doc, new: bool) -> None:
    if new and not given.get("name"):
        raise refuse(400, "woocommerce_rest_invalid_fee_item", "Fee name is required.")
    if new:
        line |= {"name": "", "tax_class": "", "tax_status": "taxable", "total": "0"}
    _set(shop, line, given, ("name", "tax_class", "tax_status"))


def _set(shop: Shop, line: Doc, given: Doc, names: tuple[str, ...]) -> None:
    line |= {name: given[name] for name in names if given.get(name) is not None}
    if given.get("total") is not None:
        line["total"] = shop.kept_amount(given["total"])
    line["meta_data"] = shop.with_meta(line["meta_data"], given.get("meta_data"))


KINDS: Mapping[str, Change] = {
    "line_items": _product_line,
    "shipping_lines": _shipping_line,
    "fee_lines": _fee_line,
}


def shown_product_line(shop: Shop, order: Doc, line: Doc, decimals: int) -> Doc:
    """Return a product line as returned by the API."""
    product = shop.products.get(line["variation_id"] or line["product_id"]) if line["product_id"] else None
    parent = shop.products.get(line["product_id"]) if line["variation_id"] else None
    total = money.exact(line["total"])
    price: Any = money.unit_price(total, line["quantity"])
    return {
        **{n: line[n] for n in ("id", "name", "product_id", "variation_id", "quantity", "tax_class")},
        **({} if product else {"product_id": 0, "variation_id": 0}),
        "subtotal": money.shown(money.exact(line["subtotal"]), decimals),
        "subtotal_tax": money.shown(rounded_tax(order, line["subtotal_tax"], shop.settings.decimals), decimals),
        **_total(shop, order, line, decimals),
        "meta_data": _shown_meta(line),
        "sku": product["sku"] if product else None,
        "global_unique_id": product["global_unique_id"] if product else None,
        "price": price,
        "image": _image(product),
        "parent_name": parent["name"] if parent else None,
    }


def _image(product: Doc | None) -> Doc:
    if product and product["images"]:
        return {"id": str(product["images"][0]["id"]), "src": product["images"][0]["src"]}
    return {"id": "" if product and product["type"] != "variation" else 0, "src": ""}


def shown_shipping_line(shop: Shop, order: Doc, line: Doc, decimals: int) -> Doc:
    """Return a shipping line as returned by the API."""
    named = {name: line[name] for name in ("id", "method_title", "method_id", "instance_id")}
    total = _total(shop, order, line, decimals)
    return named | total | {"tax_status": "taxable", "meta_data": _shown_meta(line)}


def shown_fee_line(shop: Shop, order: Doc, line: Doc, decimals: int) -> Doc:
    """Return a fee line as returned by the API."""
    named = {name: line[name] for name in ("id", "name", "tax_class", "tax_status")} | {"amount": ""}
    return named | _total(shop, order, line, decimals) | {"meta_data": _shown_meta(line)}


def _total(shop: Shop, order: Doc, line: Doc, decimals: int) -> Doc:
    return {
        "total": money.shown(money.exact(line["total"]), decimals),
        "total_tax": money.shown(rounded_tax(order, line["tax"], shop.settings.decimals), decimals),
        "taxes": shown_taxes(line, decimals),
    }


def _shown_meta(line: Doc) -> list[Doc]:
    labels = line.get("labels") or {}
    return [m | {"display_key": labels.get(m["key"], m["key"]), "display_value": m["value"]} for m in line["meta_data"]]
