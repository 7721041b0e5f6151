"""The fields of a Catalog V1 product, and what Wix derives from them.

Source: docs/explanation/vendors/wix.rst, "Product fields".
"""

from __future__ import annotations

import re
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qa_sync.sandbox.shape import Flag, Many, Number, Obj, Text
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.errors import invalid, reject

CENT = Decimal("0.01")
ALL_PRODUCTS = "00000000-000000-000000-000000000001"
SIGNS = {"NOK": "kr ", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
NO_VARIANT = "00000000-0000-0000-0000-000000000000"
AMOUNT = Number(0, 999999999.99)
SECTION = Obj({"title": Text(max=1000), "description": Text(max=8000)})
PRODUCT = Obj(
    {
        "name": Text(max=80, min=1),
        "slug": Text(max=100),
        "visible": Flag(),
        "productType": Text(choices=("physical", "digital")),
        "description": Text(max=8000),
        "sku": Text(max=40),
        "weight": Number(0, 999999999.99),
        "priceData": Obj({"price": AMOUNT}),
        "costAndProfitData": Obj({"itemCost": AMOUNT}),
        "discount": Obj({"type": Text(choices=("NONE", "AMOUNT", "PERCENT")), "value": AMOUNT}),
        "additionalInfoSections": Many(SECTION),
        "ribbon": Text(max=30),
        "brand": Text(max=50),
    }
)


def check_new(product: Doc) -> None:
    """Raise the vendor's 400 for a missing required field of a new product."""
    if not product.get("name"):
        raise invalid("product.name", "REQUIRED_FIELD", "Must have a value")
    if product.get("priceData", {}).get("price") is None:
        raise invalid("product.priceData.price", "REQUIRED_FIELD", "Must have a value")
    if product.get("productType") == "digital":
        raise reject(400, "INVALID_ARGUMENT", "product.productType digital is not supported")


def slug_of(name: str) -> str:
    """Return the name as a URL slug."""
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")[:100] or "product"


def inventory_id(product_id: str) -> str:
    """Return the bitwise complement of a product's id."""
    return str(uuid.UUID(int=uuid.UUID(product_id).int ^ (2**128 - 1)))


def shown(doc: Doc, currency: str, *, merchant: bool, variants: bool) -> Doc:
    """Return the product as returned by the API, in the site's currency; cost and profit only for merchants."""
    price, reduced = doc["priceData"]["price"], _reduced(doc)
    money = _price_data(price, reduced, currency)
    cost = doc.get("costAndProfitData", {}).get("itemCost")
    profit = _profit(reduced, cost, currency)
    result = doc | {
        "priceData": money,
        "price": money,
        "convertedPriceData": money,
        "priceRange": {"minValue": price, "maxValue": price},
        "costRange": {"minValue": cost or 0, "maxValue": cost or 0},
        "weightRange": {"minValue": doc.get("weight", 0), "maxValue": doc.get("weight", 0)},
    }
    result.pop("costAndProfitData", None)
    if merchant:
        result["costAndProfitData"] = profit
    if variants:
        result["variants"] = [_variant(doc, money, profit if merchant else None)]
    return result


def _reduced(doc: Doc) -> float:
    price, discount = Decimal(str(doc["priceData"]["price"])), doc.get("discount", {})
    value = Decimal(str(discount.get("value", 0)))
    off = {"AMOUNT": value, "PERCENT": price * value / 100}.get(discount.get("type", "NONE"), Decimal(0))
    return _number(price - off) if off else doc["priceData"]["price"]


def _number(value: Decimal) -> float:
    return float(value.quantize(CENT, ROUND_HALF_UP))


def _price_data(price: float, reduced: float, currency: str) -> Doc:
    texts = {"price": _formatted(price, currency), "discountedPrice": _formatted(reduced, currency)}
    return {"currency": currency, "price": price, "discountedPrice": reduced, "formatted": texts}


def _formatted(value: Any, currency: str) -> str:
    return f"{SIGNS.get(currency, currency + ' ')}{Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)}"


def _profit(reduced: float, cost: float | None, currency: str) -> Doc:
    price, paid = Decimal(str(reduced)), Decimal(str(cost or 0))
    margin = float(((price - paid) / price).quantize(Decimal("0.0001"))) if price else 0.0
    known = {} if cost is None else {"itemCost": cost, "formattedItemCost": _formatted(cost, currency)}
    profit = price - paid
    return known | {"profit": _number(profit), "formattedProfit": _formatted(profit, currency), "profitMargin": margin}


def _variant(doc: Doc, money: Doc, profit: Doc | None) -> Doc:
    inner = {"priceData": money, "convertedPriceData": money, "weight": doc.get("weight", 0), "visible": doc["visible"]}
    inner |= {"sku": doc["sku"]} if doc.get("sku") else {}
    inner |= {"costAndProfitData": profit} if profit else {}
    return {"id": NO_VARIANT, "choices": {}, "variant": inner, "stock": {"trackQuantity": False, "inStock": True}}
