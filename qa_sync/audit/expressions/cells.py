"""Encodes JSON values for the engines: the kind as a small number, and a text.

`decode_cell` restores the exact value, so that `qa_sync.values` can decide what an expression cannot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum

from qa_sync.values.canonical import is_empty
from qa_sync.values.conversions.conversion import MAX_DIGITS, is_reasonable_number
from qa_sync.values.form import Json


class Kind(IntEnum):
    """The kind of a cell.

    `EMPTY`: no value; `TEXT`: a text that is certainly not blank; `NUMBER`: a finite number in Python's notation;
    `BOOLEAN`: `true` or `false`; `JSON`: any other value as JSON text; `BLANK`: a text that may be blank; `LOST`: a
    reference to a record without a counterpart; `OUTSIDE`: a property whose condition is not met.

    Source: docs/explanation/mapping.rst, "Empty values".
    """

    EMPTY = 0
    TEXT = 1
    NUMBER = 2
    BOOLEAN = 3
    JSON = 4
    BLANK = 5
    LOST = 6
    OUTSIDE = 7


EncodedCell = tuple[int, str | None]
_NOTHING: EncodedCell = (int(Kind.EMPTY), None)


def encode_cell(wire: Json) -> EncodedCell:
    """Return the kind and the text of a value; dates of typed files become ISO 8601 texts."""
    if isinstance(wire, str):
        return _text(wire)
    if wire is None or is_empty(wire):
        return _NOTHING
    if isinstance(wire, bool):
        return int(Kind.BOOLEAN), "true" if wire else "false"
    if isinstance(wire, int | float | Decimal):
        return (int(Kind.NUMBER), str(wire)) if _is_plain(wire) else (int(Kind.JSON), exact_json(wire))
    if isinstance(wire, date):
        return int(Kind.TEXT), _iso(wire)
    return int(Kind.JSON), exact_json(wire)


def decode_cell(kind: int, text: str | None) -> Json:
    """Return the value of a cell (None for a lost reference)."""
    if text is None or kind in {Kind.EMPTY, Kind.LOST, Kind.OUTSIDE}:
        return None
    if kind in {Kind.TEXT, Kind.BLANK}:
        return text
    if kind == Kind.BOOLEAN:
        return text == "true"
    return _JSON.decode(text)


_JSON = json.JSONDecoder(parse_float=Decimal)


def _text(wire: str) -> EncodedCell:
    if not wire.strip():
        return _NOTHING
    if wire.isascii() or is_unicode(wire):
        return int(Kind.TEXT), wire
    return int(Kind.JSON), json.dumps(wire)


def is_unicode(text: str) -> bool:
    """Return whether a text can be encoded as UTF-8; lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_plain(number: float | Decimal) -> bool:
    if isinstance(number, int):
        return number.bit_length() <= MAX_DIGITS
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    return exact.is_finite() and is_reasonable_number(exact)


def _iso(day: date) -> str:
    if not isinstance(day, datetime):
        return day.isoformat()
    return day.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z" if day.tzinfo else day.isoformat()


def exact_json(wire: Json) -> str:
    """Return JSON text with exact numbers, which json.dumps does not write."""
    if isinstance(wire, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {exact_json(v)}" for key, v in wire.items()) + "}"
    if isinstance(wire, list | tuple):
        return "[" + ", ".join(exact_json(v) for v in wire) + "]"
    if isinstance(wire, Decimal):
        return str(wire) if wire.is_finite() else "NaN" if wire.is_nan() else json.dumps(float(wire))
    if isinstance(wire, date):
        return json.dumps(_iso(wire))
    return json.dumps(wire)
