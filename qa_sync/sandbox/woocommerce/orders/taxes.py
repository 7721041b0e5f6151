"""The taxes of an order: one rate for everything, added to what is stored without tax.

Source: docs/explanation/vendors/woocommerce.rst, "Shops that differ".
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.shop import Shop

KINDS = ("line_items", "shipping_lines", "fee_lines")
RATE_ID = 1
LABEL = "MVA"


def without_tax(shop: Shop, amount: Decimal, tax_status: str) -> Decimal:
    """Return an entered amount without tax, as an order stores it."""
    if not (shop.settings.with_tax and shop.settings.taxes) or tax_status == "none":
        return amount
    return amount / (1 + shop.settings.taxes / 100)


def tax_lines(shop: Shop, order: Doc) -> None:
    """Tax the lines of an order again, at the shop's rate of now."""
    rate = shop.settings.taxes / 100
    order["prices_include_tax"] = bool(rate) and shop.settings.with_tax
    for kind in KINDS:
        for line in order[kind]:
            taxed = bool(rate) and line.get("tax_status", "taxable") != "none"
            line["tax"] = str(money.exact(line["total"]) * rate) if taxed else None
            line["subtotal_tax"] = str(money.exact(line.get("subtotal")) * rate) if taxed else None
    if not any(line["tax"] for kind in KINDS for line in order[kind]):
        order["tax_line"] = None
    else:
        order["tax_line"] = (order.get("tax_line") or {"id": shop.world.store.next("line")}) | {
            "percent": str(shop.settings.taxes)
        }


def rounded_tax(order: Doc, raw: str | None, decimals: int) -> Decimal:
    """Return a tax as the order's totals hold it: half a cent goes down where prices are entered with tax."""
    mode = ROUND_HALF_DOWN if order["prices_include_tax"] else ROUND_HALF_UP
    return money.exact(raw).quantize(Decimal(1).scaleb(-decimals), mode)


def tax_of(order: Doc, kinds: tuple[str, ...], decimals: int) -> Decimal:
    """Return the sum of the taxes of some kinds of lines."""
    return sum((rounded_tax(order, line["tax"], decimals) for kind in kinds for line in order[kind]), Decimal(0))


def shown_taxes(line: Doc, decimals: int) -> list[Doc]:
    """Return the taxes of a line by rate, exact to the decimals that were asked for."""
    if not line["tax"]:
        return []
    subtotal = money.shown(money.exact(line["subtotal_tax"]), decimals) if "subtotal" in line else ""
    return [{"id": RATE_ID, "total": money.shown(money.exact(line["tax"]), decimals), "subtotal": subtotal}]


def shown_tax_lines(order: Doc, stored: int, decimals: int) -> Iterator[Doc]:
    """Yield the order's taxes by rate; `stored` are the shop's decimals, `decimals` those that were asked for."""
    if order["tax_line"]:
        rate = Decimal(order["tax_line"]["percent"])
        yield {
            "id": order["tax_line"]["id"],
            "rate_code": f"{LABEL}-{RATE_ID}",
            "rate_id": RATE_ID,
            "label": LABEL,
            "compound": False,
            "tax_total": money.shown(tax_of(order, ("line_items", "fee_lines"), stored), decimals),
            "shipping_tax_total": money.shown(tax_of(order, ("shipping_lines",), stored), decimals),
            "rate_percent": int(rate) if rate == int(rate) else float(rate),
            "meta_data": [],
        }
