"""A file that `--report json` wrote -> Results."""

from __future__ import annotations

import sys
from pathlib import Path

from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.reports.formats import results_json_reader
from qa_sync.reports.shared.page_options import SourceLine
from qa_sync.running.results import Results

STDIN = "-"
HOW_TO_WRITE = "qa-sync check SPEC --report json=results.json writes one"


def read_results(path: str) -> Results:
    """Read a run's results; `-` is standard input.

    Raises UsageError when there is no such file, when it is no UTF-8 text, and when it holds something else.
    """
    place = Location("standard input" if path == STDIN else path)
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("expected results as JSON, got no UTF-8 text", location=place, hint=HOW_TO_WRITE) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"the results cannot be read: {reason}", location=place, hint=HOW_TO_WRITE) from None
    return results_json_reader.parse(text, place.path)


def source_lines(results: Results) -> SourceLine:
    """Return what gives the lines of the documents that the results kept."""
    lines = {spec.spec: (spec.text or "").splitlines() for spec in results.specs}

    def source_line(spec: str, line: int) -> str | None:
        found = lines.get(spec, [])
        return found[line - 1] if 0 < line <= len(found) else None

    return source_line
