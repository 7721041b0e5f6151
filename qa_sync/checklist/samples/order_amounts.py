"""The numbers of a sample order, which must be consistent, because systems recompute totals; and its currency.

Source: docs/explanation/mapping.rst, "Totals".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from qa_sync.values.conversions.currencies import USUAL
from qa_sync.values.form import Canonical

LINES = 3
"""Number of lines of a sample order: enough to detect a lost line and reordered lines."""
LINES_WITH_ADDED = LINES + 1
"""Number of lines after one was added."""
LINES_WITH_REMOVED = LINES - 1
"""Number of lines after one was removed."""
SECOND_EDIT = 2
"""The version of the second edit, which adds a line to an order."""
LINES_AFTER_EDIT = {1: LINES_WITH_REMOVED, 3: LINES}
"""The number of lines of an order after the first edit on either side, which removes one."""

CURRENCIES = ("EUR", "KWD", "SEK", "JPY", "USD")
"""The currencies of versions in turn: with two decimal places, with three, and without."""
SHORT_CURRENCIES = ("EUR", "JPY", "SEK", "GBP", "USD")
"""The same for systems that keep fewer than three decimal places."""

QUANTITIES = (3, 1, 2, 4)
PRICES = (1990, 123_456_705, 700, 1230)
"""Prices in the smallest unit of the currency: one has more digits than a number of single precision keeps."""
SHIPPING, DISCOUNT = 4905, 1050
CARRIED: Mapping[str, int] = {"shipping_total": 1, "discount_total": -1}
"""What an order's total contains besides its lines: the concepts, each with the sign."""


def line_group(line: int) -> int:
    """Return the number (from 1) of the name and the product of a line: the first two lines have the same."""
    return (line + 1) // 2


def currency_of(version: int, most_places: int) -> str:
    """Return the currency of a version; `most_places` are the most decimal places that the systems keep."""
    codes = CURRENCIES if most_places > USUAL else SHORT_CURRENCIES
    return codes[version % len(codes)]


def lines_after_edit(version: int, *, can_remove: bool) -> int:
    """Return the number of lines of the order's version: the first edit on a side removes one, the second adds one."""
    removed = LINES_AFTER_EDIT.get(version) if can_remove else None
    return removed or (LINES_WITH_ADDED if version >= SECOND_EDIT else LINES)


@cache
def amounts(
    version: int, lines: int = LINES, places: int = USUAL, without: frozenset[str] = frozenset()
) -> Mapping[str, Canonical]:
    """Return quantities, prices and totals by concept; concepts of lines have a tuple with a value per line.

    `places` are the decimal places of the currency; `without` are the concepts of `CARRIED` that are None.
    """
    more = 100 * version
    quantities = (QUANTITIES[0] + version, *QUANTITIES[1:lines])
    prices = tuple(_money(n, places) for n in (PRICES[0], PRICES[1] + more, *PRICES[2:lines]))
    totals = tuple(q * p for q, p in zip(quantities, prices, strict=True))
    subtotal = sum(totals, Decimal(0))
    added = {"shipping_total": SHIPPING + more, "discount_total": DISCOUNT + more}
    given = {concept: None if concept in without else _money(units, places) for concept, units in added.items()}
    total = sum(((given[c] or Decimal(0)) * sign for c, sign in CARRIED.items()), subtotal)
    return {
        "lines.quantity": quantities,
        "lines.unit_price": prices,
        "lines.total": totals,
        "subtotal": subtotal,
        **given,
        "tax_total": _money(0, places),
        "total": total,
    }


def _money(units: int, places: int) -> Decimal:
    """Return an amount; with three decimal places the last one is used, too."""
    more_places = places - USUAL
    return Decimal(units * 10**more_places + 1 if more_places > 0 and units else units).scaleb(-places)
