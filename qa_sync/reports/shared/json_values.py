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
