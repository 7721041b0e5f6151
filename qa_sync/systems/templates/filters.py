"""What connector expressions can do beside plain Jinja; pure.

`base64url_encode` is an extension of ours: the format has no filter for it, and APIs want it
(docs/explanation/vendors/real-systems.rst, "What Tryton does").

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
    """Return a text in an encoding; raises LookupError for one that nobody knows."""
    return value if isinstance(value, bytes) else str(value).encode(encoding)


def b64encode(value: object) -> bytes:
    """Return a text (as UTF-8) or bytes as base64, itself bytes: `| b64encode).decode()` is how templates show it."""
    return base64.b64encode(as_bytes(value))


def base64_encode(value: object) -> str:
    """Return a text (as UTF-8) or bytes as base64."""
    return base64.b64encode(as_bytes(value)).decode()


def base64_decode(value: object) -> str | bytes:
    """Return what base64 stands for: text when it is UTF-8, else bytes. Raises ValueError."""
    raw = base64.b64decode(as_bytes(value), validate=True)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def base64url_encode(value: object) -> str:
    """Return a text (as UTF-8) or bytes as base64 with `-` and `_`, padded: what may stand in a query or a path."""
    return base64.urlsafe_b64encode(as_bytes(value)).decode()


def as_datetime(value: object) -> datetime:
    """Return nanoseconds since 1970 as a UTC time; an ISO 8601 text (`~t` before it or not) is read as well."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and not value.lstrip("-").isdecimal():
        return datetime.fromisoformat(value.removeprefix("~t"))
    return EPOCH + timedelta(microseconds=int(Decimal(str(value))) // (NS // 10**6))


def datetime_format(value: object, pattern: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """Return a time in the form that a strftime pattern tells."""
    return as_datetime(value).strftime(pattern)


def decode_jwt(context: Mapping[str, Any], token: object, *args: object, **told: object) -> object:
    """Return the claims of a JSON Web Token; `context` is what the template knows, and has READER in it.

    Raises ConnectorError as `qa_sync.systems.templates.jwt.JwtReader` does.
    """
    reader = context.get(READER)
    if reader is None:
        raise ConnectorError("decode_jwt cannot be used here")
    return reader(token, *args, **told)


def json_number(value: object) -> int | float:
    """Return an exact decimal as a JSON number; for `tojson`, which knows none. Raises TypeError for anything else."""
    if not isinstance(value, Decimal):
        raise TypeError(f"a {type(value).__name__} is no JSON value")
    return int(value) if value == value.to_integral_value() and "." not in str(value) else float(value)


READER: Final = "qa_sync.jwt_reader"
"""What reads tokens, among the variables of a template: no template can call it by that name."""

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
    """Return what every template can call: `secret('name')`, `now()` and `timedelta(...)`."""
    return {"secret": secrets.__getitem__, "now": now or _utc_now, "timedelta": timedelta}


def _utc_now() -> datetime:
    return datetime.now(UTC)
