"""Computes trends, flaky checks and coverage from the verdicts of many runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from msgspec import Struct

from qa_sync.reports.history.store import Verdict
from qa_sync.running.events import Status, worst_status

VERIFIED = frozenset({Status.PASSED, Status.FAILED})
BLOCKS = "▁▂▃▄▅▆▇█"


class Trend(Struct, frozen=True):
    """A kind of check in a section over time: the worst status and the median latency per run, oldest first."""

    spec: str
    section: str
    kind: str
    checks: int
    flaky: int
    statuses: tuple[Status | None, ...]
    latencies: tuple[float | None, ...]


class Flaky(Struct, frozen=True):
    """A check whose verdict changed `flips` times; `share` is relative to the possible changes."""

    last: Verdict
    flips: int
    share: float
    statuses: tuple[Status | None, ...]


class Sentence(Struct, frozen=True):
    """A claim of a spec: its line and text, and the text of the line that its checks refer to."""

    spec: str
    section: str
    line: int
    text: str
    checked: str


class Verified(Struct, frozen=True):
    """A sentence and the time of its last verification (None: never in the recorded runs)."""

    sentence: Sentence
    ran: datetime | None
    mode: str
    status: Status | None


def trends(verdicts: Sequence[Verdict]) -> list[Trend]:
    """Return a trend for each section and kind of check, in the order of the specs."""
    runs = _runs(verdicts)
    groups: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.spec, verdict.section, verdict.kind), []).append(verdict)
    flaky_names = {(f.last.spec, f.last.name) for f in flaky(verdicts)}
    return [
        Trend(
            *group,
            len({v.name for v in found}),
            len({v.name for v in found if (v.spec, v.name) in flaky_names}),
            tuple(worst_status(v.status for v in found if v.run == run) for run in runs),
            tuple(_median(v for v in found if v.run == run) for run in runs),
        )
        for group, found in sorted(groups.items(), key=lambda item: (item[0][0], _ordinal(item[0][1])))
    ]


def flaky(verdicts: Sequence[Verdict]) -> list[Flaky]:
    """Return the checks that passed, failed and passed again (or the other way around), the flakiest first.

    A flaky check changed at least twice: a check that broke and was fixed once is not flaky.
    """
    runs = _runs(verdicts)
    by_check: dict[tuple[str, str], dict[int, Verdict]] = {}
    for verdict in verdicts:
        by_check.setdefault((verdict.spec, verdict.name), {})[verdict.run] = verdict
    found = []
    for by_run in by_check.values():
        verified = [v.status for v in by_run.values() if v.status in VERIFIED]
        flips = sum(one is not other for one, other in pairwise(verified))
        if flips > 1:
            statuses = tuple(by_run[run].status if run in by_run else None for run in runs)
            found.append(Flaky(list(by_run.values())[-1], flips, flips / (len(verified) - 1), statuses))
    return sorted(found, key=lambda f: (-f.share, f.last.spec, f.last.line))


def coverage(sentences: Iterable[Sentence], verdicts: Sequence[Verdict]) -> list[Verified]:
    """Return for each sentence when one of its checks last passed or failed.

    A sentence is identified by its text, not by its line: it keeps its history when it moves, not when it changes.
    """
    last: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.status in VERIFIED:
            key = verdict.spec, verdict.section, verdict.sentence
            same = last.get(key, [])
            last[key] = [*same, verdict] if same and same[0].run == verdict.run else [verdict]
    return [_verified(one, last.get((one.spec, one.section, one.checked), [])) for one in sentences]


def _verified(sentence: Sentence, last: Sequence[Verdict]) -> Verified:
    if not last:
        return Verified(sentence, None, "", None)
    return Verified(sentence, last[0].ran, last[0].mode, worst_status(verdict.status for verdict in last))


def sparkline(values: Sequence[float | None]) -> str:
    """Return one block character per value, scaled from lowest to highest, with a dot for None."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    scale = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join("·" if value is None else BLOCKS[round((value - low) * scale)] for value in values)


def _runs(verdicts: Iterable[Verdict]) -> list[int]:
    return sorted({verdict.run for verdict in verdicts})


def _ordinal(section: str) -> int:
    number = section.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _median(verdicts: Iterable[Verdict]) -> float | None:
    found = [v.latency_s for v in verdicts if v.latency_s is not None and v.status is Status.PASSED]
    return median(found) if found else None
