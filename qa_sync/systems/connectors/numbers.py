"""Numbers that are written as text or as a parameter, `$ENV(x)`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from qa_sync.errors import UsageError
from qa_sync.systems.templates.references import REFERENCE, ReferenceResolver
from qa_sync.values.form import Json

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""The first and the last status of each range."""


def parse_status_ranges(raw: Json) -> Ranges:
    """Return a list of statuses as ranges, or an empty tuple if it is invalid."""
    return _parsed(raw) if raw and is_status_list(raw) else ()


def is_status_list(raw: Json) -> bool:
    """Return whether a value is a valid list of statuses."""
    try:
        return bool(_parsed(raw))
    except ValueError:
        return False


def in_status_ranges(status: int, ranges: Ranges) -> bool:
    """Return whether a status is in one of the ranges."""
    return any(low <= status <= high for low, high in ranges)


def _parsed(raw: Json) -> Ranges:
    ends = (part.partition("-") for part in str(raw).split(",") if part)
    return tuple((int(low), int(high or low)) for low, _, high in ends)


OPERATION_NUMBERS: Final = ("page_size", "rate_limiting_retries", "rate_limiting_delay")
SERVICE_NUMBERS: Final = (
    "connect_timeout",
    "read_timeout",
    "rate_limiting_retries",
    "rate_limiting_delay",
    "retry_strategy",
)
TIMES: Final = frozenset(
    {"connect_timeout", "read_timeout", "rate_limiting_delay", "read_retry_delay", "write_retry_delay"}
)
"""The numbers that need not be integers."""


def number(value: Json) -> int | float | None:
    """Return a number that may be written as text, as int if it is whole; None if it is not a number."""
    try:
        parsed = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(parsed):
        return None
    return int(parsed) if parsed.is_integer() else parsed


def whole(value: Json) -> int | None:
    """Return an integer that may be written as text, or None if it is not one."""
    parsed = number(value)
    return parsed if isinstance(parsed, int) else None


def unresolved_numbers(raw: Mapping[str, Json]) -> dict[str, str]:
    """Return the numbers of an operation that contain references, as written."""
    texts = {name: raw[name] for name in OPERATION_NUMBERS if isinstance(raw.get(name), str)}
    return {name: text for name, text in texts.items() if REFERENCE.search(text)}


def resolve_number(name: str, raw: Json, at: str, references: ReferenceResolver) -> Json:
    """Return a number, or an object of numbers, with references resolved; `name` is its key, `at` its path.

    Raises UsageError if a resolved value is not a valid number. An invalid value without references is returned
    unchanged.
    """
    if isinstance(raw, Mapping):
        return {references.text(key): resolve_number(key, each, f"{at}.{key}", references) for key, each in raw.items()}
    if not isinstance(raw, str):
        return raw
    if not REFERENCE.search(raw):
        return raw if number(raw) is None else number(raw)
    parsed = number(references.tree(raw)) if name in TIMES else whole(references.tree(raw))
    if parsed is None or parsed < 0:
        kind = "a number" if name in TIMES else "an integer"
        raise UsageError(f"{references.system}: {at} must be {kind}, but the value of {raw} is not")
    return parsed
