"""Status codes as the format writes them: `200-299,404`. Pure; facts/SESAM.md 1.2."""

from __future__ import annotations

from typing import TypeAlias

from qa_sync.values.form import Json

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""The first and the last status of each range."""


def codes_of(given: Json) -> Ranges:
    """Return a list of statuses as ranges, none when it is no such list."""
    return _parsed(given) if given and are_codes(given) else ()


def are_codes(given: Json) -> bool:
    """Tell whether something is a list of statuses."""
    try:
        return bool(_parsed(given))
    except ValueError:
        return False


def one_of(status: int, ranges: Ranges) -> bool:
    """Whether a status is in one of the ranges."""
    return any(low <= status <= high for low, high in ranges)


def _parsed(given: Json) -> Ranges:
    ends = (part.partition("-") for part in str(given).split(",") if part)
    return tuple((int(low), int(high or low)) for low, _, high in ends)
