"""The machine-readable reports, one line each; the terminal is no file and stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qa_sync.errors import UnknownName
from qa_sync.reports import json, junit
from qa_sync.running.results import Results

FORMATS: Mapping[str, Callable[[Results], str]] = {
    "json": json.render,
    "junit": junit.render,
}


def render(results: Results, format: str) -> str:
    """Return the results in a format of the table; raises UnknownName for another."""
    if format not in FORMATS:
        raise UnknownName("report format", format, FORMATS)
    return FORMATS[format](results)
