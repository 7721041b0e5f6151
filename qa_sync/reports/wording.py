"""The words that reports for people share: counts, times, values, and what belongs together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import TypeAlias

from qa_sync.dataflow.model import Origin
from qa_sync.frozen import dataclass
from qa_sync.reports.json_values import plain
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.running.results import Results
from qa_sync.values.form import Json

LONG = 240
"""Values of more characters are shown in part."""

LEGEND = {
    Origin.INFERRED: "the document does not name this pair; it follows from what the two systems' entities share",
    Origin.SETTINGS: "the document does not name this pair; it comes from the settings",
}
"""What a pair is that is no promise of the document."""

NOTHING_VERIFIED = "Nothing was verified: no check passed or failed."

Place: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong in the same way for one or more checks of the same line."""

    status: Status
    message: str | None
    expected: str | None
    actual: str | None
    records: tuple[RecordRef, ...]


def counts(checks: Iterable[CheckFinished]) -> list[tuple[Status, int]]:
    """Return the statuses that occur with their numbers, in the order of `Status`."""
    count = Counter(check.status for check in checks)
    return [(status, count[status]) for status in Status if count[status]]


def seconds(value: float | None) -> str:
    """Return a time in three digits (`0.42 s`, `12.3 s`, `120 s`), an empty text for None."""
    if value is None:
        return ""
    digits = 2 if value < 10 else 1 if value < 100 else 0  # noqa: PLR2004 - three digits each
    return f"{value:.{digits}f} s"


def mark_of(check: CheckFinished) -> str:
    """Return the word that says that a check's pair is no promise of the document, else an empty text."""
    return check.origin.value if check.origin in LEGEND else ""


def reasons(results: Results, status: Status) -> list[tuple[str, int]]:
    """Return why checks have that status and how many each, in the order of their first appearance."""
    return list(Counter(c.message or "no reason given" for c in results.checks if c.status is status).items())


def problems(results: Results) -> dict[Place, dict[Problem, list[CheckFinished]]]:
    """Return what failed or could not be found out, by the document's line; what is alike stands together."""
    found: dict[Place, dict[Problem, list[CheckFinished]]] = {}
    for check in results.checks:
        if check.status in {Status.FAILED, Status.ERROR}:
            here = found.setdefault((check.spec, check.line), {})
            here.setdefault(_problem(check), []).append(check)
    return found


def excerpts(expected: str, actual: str, most: int = LONG) -> tuple[str, str]:
    """Return two long texts from shortly before their first difference on, with a note of what is left out.

    `most` is how many characters of each are shown.
    """
    if max(len(expected), len(actual)) <= most:
        return expected, actual
    pairs = enumerate(zip_longest(expected, actual))
    first = next((n for n, (one, other) in pairs if one != other), 0)
    start = max(0, first - most // 4)
    return _excerpt(expected, start, most), _excerpt(actual, start, most)


def _problem(check: CheckFinished) -> Problem:
    given = check.expected is not None or check.actual is not None
    return Problem(
        check.status,
        check.message,
        as_json(check.expected) if given else None,
        as_json(check.actual) if given else None,
        check.records,
    )


def _excerpt(text: str, start: int, most: int) -> str:
    part = text[start : start + most]
    return part if part == text else f"{part} (characters {start + 1} to {start + len(part)} of {len(text)})"


def as_json(value: Json) -> str:
    """Return a value as JSON that a person can read, all characters as they are."""
    return json.dumps(plain(value), ensure_ascii=False)
