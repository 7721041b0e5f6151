"""The numbers of a sample order, which must be consistent, because systems recompute totals.

Source: docs/explanation/mapping.rst, "Totals".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

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

QUANTITIES = (3, 1, 2, 4)
PRICES = (Decimal("19.90"), Decimal("0.05"), Decimal("7.00"), Decimal("12.30"))


def lines_after_edit(version: int, *, can_remove: bool) -> int:
    """Return the number of lines of the order's version: the first edit on a side removes one, the second adds one."""
    removed = LINES_AFTER_EDIT.get(version) if can_remove else None
    return removed or (LINES_WITH_ADDED if version >= SECOND_EDIT else LINES)


@cache
def amounts(version: int, lines: int = LINES) -> Mapping[str, Canonical]:
    """Return quantities, prices and totals by concept; concepts of lines have a tuple with a value per line."""
    quantities = (QUANTITIES[0] + version, *QUANTITIES[1:lines])
    prices = (PRICES[0], PRICES[1] + version, *PRICES[2:lines])
    totals = tuple(q * p for q, p in zip(quantities, prices, strict=True))
    subtotal = sum(totals, Decimal(0))
    shipping, discount = Decimal("49.05") + version, Decimal("10.50") + version
    return {
        "lines.quantity": quantities,
        "lines.unit_price": prices,
        "lines.total": totals,
        "subtotal": subtotal,
        "shipping_total": shipping,
        "discount_total": discount,
        "tax_total": Decimal("0.00"),
        "total": subtotal + shipping - discount,
    }
