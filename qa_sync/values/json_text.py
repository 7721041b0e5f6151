"""JSON read quickly: by msgspec, which is several times as fast as `json`, and by `json` whatever msgspec refuses.

msgspec refuses some texts that `json` reads (half of a surrogate pair, a number beyond every float) and reads none that
`json` refuses, so the result is always that of `json`.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from msgspec import DecodeError
from msgspec.json import Decoder

from qa_sync.values.form import Json


def read_json(text: str) -> Json:
    """Return what `json.loads` returns; raises ValueError and RecursionError as it does."""
    try:
        return _PLAIN.decode(text)
    except DecodeError:
        pass
    return json.loads(text)


def read_exact_json(text: str) -> Json:
    """Return the value with decimals instead of floats; raises ValueError, also for NaN, and RecursionError."""
    try:
        return _EXACT.decode(text)
    except (DecodeError, InvalidOperation):
        pass
    return _EXACT_STANDARD.decode(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the number {text} has an exponent that no decimal has") from None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_PLAIN: Final = Decoder()
_EXACT: Final = Decoder(float_hook=Decimal)
_EXACT_STANDARD: Final = json.JSONDecoder(parse_float=_decimal, parse_constant=_reject_constant)
