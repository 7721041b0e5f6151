"""Texts that several reports share: counts, times, values, and groups of failures."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from unicodedata import category, normalize

from qa_sync.dataflow.model import Origin
from qa_sync.reports.shared.json_values import counts_text, plain
from qa_sync.running.events import CheckFinished, Leftover, Status
from qa_sync.running.results import Results, SectionResult
from qa_sync.running.section_checks import NOT_RUN
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.comparison.compare import Difference
from qa_sync.values.form import Json

LONG = 240
"""Longer values are shown in part."""

MOST_IDS = 20
"""How many ids of records that were not removed are shown."""

LEGEND = {
    Origin.INFERRED: "this pair is not in the spec; it is inferred from properties that both entities have",
    Origin.SETTINGS: "this pair is not in the spec; it is configured in the settings",
}
"""The meaning of the marks on pairs that are not in the spec."""

DIFFERS = {
    Difference.MISSING: "the value is missing",
    Difference.VALUE: "the value differs",
    Difference.TYPE: "the type differs",
    Difference.FORMAT: "the format differs",
}
"""The difference between the two values that are shown next to a message."""

_VALUES = re.compile(r": (?:\[\d+\]: )?(?:from character \d+ on: )?expected .+, got (?!only the first \d).+", re.DOTALL)
"""The two values at the end of a message (see `values.difference_text`), unless it reports that one was cut."""

INTERRUPTED = "The run was interrupted: {} did not run."

UNFINISHED = "The run had not ended when these results were written: {} have not run."

STOPPED = "The run stopped at the first failure or error (-x): {} did not run."

NOTHING_VERIFIED = "Nothing was verified: no check passed or failed."


def short_message(check: CheckFinished) -> str | None:
    """Return a check's message without the two values, which are shown next to it.

    Values that look alike stay in the message, which shows them escaped.
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
    """Return the visible form of a text: compatibility characters are normalized, format characters removed."""
    return "".join(char for char in normalize("NFKC", text) if category(char) != "Cf")


def request_line(exchanged: ExchangeSummary) -> str:
    """Return `Wix.com: GET https://...`."""
    return f"{exchanged.system}: {exchanged.method} {exchanged.url}"


def response_text(exchanged: ExchangeSummary) -> str:
    """Return the status of a response, without the body."""
    return "no response" if exchanged.status is None else f"status {exchanged.status}"


def counts(checks: Iterable[CheckFinished]) -> list[tuple[Status, int]]:
    """Return the statuses that occur and their numbers of checks, in the order of `Status`."""
    count = Counter(check.status for check in checks)
    return [(status, count[status]) for status in Status if count[status]]


def counts_of(sections: Iterable[SectionResult]) -> list[tuple[Status, int]]:
    """Return the statuses of the checks of sections, as `counts` does, without reading spilled checks."""
    count: Counter[Status] = Counter()
    for section in sections:
        count.update(section.summary.counts)
    return [(status, count[status]) for status in Status if count[status]]


def seconds(value: float | None, *, simulated: bool = False) -> str:
    """Return a time with three digits (`0.42 s`, `12.3 s`, `120 s simulated`), an empty text for None."""
    if value is None:
        return ""
    digits = 2 if value < 10 else 1 if value < 100 else 0  # noqa: PLR2004 - three digits each
    return f"{value:.{digits}f} s{' simulated' * simulated}"


def times_simulated(results: Results) -> str:
    """Return `, times simulated` for a simulated clock, with the number of specs where not all have one."""
    if results.simulated:
        return ", times simulated"
    number = len(results.simulated_specs)
    return f", times of {number} of {len(results.specs)} specs simulated" if number else ""


def latency_key(results: Results, spec: str) -> str:
    """Return the key of a latency in reports of other tools, which read a plain one as a time of this run."""
    if results.has_real_times(spec):
        return "latency_s"
    return "simulated_latency_s" if spec in results.simulated_specs else "recorded_latency_s"


def when(results: Results) -> str:
    """Return when a run took place: real times, and the time of a recording or of a simulated clock named as such."""
    started, ran = _stamp(results.started), results.ran and _stamp(results.ran)
    if results.mode == "replay":
        source = f"recorded {started}" + (" (simulated clock)" if results.simulated else times_simulated(results))
        return f"replayed {ran}, {source}" if ran else source
    if results.simulated:
        return f"started {ran}, simulated clock from {started}" if ran else f"simulated clock from {started}"
    return f"started {started}"


def _stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")


def cut_short(results: Results) -> str:
    """Return the sentence that says why checks of a run did not run, an empty text when all did."""
    if not (results.unfinished or results.interrupted or results.stopped_early):
        return ""
    text = UNFINISHED if results.unfinished else INTERRUPTED if results.interrupted else STOPPED
    number = sum((check.message or "").startswith(NOT_RUN) for check in results.with_status(Status.SKIPPED))
    return text.format(f"{number:,} of {len(results.checks):,} checks")


def time_span(value: float) -> str:
    """Return an elapsed time in whole seconds: `9 s`, `2 min 05 s`, `1 h 02 min`."""
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
    """Return the mark of a check whose pair is not in the spec, else an empty text."""
    return check.origin.value if check.origin in LEGEND else ""


def reasons(results: Results, status: Status) -> list[tuple[str, int]]:
    """Return the messages of the checks with that status and their numbers, the most frequent first."""
    return Counter(c.message or "no reason given" for c in results.with_status(status)).most_common()


def not_removed_heading(results: Results) -> str:
    """Return the heading of the records not removed; in a replay, the recorded run created them."""
    return "Not removed by the recorded run" if results.mode == "replay" else "Not removed"


def group_not_removed(left: Iterable[Leftover], most: int = MOST_IDS) -> list[tuple[str, str, str]]:
    """Return the records not removed as (system and entity, ids, reason), grouped by reason.

    Each id stands once, and at most `most` of them; the JSON report has all.
    """
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for lost in left:
        groups.setdefault((f"{lost.system} {lost.entity}", lost.why), {})[lost.id] = None
    return [(what, _some(list(ids), most), reason) for (what, reason), ids in groups.items()]


def _some(ids: Sequence[str], most: int) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


def excerpts(expected: str, actual: str, most: int = LONG) -> tuple[str, str]:
    """Return excerpts of two long texts with their first difference, with a note on the omitted characters.

    `most` is the maximum number of characters of each. They begin at the start of the texts if it shows the difference.
    """
    if max(len(expected), len(actual)) <= most:
        return expected, actual
    pairs = enumerate(zip_longest(expected, actual))
    first = next((n for n, (one, other) in pairs if one != other), 0)
    start = 0 if first < most * 3 // 4 else first - most // 4
    return _excerpt(expected, start, most), _excerpt(actual, start, most)


def distinguishable(expected: str, actual: str) -> tuple[str, str]:
    """Return two JSON texts that look different: escaped if they would look alike."""
    alike = expected != actual and normalize("NFKC", expected) == normalize("NFKC", actual)
    return (_escaped(expected), _escaped(actual)) if alike else (expected, actual)


def _escaped(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _excerpt(text: str, start: int, most: int) -> str:
    part = text[start : start + most]
    return part if part == text else f"{part} (characters {start + 1} to {start + len(part)} of {len(text)})"


def as_json(value: Json) -> str:
    """Return a value as readable JSON, with non-ASCII characters unescaped; the counts of an audit as words."""
    if type(value) is str:  # most values
        return json.dumps(value, ensure_ascii=False)
    return counts_text(value) or json.dumps(plain(value), ensure_ascii=False)
