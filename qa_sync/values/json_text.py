"""JSON in UTF-8, read and written quickly: by msgspec, several times as fast as `json`, else by `json`.

msgspec refuses some texts that `json` reads (half of a surrogate pair, a number beyond every float) and reads none that
`json` refuses, so the result is always that of `json`.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from msgspec.json import Decoder, Encoder

from qa_sync.values.form import Json

LARGE_BYTES: Final = 16_000_000
"""The size of a text that is not read again as a whole, which takes up to four times its size."""


def read_json(content: bytes) -> Json:
    """Return what `json.loads` makes of the text; raises ValueError and RecursionError as it does."""
    try:
        return _PLAIN.decode(content)
    except ValueError:
        pass
    return json.loads(content.decode())


def read_exact_json(content: bytes) -> Json:
    """Return the value with decimals instead of floats; raises ValueError, also for NaN, and RecursionError."""
    try:
        return _EXACT.decode(content)
    except (ValueError, InvalidOperation):
        if len(content) > LARGE_BYTES and not content.isascii():
            raise ValueError("too large to be read as a whole") from None
    return _EXACT_STANDARD.decode(content.decode())


def canonical_json(content: bytes) -> str:
    """Return the JSON text with sorted members and without blanks; raises ValueError and RecursionError."""
    try:
        return _SORTING_ENCODER.encode(_PLAIN.decode(content)).decode()
    except (ValueError, OverflowError):
        pass
    value = json.loads(content)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if not text.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in text):  # noqa: PLR2004 - half a surrogate pair
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text


def write_json(value: Json) -> bytes:
    """Return a value as JSON to be searched; what JSON has no form for is its text."""
    try:
        return _ENCODER.encode(value)
    except (ValueError, OverflowError, TypeError):  # half of a surrogate pair, a number of more than 64 bits
        return json.dumps(value, default=str).encode()


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the number {text} has an exponent that no decimal has") from None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_ENCODER: Final = Encoder()
_SORTING_ENCODER: Final = Encoder(order="sorted")
_PLAIN: Final = Decoder()
_EXACT: Final = Decoder(float_hook=Decimal)
_EXACT_STANDARD: Final = json.JSONDecoder(parse_float=_decimal, parse_constant=_reject_constant)
