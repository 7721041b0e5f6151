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
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC BTN BWP BYR BYN BZD CAD
    CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GGP GHS GIP GMD GNF GTQ
    GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR IRT ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PRB PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD SSP STN SYP SZL THB TJS TMT
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VEF VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
"""
CODES = tuple(CODES_TEXT.split())
"""All currencies of a shop, in the order of the vendor."""


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
