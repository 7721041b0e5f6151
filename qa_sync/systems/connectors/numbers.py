"""Numbers that stand as text, or are left to a parameter: `$ENV(x)` (facts/SESAM.md 1.7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from qa_sync.errors import UsageError
from qa_sync.systems.templates.references import REFERENCE, ReferenceResolver
from qa_sync.values.form import Json

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""The first and the last status of each range."""


def parse_status_ranges(given: Json) -> Ranges:
    """Return a list of statuses as ranges, none when it is no such list."""
    return _parsed(given) if given and is_status_list(given) else ()


def is_status_list(given: Json) -> bool:
    """Tell whether something is a list of statuses."""
    try:
        return bool(_parsed(given))
    except ValueError:
        return False


def in_status_ranges(status: int, ranges: Ranges) -> bool:
    """Whether a status is in one of the ranges."""
    return any(low <= status <= high for low, high in ranges)


def _parsed(given: Json) -> Ranges:
    ends = (part.partition("-") for part in str(given).split(",") if part)
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
"""The numbers that need not be whole."""


def number(value: Json) -> int | float | None:
    """Return a number that may be written as text, a whole one as such; None when it is none."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() else found


def whole(value: Json) -> int | None:
    """Return a whole number that may be written as text, None when it is none."""
    found = number(value)
    return found if isinstance(found, int) else None


def unresolved_numbers(raw: Mapping[str, Json]) -> dict[str, str]:
    """Return the numbers of an operation that parameters are to fill in, as they are written."""
    texts = {name: raw[name] for name in OPERATION_NUMBERS if isinstance(raw.get(name), str)}
    return {name: text for name, text in texts.items() if REFERENCE.search(text)}


def resolve_number(name: str, told: Json, at: str, references: ReferenceResolver) -> Json:
    """Return a number, or an object of such, with what parameters fill in; `name` is its own, `at` where it is.

    Raises UsageError for what is no number of that kind then. What is none and asks for nothing stays as it is.
    """
    if isinstance(told, Mapping):
        return {
            references.text(key): resolve_number(key, each, f"{at}.{key}", references) for key, each in told.items()
        }
    if not isinstance(told, str):
        return told
    if not REFERENCE.search(told):
        return told if number(told) is None else number(told)
    found = number(references.tree(told)) if name in TIMES else whole(references.tree(told))
    if found is None or found < 0:
        kind = "a number" if name in TIMES else "a whole number"
        raise UsageError(f"{references.system}: {at} must be {kind}, but the value of {told} is not")
    return found
