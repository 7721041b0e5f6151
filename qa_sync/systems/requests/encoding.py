"""Encodes a rendered payload as the body of a request.

Source: docs/explanation/connector-format-facts.rst, "Operations".
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from qa_sync.errors import ConnectorError, NotConvertible
from qa_sync.values.form import Json

Encoded = tuple[bytes, str]
"""The bytes and their content type."""


def encode(kind: str, payload: Json) -> Encoded:
    """Return a payload encoded as the operation's `payload-type` says.

    Raises NotConvertible for a decimal that a JSON number cannot represent exactly, ConnectorError for a payload that
    cannot be encoded so.
    """
    return ENCODERS[kind](payload)


def _json(payload: Json) -> Encoded:
    return _ENCODER.encode(payload).encode(), "application/json"


def _number(value: object) -> float:
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    raise NotConvertible(f"{value} cannot be represented exactly as a JSON number")


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_number)


def _text(payload: Json) -> Encoded:
    if isinstance(payload, str) and payload.startswith("~b") and (content := _bytes(payload[2:])):
        return content, "application/octet-stream"
    return (payload if isinstance(payload, str) else _json(payload)[0].decode()).encode(), "text/plain; charset=utf-8"


def _bytes(text: str) -> bytes | None:
    """Return the decoded base64 text, or None if it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _form(payload: Json) -> Encoded:
    members = _expect_object(payload, "form").items()
    flat = dict(pair for name, member in members for pair in _flat(name, member))
    return urlencode(list(_members(flat, "form"))).encode(), "application/x-www-form-urlencoded"


def _flat(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    """Yield the members of nested objects with their names in brackets: `address[city]`, `lines[0][sku]`."""
    if isinstance(value, Mapping):
        for inner, member in value.items():
            yield from _flat(f"{name}[{inner}]", member)
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for place, each in enumerate(value):
            yield from _flat(f"{name}[{place}]", each)
    else:
        yield name, value


def _multipart(payload: Json) -> Encoded:
    parts = b"".join(_part(name, value) for name, value in _members(payload, "multipart-form"))
    # The boundary is derived from the content, so that a replay builds the same request.
    boundary = hashlib.sha256(parts).hexdigest()[:32]
    body = parts.replace(b"--\0\r\n", f"--{boundary}\r\n".encode()) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _part(name: str, value: str) -> bytes:
    quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return f'--\0\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{value}\r\n'.encode()


def _members(payload: Json, kind: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts; a list repeats the name, null is omitted."""
    for name, value in _expect_object(payload, kind).items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, to_text(each)


def _expect_object(payload: Json, kind: str) -> Mapping[str, Json]:
    if not isinstance(payload, Mapping):
        raise ConnectorError(f"a payload of the type {kind} must be an object, got a {type(payload).__name__}")
    return payload


def to_text(value: Json) -> str:
    """Return a value as text for a form or a query; objects and lists become JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value)[0].decode() if isinstance(value, Mapping | list) else str(value)


ENCODERS: Final[Mapping[str, Callable[[Json], Encoded]]] = {
    "json": _json,
    "json-transit": _json,
    "form": _form,
    "text": _text,
    "multipart-form": _multipart,
}
