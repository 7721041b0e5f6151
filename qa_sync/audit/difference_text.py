"""The values of a difference as JSON texts, with exact numbers that all engines spell the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from qa_sync.audit.expressions.cells import is_unicode
from qa_sync.values.form import Json

LONGEST: Final = 25
"""Numbers with more places before or after the point get an exponent."""


def difference_text(wire: Json) -> str:
    """Return a value as JSON text; NaN and infinities, which JSON does not have, become texts."""
    if isinstance(wire, Mapping):
        return (
            "{" + ", ".join(f"{difference_text(str(key))}: {difference_text(one)}" for key, one in wire.items()) + "}"
        )
    if isinstance(wire, list | tuple):
        return "[" + ", ".join(map(difference_text, wire)) + "]"
    if isinstance(wire, float | Decimal):
        return _number(wire if isinstance(wire, Decimal) else Decimal(repr(wire)))
    if isinstance(wire, date):
        return json.dumps(wire.isoformat())
    text = json.dumps(wire, ensure_ascii=False)
    return text if is_unicode(text) else json.dumps(wire)


def _number(number: Decimal) -> str:
    if not number.is_finite():
        return json.dumps(str(number))
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - len(text) if number else 0
    minus = "-" if sign else ""
    if abs(power) <= LONGEST and len(text) + power <= LONGEST:
        return f"{Decimal(f'{minus}{text}E{power}'):f}"
    return f"{minus}{text}E{power}" if power else f"{minus}{text}"
