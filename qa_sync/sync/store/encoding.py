"""Encoding of values and records as texts for SQLite, lossless in both directions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from qa_sync.values.form import Canonical, Json

DECIMAL: Final = "$decimal"


def encode(value: Canonical) -> str:
    """Return a canonical value as JSON text; equal values have equal texts."""
    if value is None:
        return "null"
    return _quoted(value) if type(value) is str else _ENCODER.encode(_plain(value))


def decode(text: str) -> Canonical:
    """Return the canonical value of a text made by `encode`."""
    return _from_plain(json.loads(text))


def to_json(data: Json) -> str:
    """Return JSON data as text: members sorted, decimals exact."""
    return _SORTED.encode(data)


def from_json(text: str) -> Json:
    """Return the data of a text made by `to_json`."""
    return json.loads(text, object_hook=_inexact) if DECIMAL in text else json.loads(text)


def digest(text: str) -> str:
    """Return a short text that differs when the text differs."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def fingerprint(*data: Json) -> str:
    """Return a short text that differs when the JSON values differ."""
    return digest(to_json(data))


def _plain(value: Canonical) -> Json:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        text = format(value, "f")
        return {"decimal": text.rstrip("0").rstrip(".") if "." in text else text}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


_READ: Final[Mapping[str, Callable[[str], Canonical]]] = {
    "decimal": Decimal,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def _from_plain(plain: Json) -> Canonical:
    if isinstance(plain, list):
        return tuple(_from_plain(element) for element in plain)
    if isinstance(plain, dict):
        ((kind, text),) = plain.items()
        return _READ[kind](text)
    value: Canonical = plain
    return value


def _exact(value: object) -> Json:
    return {DECIMAL: str(value)}


# Created once, because json.dumps creates an encoder for each call; a plain string needs only the quoting function.
_quoted: Final = json.encoder.encode_basestring_ascii
_ENCODER: Final = json.JSONEncoder()
_SORTED: Final = json.JSONEncoder(sort_keys=True, default=_exact, separators=(",", ":"))


def _inexact(members: dict[str, Json]) -> Json:
    if members.keys() == {DECIMAL} and isinstance(members[DECIMAL], str):
        try:
            return Decimal(members[DECIMAL])
        except InvalidOperation:
            return members  # a system's own member of that name
    return members
