"""Checks the values of an operation of a `system:rest`; pure.

Source: docs/explanation/connector-format-facts.rst, "Operations".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.errors import did_you_mean
from qa_sync.systems.connectors.numbers import is_status_list, parse_status_ranges
from qa_sync.systems.connectors.operations import DEFAULT_TERMINATION
from qa_sync.values.form import Json

TERMINATION: Final = (*DEFAULT_TERMINATION, "same-next-page-link", "empty-result", "not-full-page")
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
PAYLOAD_TYPES: Final = ("json", "json-transit", "form", "text", "multipart-form")
SINCE_LOCATIONS: Final = ("query", "header", "manual")
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "method": METHODS,
    "payload-type": PAYLOAD_TYPES,
    "since_property_location": SINCE_LOCATIONS,
}
STATUSES: Final = ("allowed_status_codes", "ignored_status_codes")
COMMON_MISTAKES: Final[Mapping[str, str]] = {"payload_type": "payload-type", "payload-property": "payload_property"}
"""Common misspellings of keys, which would not be read."""


def operation_problems(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the problems of a type-checked operation's values, each as key and message."""
    if not raw.get("method"):
        yield "method", "is missing"
    yield from _wrong_choices(raw)
    yield from _wrong_strategies(raw.get("next_page_termination_strategy") or ())
    yield from ((key, _not_codes(raw[key])) for key in STATUSES if raw.get(key) and not is_status_list(raw[key]))
    yield from overlapping_statuses(raw)
    yield from (
        (slip, f"is not read; did you mean {right!r}?") for slip, right in COMMON_MISTAKES.items() if slip in raw
    )


def overlapping_statuses(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield a problem if a status is in both lists, because its meaning would be unclear."""
    allowed, ignored = (parse_status_ranges(raw.get(key)) for key in STATUSES)
    for low, high in ignored:
        if any(low <= end and start <= high for start, end in allowed):
            yield "ignored_status_codes", f"{raw['ignored_status_codes']!r} and 'allowed_status_codes' must not overlap"
            return


def _wrong_choices(raw: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for key, words in WORDS.items():
        if raw.get(key) and raw[key] not in words:
            yield key, f"{raw[key]!r} is not one of {', '.join(words)}"


def _not_codes(given: Json) -> str:
    return f"{given!r} is not a list of status codes such as 200-299,404"


def _wrong_strategies(given: Json) -> Iterator[tuple[str, str]]:
    for strategy in [given] if isinstance(given, str) else given:
        if strategy not in TERMINATION:
            near = did_you_mean(str(strategy), TERMINATION)
            yield "next_page_termination_strategy", f"unknown strategy {strategy!r}" + (f"; {near}" if near else "")
