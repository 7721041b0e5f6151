"""International phone numbers, as in the `e164Phone` of Wix."""

from __future__ import annotations

import re

CALLING_CODES = {
    "AT": "43", "AU": "61", "BE": "32", "BR": "55", "CA": "1", "CH": "41", "CN": "86", "CZ": "420", "DE": "49",
    "DK": "45", "EE": "372", "ES": "34", "FI": "358", "FO": "298", "FR": "33", "GB": "44", "GR": "30", "IE": "353",
    "IL": "972", "IN": "91", "IS": "354", "IT": "39", "JP": "81", "LT": "370", "LV": "371", "NL": "31", "NO": "47",
    "NZ": "64", "PL": "48", "PT": "351", "SE": "46", "UA": "380", "US": "1", "ZA": "27",
}  # fmt: skip
TRUNK_ZERO_STAYS = {"IT"}


def e164(country: str | None, phone: str | None) -> str | None:
    """Return `+4740000001` when the country and the number form a possible number, else None.

    Source: docs/explanation/vendors/wix.rst, "Contact fields".
    """
    code = CALLING_CODES.get(country or "")
    if not phone or not code:
        return None
    digits = re.sub(r"[^0-9]", "", phone)
    if phone.strip().startswith("+"):
        whole = digits
    else:
        whole = code + (digits if country in TRUNK_ZERO_STAYS else digits.removeprefix("0"))
    return f"+{whole}" if 8 <= len(whole) <= 15 else None  # noqa: PLR2004 - ITU-T E.164 allows 15
