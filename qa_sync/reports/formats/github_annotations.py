"""Failures and errors as GitHub workflow commands, which GitHub shows next to the lines of the spec."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.wording import as_json, excerpts
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results

LONG = 1_000
LEVELS = {Status.FAILED: "error", Status.ERROR: "warning"}
"""A failure is an annotation of level error; a check without a verdict is a warning."""

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(results: Results) -> Iterator[str]:
    """Yield a command for each failure and error, each with its line break.

    GitHub shows ten errors and ten warnings per step; the others are only in its log.
    """
    return (_command(check) for check in results.with_status(*LEVELS))


def _command(check: CheckFinished) -> str:
    title = f"{check.kind}: {check.title}"
    place = f"file={_property(check.spec)},line={check.line},title={_property(title)}"
    return f"::{LEVELS[check.status]} {place}::{escape_invisible(_message(check), lines=True).translate(_DATA)}\n"


def _message(check: CheckFinished) -> str:
    message = (check.message or check.title)[:LONG]
    if check.expected is None or check.actual is None:
        return message
    expected, actual = excerpts(as_json(check.expected), as_json(check.actual))
    return f"{message}\nexpected {expected}\nactual   {actual}"


def _property(some: str) -> str:
    return escape_invisible(some).translate(_PROPERTY)


ANNOTATIONS = {"github": github}
"""The annotation formats by their names for `--annotations`."""
