"""A note on the recorded requests that a replay did not use."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import BLANK, Line, Span, Style, columns
from qa_sync.running.results import Results

SHOWN = 3
"""How many requests of a recording are listed; the JSON report has all."""


def unused_request_lines(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return the unused requests of each recording: it contains more than was checked."""
    headed = False
    for recording in results.recordings:
        if not recording.unplayed:
            continue
        if not headed:
            yield (("Recorded requests not used", Style.STRONG),)
        headed = True
        number, more = len(recording.unplayed), len(recording.unplayed) - SHOWN
        spans: list[Span] = [
            (output.text(recording.path), Style.PLAIN),
            (f"  {number} of {recording.requests} requests", Style.QUIET),
        ]
        yield from columns([(spans, output.width - 2)], indent=2)
        lines = [*recording.unplayed[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
        for line in lines:
            yield from columns([([(output.text(line), Style.QUIET)], output.width - 4)], indent=4)
    if headed:
        yield BLANK
