"""Whether a stored value may be what a system has kept of a value that was sent: a part of it, or a rounded one.

Some systems cut, strip or round a value when they store it, while their response repeats what was sent. Such a value is
no edit of another client: written back, it would damage the original.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from qa_sync.values.form import Canonical

LONGEST_ROUNDING: Final = timedelta(days=1)
"""A system may keep only the date of a time."""


def may_be_stored_as(sent: Canonical, stored: Canonical) -> bool:
    """Return whether a system may have stored `sent` as `stored`; an empty value is a part of any value."""
    match sent, stored:
        case _, None | "" | ():
            return True
        case (tuple(), tuple()):
            return all(any(may_be_stored_as(one, other) for one in sent) for other in stored)
        case (str(), str()):
            one, other = _letters(sent), _letters(stored)
            return bool(one) and (_is_part(one, other) or _is_part(other, one))
        case (datetime(), datetime()):
            return abs(sent - stored) < LONGEST_ROUNDING
        case (Decimal() | int(), Decimal() | int()):
            return _is_rounded(Decimal(sent), Decimal(stored))
        case _:
            return False


def _letters(text: str) -> str:
    """Return a text without accents, case and blanks."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c) and not c.isspace())


def _is_part(part: str, whole: str) -> bool:
    """Return whether the characters of `part` stand in `whole` in this order; others may stand between them."""
    rest = iter(whole)
    return all(character in rest for character in part)


def _is_rounded(exact: Decimal, rounded: Decimal) -> bool:
    """Return whether a number was rounded, or cut, to the last digit of another."""
    exponent = rounded.normalize().as_tuple().exponent
    return isinstance(exponent, int) and abs(exact - rounded) < Decimal(1).scaleb(exponent)
