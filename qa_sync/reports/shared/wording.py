"""The words that reports for people share: counts, times, values, and what belongs together."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import TypeAlias
from unicodedata import category, normalize

from msgspec import Struct

from qa_sync.dataflow.model import Origin
from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import CheckFinished, Leftover, RecordRef, Status
from qa_sync.running.results import Results
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.compare import Difference
from qa_sync.values.form import Json

LONG = 240
"""Values of more characters are shown in part."""

LEGEND = {
    Origin.INFERRED: "the document does not name this pair; it follows from what the two systems' entities share",
    Origin.SETTINGS: "the document does not name this pair; it comes from the settings",
}
"""What a pair is that is no promise of the document."""

DIFFERS = {
    Difference.MISSING: "the value is missing",
    Difference.VALUE: "another value",
    Difference.TYPE: "another type",
    Difference.FORMAT: "another format",
}
"""What the two values that stand beside a message come to."""

_VALUES = re.compile(r": (?:\[\d+\]: )?(?:from character \d+ on: )?expected .+, got (?!only the first \d).+", re.DOTALL)
"""Both values as verdicts tell them (values/wording.py); that a value was cut is worth saying."""

NOTHING_VERIFIED = "Nothing was verified: no check passed or failed."

Place: TypeAlias = tuple[str, int]


class FailureGroup(Struct, frozen=True):
    """What went wrong in the same way for one or more checks of the same line."""

    status: Status
    message: str | None
    expected: str | None
    actual: str | None
    records: tuple[RecordRef, ...]


def short_message(check: CheckFinished) -> str | None:
    """Return a check's message without the two values when they are shown beside it.

    Values that look alike stay: the message shows them in escapes.
    """
    message, difference = check.message, check.difference
    if message is None or difference is None or (check.expected is None and check.actual is None):
        return message
    head, mark, tail = message.rpartition(f" ({difference})")
    found = _VALUES.search(head) if mark else None
    if not found or _look_alike(check.expected, check.actual):
        return message
    return f"{head[: found.start()]}: {DIFFERS[difference]}{tail}"


def _look_alike(one: Json, other: Json) -> bool:
    return isinstance(one, str) and isinstance(other, str) and _visible_form(one) == _visible_form(other)


def _visible_form(text: str) -> str:
    """Return what a person sees of a text: compatible characters are alike, and some are not seen at all."""
    return "".join(char for char in normalize("NFKC", text) if category(char) != "Cf")


def request_line(exchanged: ExchangeSummary) -> str:
    """Return `Wix.com: GET https://...`."""
    return f"{exchanged.system}: {exchanged.method} {exchanged.url}"


def response_text(exchanged: ExchangeSummary) -> str:
    """Return how a request was answered, without the body."""
    return "no answer" if exchanged.status is None else f"answered with {exchanged.status}"


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


def time_span(value: float) -> str:
    """Return a time that passes, in whole seconds: `9 s`, `2 min 05 s`, `1 h 02 min`."""
    whole = int(value)
    if whole < 60:  # noqa: PLR2004 - seconds, minutes
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"  # noqa: PLR2004


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th`."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def origin_text(check: CheckFinished) -> str:
    """Return the word that says that a check's pair is no promise of the document, else an empty text."""
    return check.origin.value if check.origin in LEGEND else ""


def reasons(results: Results, status: Status) -> list[tuple[str, int]]:
    """Return why checks have that status and how many each, the most frequent first."""
    return Counter(c.message or "no reason given" for c in results.checks if c.status is status).most_common()


def not_removed_heading(results: Results) -> str:
    """Return the heading of what could not be removed; a replay itself leaves nothing anywhere."""
    return "Left behind by the recorded run" if results.mode == "replay" else "Left behind"


def group_not_removed(left: Iterable[Leftover]) -> list[tuple[str, str, str]]:
    """Return what is left behind as (system and entity, ids, why); what is left for the same reason stands together."""
    found: dict[tuple[str, str], list[str]] = {}
    for lost in left:
        found.setdefault((f"{lost.system} {lost.entity}", lost.why), []).append(lost.id)
    return [(what, ", ".join(ids), why) for (what, why), ids in found.items()]


def failure_groups(results: Results) -> dict[Place, dict[FailureGroup, list[CheckFinished]]]:
    """Return what failed or could not be found out, by the document's line; what is alike stands together."""
    found: dict[Place, dict[FailureGroup, list[CheckFinished]]] = {}
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


def distinguishable(expected: str, actual: str) -> tuple[str, str]:
    """Return two JSON texts so that a person can tell them apart: in escapes when they would look alike."""
    alike = expected != actual and normalize("NFKC", expected) == normalize("NFKC", actual)
    return (_escaped(expected), _escaped(actual)) if alike else (expected, actual)


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _problem(check: CheckFinished) -> FailureGroup:
    given = check.expected is not None or check.actual is not None
    return FailureGroup(
        check.status,
        short_message(check),
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
