"""Reads the results of a run from a JSON report."""

from __future__ import annotations

import sys
from pathlib import Path

from qa_sync.errors import UsageError
from qa_sync.files import UnsuitableFile, configured_limit, read_limited, too_large
from qa_sync.location import Location
from qa_sync.reports.formats import results_json_reader
from qa_sync.reports.shared.page_options import SourceLine
from qa_sync.running.results import Results

STDIN = "-"
MAX_RESULTS_BYTES = 1_000_000_000
"""Bytes of a JSON report: ten times that of 10,000 checks with their requests."""
MAX_RESULTS = "QA_SYNC_MAX_RESULTS"
"""The environment variable with another limit."""
HOW_TO_WRITE = "qa-sync check SPEC --report json=results.json writes one"


def read_results(path: str) -> Results:
    """Read a run's results; `-` is standard input.

    Raises UsageError when the file is missing, is not UTF-8, or does not contain results.
    """
    place = Location("standard input" if path == STDIN else path)
    try:
        data = _read_stdin() if path == STDIN else read_limited(Path(path), MAX_RESULTS_BYTES, MAX_RESULTS)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text, expected results as JSON", location=place, hint=HOW_TO_WRITE) from None
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        hint = f"unset {MAX_RESULTS}, or correct it" if reason.startswith(MAX_RESULTS) else HOW_TO_WRITE
        raise UsageError(f"the results cannot be read: {reason}", location=place, hint=hint) from None
    return results_json_reader.parse(text, place.path)


def _read_stdin() -> bytes:
    limit = configured_limit(MAX_RESULTS_BYTES, MAX_RESULTS)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise UnsuitableFile(too_large(limit, MAX_RESULTS))
    return data


def source_lines(results: Results) -> SourceLine:
    """Return a function that gives a line of a spec, from the texts in the results."""
    lines = {spec.spec: (spec.text or "").splitlines() for spec in results.specs}

    def source_line(spec: str, line: int) -> str | None:
        text = lines.get(spec, [])
        return text[line - 1] if 0 < line <= len(text) else None

    return source_line
