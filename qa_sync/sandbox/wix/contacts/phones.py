"""International phone numbers, as in the `e164Phone` of Wix."""

from __future__ import annotations

import re

from qa_sync.values.conversions.calling_codes import calling_codes

TRUNK_ZERO_STAYS = {"IT"}


def e164(country: str | None, phone: str | None) -> str | None:
    """Return `+4740000001` when the country and the number form a possible number, else None.

    Source: docs/explanation/vendors/wix.rst, "Contact fields".
    """
    code = calling_codes().get(country or "")
    if not phone or not code:
        return None
    digits = re.sub(r"[^0-9]", "", phone)
    if phone.strip().startswith("+"):
        whole = digits
    else:
        whole = code + (digits if country in TRUNK_ZERO_STAYS else digits.removeprefix("0"))
    return f"+{whole}" if 8 <= len(whole) <= 15 else None  # noqa: PLR2004 - ITU-T E.164 allows 15
