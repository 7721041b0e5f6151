"""Converts values to JSON values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from qa_sync.values.form import Json


def plain(value: object) -> Json:
    """Return a JSON value; types that JSON lacks become text: decimals, dates and instants (ISO 8601), `nan`.

    A report never fails because of a value; JSON values are unchanged.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return {str(key): plain(member) for key, member in value.items()}
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(member) for member in value]
        case _:
            return str(value)


AUDIT_COUNTS = {
    "matched": "with a counterpart",
    "alone": "without a counterpart",
    "keyless": "without a key",
    "several": "ambiguous",
    "same": "the same",
    "filled": "filled at the target only",
    "missing": "missing",
    "value": "with another value",
    "type": "of another type",
    "format": "in another format",
    "unreadable": "invalid at the source",
}
"""The counts of an audit check, as words after a number."""


def counts_text(value: object) -> str:
    """Return the counts of an audit check as words, an empty text for any other value."""
    if not isinstance(value, dict) or not _is_counts(value):
        return ""
    shown = {key: number for key, number in value.items() if number} or value
    return ", ".join(f"{number:,} {AUDIT_COUNTS[key]}" for key, number in shown.items())


def _is_counts(value: dict[str, object]) -> bool:
    return (
        next(iter(value), None) in {"matched", "several", "same"}
        and value.keys() <= AUDIT_COUNTS.keys()
        and all(type(number) is int for number in value.values())
    )
