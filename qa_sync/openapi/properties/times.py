"""Times: how they are written, deduced from an example, and which member is the time of the last change."""

from __future__ import annotations

import re
from typing import Final

from qa_sync.openapi.reading.schema import Schema
from qa_sync.openapi.spelling import joined

MODIFIED: Final = re.compile(
    r"(date)?(last)?(updated|modified|changed|update|change|modification|edited)"
    r"(?:timestamp|datetime|dateutc|date|time|at|on|utc|gmt)*+"
)
STYLES: Final = (
    ("ms_z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")),
    ("z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")),
    ("offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:?\d\d")),
    ("naive_utc", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")),
)
"""How times are written."""


def time_style(schema: Schema) -> tuple[str, str]:
    """Return how a time is written, and why that is a guess."""
    example = schema.example
    for style, pattern in STYLES:
        if isinstance(example, str) and pattern.fullmatch(example):
            return style, ""
    return "z", "the style of times"


def is_instant(schema: Schema) -> bool:
    """Return whether a document says that a member is a time; some have formats of their own."""
    return schema.word("format") in {"date-time", "datetime", "timestamp"} and schema.is_a("string")


def is_modified(name: str, schema: Schema) -> bool:
    """Return whether a member is the time of the last change, by its name and form."""
    is_time = is_instant(schema) or time_style(schema)[1] == ""
    return is_time and MODIFIED.fullmatch(joined(name)) is not None


def is_other_time(name: str, schema: Schema) -> bool:
    """Return whether a member is a time of the last change that is not written as ISO 8601."""
    is_named = MODIFIED.fullmatch(joined(name)) is not None and schema.is_a("string")
    return is_named and isinstance(schema.example, str) and time_style(schema)[1] != ""
