"""What is not well as workflow commands, which GitHub shows beside the lines of the document."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.wording import as_json, excerpts
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results

LONG = 1_000
LEVELS = {Status.FAILED: "error", Status.ERROR: "warning"}
"""A promise that does not hold is an error; what could not be found out is a warning."""

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(results: Results) -> Iterator[str]:
    """Yield a command for each check that failed or could not be found out, each with its line break.

    GitHub shows ten errors and ten warnings of a step; the others stand in its log.
    """
    return (_command(check) for check in results.checks if check.status in LEVELS)


def _command(check: CheckFinished) -> str:
    title = f"{check.kind}: {check.title}"
    place = f"file={_property(check.spec)},line={check.line},title={_property(title)}"
    return f"::{LEVELS[check.status]} {place}::{escape_invisible(_message(check), lines=True).translate(_DATA)}\n"


def _message(check: CheckFinished) -> str:
    said = (check.message or check.title)[:LONG]
    if check.expected is None or check.actual is None:
        return said
    expected, actual = excerpts(as_json(check.expected), as_json(check.actual))
    return f"{said}\nexpected {expected}\nactual   {actual}"


def _property(some: str) -> str:
    return escape_invisible(some).translate(_PROPERTY)


ANNOTATIONS = {"github": github}
"""Who annotates, by the name that `--annotations` knows."""
