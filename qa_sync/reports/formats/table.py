"""The table of report formats.

A format's module is imported only when it is used, so that a replay without reports starts fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from qa_sync.errors import UnknownName
from qa_sync.running.results import Results

FORMATS: Mapping[str, str] = {
    "json": "qa_sync.reports.formats.results_json",
    "junit": "qa_sync.reports.formats.junit",
    "html": "qa_sync.reports.html.page",
    "rst": "qa_sync.reports.formats.rst",
    "markdown": "qa_sync.reports.formats.markdown",
    "ndjson": "qa_sync.reports.formats.ndjson",
}
"""The formats; each is a module with a function `pieces` that yields the text of a report in parts."""

DESCRIPTIONS: Mapping[str, str] = {
    "json": "The whole result with the texts of the specs; every other format can be made of it.",
    "junit": "JUnit XML with a test case for each check.",
    "html": "One HTML file that needs no network: the spec with a verdict for each sentence and row.",
    "rst": "The spec itself with a verdict after each sentence and row.",
    "markdown": "Markdown for the summary of a CI job.",
    "ndjson": "The events of the run, one JSON object in a line.",
}
"""What each format is."""


def render(results: Results, format: str) -> str:
    """Return the results in a format of the table; raises UnknownName for an unknown format."""
    return "".join(pieces(results, format))


def pieces(results: Results, format: str) -> Iterator[str]:
    """Yield the text of `render` in parts, so that a large report is never in memory as a whole.

    Raises UnknownName for an unknown format.
    """
    if format not in FORMATS:
        raise UnknownName("report format", format, FORMATS)
    make: Callable[[Results], Iterator[str]] = import_module(FORMATS[format]).pieces
    return make(results)
