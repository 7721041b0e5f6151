"""Filters and functions of connector expressions; pure.

`base64url_encode` is an extension of qa-sync, because some APIs need it (docs/explanation/vendors/real-systems.rst,
"What Tryton does").

Source: docs/explanation/connector-format-facts.rst, "Expressions".
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from qa_sync.errors import ConnectorError

NS: Final = 1_000_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def as_bytes(value: object) -> bytes:
    """Return a text as UTF-8."""
    return value if isinstance(value, bytes) else str(value).encode()


def to_bytes(value: object, encoding: str = "utf-8") -> bytes:
    """Return a text in an encoding; raises LookupError for an unknown encoding."""
    return value if isinstance(value, bytes) else str(value).encode(encoding)


def b64encode(value: object) -> bytes:
    """Return a text (as UTF-8) or bytes as base64, as bytes: templates use `| b64encode).decode()`."""
    return base64.b64encode(as_bytes(value))


def base64_encode(value: object) -> str:
    """Return a text (as UTF-8) or bytes as base64."""
    return base64.b64encode(as_bytes(value)).decode()


def base64_decode(value: object) -> str | bytes:
    """Return decoded base64: text if it is UTF-8, else bytes; raises ValueError."""
    raw = base64.b64decode(as_bytes(value), validate=True)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def base64url_encode(value: object) -> str:
    """Return a text (as UTF-8) or bytes as padded URL-safe base64, for a query or a path."""
    return base64.urlsafe_b64encode(as_bytes(value)).decode()


def as_datetime(value: object) -> datetime:
    """Return nanoseconds since 1970, or an ISO 8601 text (with or without `~t`), as a time."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and not value.lstrip("-").isdecimal():
        return datetime.fromisoformat(value.removeprefix("~t"))
    return EPOCH + timedelta(microseconds=int(Decimal(str(value))) // (NS // 10**6))


def datetime_format(value: object, pattern: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """Return a time formatted by a strftime pattern."""
    return as_datetime(value).strftime(pattern)


def decode_jwt(context: Mapping[str, Any], token: object, *args: object, **options: object) -> object:
    """Return the claims of a JSON Web Token; `context` are the template's variables, with READER among them.

    Raises ConnectorError as `qa_sync.systems.templates.jwt.JwtReader` does.
    """
    reader = context.get(READER)
    if reader is None:
        raise ConnectorError("decode_jwt is not available here")
    return reader(token, *args, **options)


def json_number(value: object) -> int | float:
    """Return a Decimal as a JSON number, for `tojson`; raises TypeError for anything else."""
    if not isinstance(value, Decimal):
        raise TypeError(f"a {type(value).__name__} is not a JSON value")
    return int(value) if value == value.to_integral_value() and "." not in str(value) else float(value)


READER: Final = "qa_sync.jwt_reader"
"""The variable with the JwtReader; templates cannot use a name with a dot."""

FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "bytes": to_bytes,
    "tobytes": to_bytes,
    "b64encode": b64encode,
    "base64_encode": base64_encode,
    "base64_decode": base64_decode,
    "base64url_encode": base64url_encode,
    "datetime": as_datetime,
    "datetime_format": datetime_format,
}


def template_functions(
    secrets: Mapping[str, str], now: Callable[[], datetime] | None
) -> dict[str, Callable[..., object]]:
    """Return the functions of all templates: `secret('name')`, `now()` and `timedelta(...)`."""
    return {"secret": secrets.__getitem__, "now": now or _utc_now, "timedelta": timedelta}


def _utc_now() -> datetime:
    return datetime.now(UTC)
