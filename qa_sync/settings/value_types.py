"""The types of values in the settings: each has a description, a JSON Schema and a `read` function.

`read` raises ValueError for an invalid value; the schema makes an editor report the same values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from qa_sync.settings.model import Rate, Trigger

SECONDS: Final[Mapping[str, float]] = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
REFERENCE: Final = r"^\$[A-Za-z_][A-Za-z0-9_]*$"
BYTES: Final[Mapping[str, int]] = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
SIZE: Final = r"^[1-9][0-9]{0,5}(kB|MB|GB)$"
DURATION: Final = r"^[0-9]+(\.[0-9]+)?(ms|s|min|h)$"
RATE: Final = r"^[1-9][0-9]*/(s|min|h)$"
URL: Final = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
DOMAIN: Final = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$"
HOST: Final = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?$"


class ValueType(Struct, frozen=True):
    """A type of value: its description for messages, its JSON Schema, and the function that reads it.

    A value that is not `shown` in messages may be, or may contain, a credential.
    """

    expected: str
    schema: Mapping[str, Any]
    read: Callable[[Any], Any]
    shown: bool = False


def _typed(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind or value == "":
            raise ValueError(value)
        return value

    return read


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(value)
    return value


def _patterned(expected: str, pattern: str, make: Callable[[str], Any] = str, *, shown: bool = False) -> ValueType:
    compiled = re.compile(pattern.removesuffix("$") + r"\Z")

    def read(value: Any) -> Any:
        if not isinstance(value, str) or not compiled.match(value):
            raise ValueError(value)
        return make(value)

    return ValueType(expected, {"type": "string", "pattern": pattern}, read, shown=shown)


def _choice(words: Iterable[str], make: Callable[[str], Any] = str) -> ValueType:
    known = list(words)

    def read(value: Any) -> Any:
        if value not in known:
            raise ValueError(value)
        return make(value)

    return ValueType(f"one of {', '.join(known)}", {"enum": known}, read, shown=True)


def _list_of(item: ValueType, expected: str) -> ValueType:
    def read(value: Any) -> Any:
        if not isinstance(value, list) or not value:
            raise ValueError(value)
        return tuple(item.read(v) for v in value)

    return ValueType(expected, {"type": "array", "items": dict(item.schema), "minItems": 1}, read)


def _table_of(item: ValueType, expected: str) -> ValueType:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(value)  # noqa: TRY004 - one exception for all types
        return {name: item.read(v) for name, v in value.items()}

    return ValueType(expected, {"type": "object", "additionalProperties": dict(item.schema)}, read)


def _seconds(text: str) -> float:
    number, unit = re.findall(r"[0-9.]+|[a-z]+", text)
    return round(float(number) * SECONDS[unit], 6)


def _rate(text: str) -> Rate:
    count, _, unit = text.partition("/")
    return Rate(int(count), SECONDS[unit])


def _size(text: str) -> int:
    return int(text[:-2]) * BYTES[text[-2:]]


def _zone(value: Any) -> Any:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - rarely needed, and slow to import

    try:
        return ZoneInfo(value)
    except (LookupError, TypeError, OSError) as error:
        raise ValueError(value) from error


def _value(value: Any) -> Any:
    if not isinstance(value, str | int):
        raise ValueError(value)  # noqa: TRY004 - one exception for all types
    return value


def _template(value: Any) -> Any:
    if not isinstance(value, dict | list | str) or not _is_json(value):
        raise ValueError(value)
    return value


def _is_json(value: Any) -> bool:
    """Return whether a value can be sent as JSON; TOML also has dates and times."""
    if isinstance(value, dict | list):
        return all(map(_is_json, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str | int | float)


TEXT: Final = ValueType("a non-empty string", {"type": "string", "minLength": 1}, _typed(str))
COUNT: Final = ValueType("an integer of at least 1", {"type": "integer", "minimum": 1}, _count, shown=True)
FLAG: Final = ValueType("true or false", {"type": "boolean"}, _typed(bool), shown=True)
URL_VALUE: Final = _patterned('a URL such as "https://host/path", without a user, a query or a fragment', URL)
DURATION_VALUE: Final = _patterned('a duration such as "120s" or "2min"', DURATION, _seconds, shown=True)
SIZE_VALUE: Final = _patterned('a size such as "64MB"', SIZE, _size, shown=True)
RATE_VALUE: Final = _patterned('a rate such as "200/min"', RATE, _rate, shown=True)
ENV: Final = _patterned('the name of an environment variable, written "$NAME"', REFERENCE, lambda text: text[1:])
ENV_TABLE: Final = _table_of(ENV, 'a table of environment variables: { name = "$NAME" }')
WORDS: Final = _list_of(TEXT, 'a list of strings: ["program", "argument"]')
HOSTS: Final = _list_of(
    _patterned('a host such as "files.example.com"', HOST, str.lower), 'a list of hosts: ["files.example.com"]'
)
DOMAIN_VALUE: Final = _patterned('a domain such as "qa.example.com"', DOMAIN, str.lower, shown=True)
TRIGGER: Final = _choice(list(Trigger), Trigger)
METHOD: Final = _choice(("GET", "POST"))
ZONE: Final = ValueType('a time zone such as "Europe/Oslo"', {"type": "string", "minLength": 1}, _zone, shown=True)
VALUE: Final = ValueType("a string, an integer, true or false", {"type": ["string", "integer", "boolean"]}, _value)
PARAMETERS: Final = _table_of(VALUE, 'a table of values: { account_id = "12345" }')
PAYLOADS: Final = _table_of(
    ValueType("a table, a list or a string", {"type": ["object", "array", "string"]}, _template),
    'a table of JSON templates by operation: { "contact-insert" = { contact = "{{ name }}" } }',
)
VALUES: Final = _list_of(VALUE, 'a list of values: ["Sold", "Won"]')
DURATIONS: Final = _table_of(DURATION_VALUE, 'a table of durations: { "HEADING" = "60s" }')
LITERALS: Final = _table_of(TEXT, 'a table of strings: { "wd:Q..." = "NO" }')
JSON_TYPE: Final = _choice(("string", "integer", "number", "boolean"))
EMPTY: Final = _choice(("keep", "erase"))
DELETES: Final = _choice(("unchecked", "kept", "carried"))
CONFLICT: Final = _choice(("newest", "unchecked"))
