"""A product's price: what follows from its own amounts, the dates of a sale, and its variations or members.

Source: docs/explanation/vendors/woocommerce.rst, "Money as measured" and "Kinds of products as measured".
"""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.settings import ShopSettings

CURRENCY = '<span class="woocommerce-Price-currencySymbol">&#107;&#114;</span>'
AMOUNT = '<span class="woocommerce-Price-amount amount"{}><bdi>{}{}</bdi></span>'
READER = '<span class="screen-reader-text">{}: &#107;&#114;{}.</span>'
HIDDEN = ' aria-hidden="true"'
PARENTS = ("variable", "grouped")
"""The kinds of products whose price is that of others."""


def derive_price(doc: Doc, others: Iterable[Doc], now: str) -> None:
    """Set what follows from a product's amounts; `others` are its variations or members, `now` is a UTC time."""
    if doc["type"] in PARENTS:
        _of_others(doc, [other for other in others if other["price"]])
        return
    regular, sale = doc["regular_price"], doc["sale_price"]
    if sale and (not regular or money.exact(sale) >= money.exact(regular)):
        doc["sale_price"] = sale = ""
    runs = bool(sale) and (doc["date_on_sale_from"] or "") <= now <= (doc["date_on_sale_to"] or "9999")
    doc |= {"on_sale": runs, "price": sale if runs else regular}
    doc["purchasable"] = bool(doc["price"]) and doc["type"] != "external"


def _of_others(doc: Doc, priced: list[Doc]) -> None:
    doc |= {"regular_price": "", "sale_price": ""}
    if priced:
        doc["price"] = min((other["price"] for other in priced), key=money.exact)
    doc["on_sale"] = any(other["on_sale"] for other in priced)
    doc["purchasable"] = bool(doc["price"]) and doc["type"] != "grouped"


def price_html(doc: Doc, others: Iterable[Doc], settings: ShopSettings) -> str:
    """Return the price as a page shows it, with the shop's signs."""
    if doc["type"] in PARENTS:
        amounts = sorted(money.exact(other["price"]) for other in others if other["price"])
        if not amounts:
            return ""
        low, high = (_written(str(amount), settings) for amount in (amounts[0], amounts[-1]))
        return _amount(low) if low == high else _range(low, high)
    if not doc["price"]:
        return ""
    now, regular = (_written(doc[name], settings) for name in ("price", "regular_price"))
    if not doc["on_sale"]:
        return _amount(now)
    return (
        f"<del{HIDDEN}>{_amount(regular)}</del> {READER.format('Original price was', regular)}"
        f"<ins{HIDDEN}>{_amount(now)}</ins>{READER.format('Current price is', now)}"
    )


def _range(low: str, high: str) -> str:
    dash = f" <span{HIDDEN}>&ndash;</span> "
    reader = f'<span class="screen-reader-text">Price range: &#107;&#114;{low} through &#107;&#114;{high}</span>'
    return f"{_amount(low, HIDDEN)}{dash}{_amount(high, HIDDEN)}{reader}"


def _amount(written: str, attribute: str = "") -> str:
    return AMOUNT.format(attribute, CURRENCY, written)


def _written(text: str, settings: ShopSettings) -> str:
    """Return an amount with the shop's decimals and signs."""
    plain = f"{money.rounded(money.exact(text), settings.decimals):,}"
    return plain.translate({ord(","): settings.thousands, ord("."): settings.separator})
