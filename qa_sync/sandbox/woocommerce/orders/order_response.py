"""Orders as returned by the API: totals computed from the lines, dates as local time and UTC.

Source: docs/explanation/vendors/woocommerce.rst, "Orders".
"""

from __future__ import annotations

from decimal import Decimal

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.orders.order_fields import PAID
from qa_sync.sandbox.woocommerce.orders.order_lines import shown_fee_line, shown_product_line, shown_shipping_line
from qa_sync.sandbox.woocommerce.orders.refunds import in_order, order_refunds
from qa_sync.sandbox.woocommerce.orders.taxes import shown_tax_lines, tax_of
from qa_sync.sandbox.woocommerce.shop import Shop

VERSION = "10.5.2"
ADDRESS = (
    *("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country"),
    *("email", "phone"),
)
UNPAID = ("pending", "failed", "checkout-draft")
EDITABLE = ("pending", "on-hold", "auto-draft")
DATES = ("date_created", "date_modified", "date_completed", "date_paid")


def shown_order(shop: Shop, doc: Doc, decimals: int) -> Doc:
    """Return an order as returned by the API; amounts have that many `decimals`."""
    dates: Doc = {}
    for name in DATES:
        dates |= shop.two_dates(name, doc[name])
    own = ("customer_id", "order_key", "billing", "shipping", "payment_method", "payment_method_title")
    amounts = {name: money.shown(money.exact(amount), decimals) for name, amount in doc["amounts"].items()}
    return {
        **{name: doc[name] for name in ("id", "parent_id", "status", "currency")},
        "version": VERSION,
        "prices_include_tax": doc["prices_include_tax"],
        **{name: dates[name] for name in ("date_created", "date_modified")},
        **amounts,
        **{name: doc[name] for name in (*own, "transaction_id")},
        **dict.fromkeys(("customer_ip_address", "customer_user_agent"), ""),
        "created_via": "rest-api",
        "customer_note": doc["customer_note"],
        **{name: dates[name] for name in ("date_completed", "date_paid")},
        "cart_hash": "",
        "number": str(doc["id"]),
        "meta_data": doc["meta_data"],
        **_lines(shop, doc, decimals),
        **_state(doc, money.exact(doc["amounts"]["total"])),
        **{f"{name}_gmt": dates[f"{name}_gmt"] for name in DATES},
        "currency_symbol": money.SYMBOLS.get(doc["currency"], doc["currency"]),
    }


def amounts_of(doc: Doc, stored: int) -> Doc:
    """Return the amounts of an order as they are stored, with the shop's decimals of now."""
    goods, list_price = _sum(doc["line_items"], "total", stored), _sum(doc["line_items"], "subtotal", stored)
    shipping = _sum(doc["shipping_lines"], "total", stored)
    cart_tax, shipping_tax = tax_of(doc, ("line_items", "fee_lines"), stored), tax_of(doc, ("shipping_lines",), stored)
    total = goods + shipping + _sum(doc["fee_lines"], "total", stored) + cart_tax + shipping_tax
    amounts = {
        "discount_total": list_price - goods,
        "discount_tax": Decimal(0),
        "shipping_total": shipping,
        "shipping_tax": shipping_tax,
        "cart_tax": cart_tax,
        "total": total,
        "total_tax": cart_tax + shipping_tax,
    }
    return {name: str(amount) for name, amount in amounts.items()}


def _sum(lines: list[Doc], name: str, stored: int) -> Decimal:
    """Return the sum of amounts, each rounded first, as the shop does (measured: MONEY)."""
    return sum((money.rounded(money.exact(line[name]), stored) for line in lines), Decimal(0))


def _lines(shop: Shop, doc: Doc, decimals: int) -> Doc:
    return {
        "line_items": [shown_product_line(shop, doc, line, decimals) for line in doc["line_items"]],
        "tax_lines": [*shown_tax_lines(doc, shop.settings.decimals, decimals)],
        "shipping_lines": [shown_shipping_line(shop, doc, line, decimals) for line in doc["shipping_lines"]],
        "fee_lines": [shown_fee_line(shop, doc, line, decimals) for line in doc["fee_lines"]],
        "coupon_lines": [_shown_coupon(line) for line in doc["coupon_lines"]],
        "refunds": [in_order(refund, decimals) for refund in order_refunds(shop, doc)],
    }


def _shown_coupon(line: Doc) -> Doc:
    meta = [m | {"display_key": m["key"], "display_value": m["value"]} for m in line["meta_data"]]
    return line | {"meta_data": meta}


def _state(doc: Doc, total: Decimal) -> Doc:
    root = "https://shop.example/checkout/order-pay"
    return {
        "payment_url": f"{root}/{doc['id']}/?pay_for_order=true&key={doc['order_key']}",
        "is_editable": doc["status"] in EDITABLE,
        "needs_payment": doc["status"] in UNPAID and total > 0,
        "needs_processing": doc["status"] in PAID or any(line["product_id"] for line in doc["line_items"]),
    }
