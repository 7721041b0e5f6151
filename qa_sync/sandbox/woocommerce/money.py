"""Amounts as WooCommerce stores and returns them (docs/explanation/vendors/woocommerce.rst, "Money as measured")."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

SYMBOLS = {
    "NOK": "kr",
    "SEK": "kr",
    "DKK": "kr",
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "CHF": "CHF",
    "KWD": "د.ك",
}
CODES_TEXT = """
    AED AUD BGN BRL CAD CHF CLP CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KWD MXN MYR NOK NZD PHP PLN RON
    RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR
"""
CODES = frozenset(CODES_TEXT.split())


def as_kept(text: str, separator: str = ".") -> str:
    """Return an amount as stored: only digits, the last point and minus stay, also trailing zeros."""
    kept = re.sub(r"\.(?![^.]+$)|[^0-9.\-]", "", text.replace(separator, "."))
    return kept if re.search(r"\d", kept) else ""


def exact(text: str | None) -> Decimal:
    """Return an amount, zero for an empty one."""
    try:
        return Decimal(as_kept(text or "") or 0)
    except InvalidOperation:
        return Decimal(0)


def rounded(value: Decimal, decimals: int = 2) -> Decimal:
    """Return an amount rounded half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def shown(value: Decimal, decimals: int = 2) -> str:
    """Return an amount in the format of orders, `9.00`."""
    return str(rounded(value, decimals))


def unit_price(total: Decimal, quantity: int) -> float:
    """Return a line's price as PHP computes it: a float, whole numbers without a point."""
    price = float(total) / quantity if quantity else 0.0
    return int(price) if price.is_integer() else price
