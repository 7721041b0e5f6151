"""The dates of a product that can be written.

Source: docs/explanation/vendors/woocommerce.rst, "Dates as measured".
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.products.product_fields import DATES
from qa_sync.sandbox.woocommerce.shop import STAMP


def sent_dates(body: Doc, zone: ZoneInfo) -> Doc:
    """Return the dates that are sent, in UTC: that of the creation is UTC in both members, those of a sale are local.

    An empty text clears the date of a sale, a null changes nothing (measured: Dates).
    """
    found: Doc = {}
    for name in DATES:
        for member, given in ((name, zone if "sale" in name else UTC), (f"{name}_gmt", UTC)):
            if body.get(member) == "" and "sale" in name:
                found[name] = None
            elif body.get(member):
                at = datetime.fromisoformat(body[member])
                found[name] = (at if at.tzinfo else at.replace(tzinfo=given)).astimezone(UTC).strftime(STAMP)
    return found
