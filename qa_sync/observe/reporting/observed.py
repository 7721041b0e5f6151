"""What a report shows of a section besides its checks: late and lost cases, latency over time, and named limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Final

from qa_sync.observe.model import Case, CaseState, ObservedSection, ObserveOptions
from qa_sync.observe.reading import LISTED_LATE, REPEATED, UNDATED, counter
from qa_sync.observe.reporting.case_text import audit_command, pending_pairs
from qa_sync.observe.reporting.progress import newly_missed
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import UNREAD, ObserveState
from qa_sync.running.events import Direction, LatencyPeriod, ObservationLimit, Observed, ObservedCase

MOST_CASES: Final = 500
"""How many late and lost cases a report has; it always has their number."""
PERIODS: Final = 48
"""Into how many periods an observation is divided at most: half an hour each of a day."""


def observed_of(section: ObservedSection, state: ObserveState, options: ObserveOptions, limit_s: float) -> Observed:
    """Return what was seen of a section; an arrival after more than `limit_s` seconds is late."""
    cases = list(CaseStore(state).all_cases(section.key))
    missed = list(newly_missed(cases, 0, limit_s))
    period_s = _period_s(cases, options.every.total_seconds())
    return Observed(
        len(missed),
        tuple(_case(section, case) for case in missed[:MOST_CASES]),
        period_s,
        tuple(period for way in Direction for period in _periods(cases, way, period_s)),
        tuple(_limits(section, state, cases)),
    )


def _case(section: ObservedSection, case: Case) -> ObservedCase:
    ids = (case.record, case.counterpart)
    source, target = ids if case.direction is Direction.FORWARD else ids[::-1]
    lag_s = case.lag_s if case.lag_s is None else round(case.lag_s, 3)
    return ObservedCase(
        case.direction,
        case.kind.value,
        case.state.value,
        case.opened.isoformat(),
        lag_s,
        source,
        target,
        pending_pairs(section, case),
        audit_command(section, case),
    )


def _period_s(cases: Sequence[Case], every_s: float) -> float:
    if not cases:
        return every_s
    times = [case.opened for case in cases]
    whole_s = (max(times) - min(times)).total_seconds()
    return max(every_s, float(ceil(whole_s / PERIODS)))


def _periods(cases: Iterable[Case], way: Direction, period_s: float) -> Iterator[LatencyPeriod]:
    """Yield the latencies of each period with arrivals; periods begin at multiples of their length."""
    found: dict[int, list[float]] = {}
    for case in cases:
        if case.direction is way and case.lag_s is not None and case.state in {CaseState.ARRIVED, CaseState.PARTLY}:
            found.setdefault(int(case.opened.timestamp() // period_s), []).append(case.lag_s)
    for number, lags in sorted(found.items()):
        lags.sort()
        p50, p95 = (round(lags[max(0, ceil(len(lags) * share) - 1)], 3) for share in (0.5, 0.95))
        start = datetime.fromtimestamp(number * period_s, tz=UTC)
        yield LatencyPeriod(way, start.isoformat(), len(lags), p50, p95, round(lags[-1], 3))


def _limits(section: ObservedSection, state: ObserveState, cases: Iterable[Case]) -> Iterator[ObservationLimit]:
    """Yield what the observation could not see or decide, where that concerns a case."""
    states = Counter(case.state for case in cases)
    store = CaseStore(state)

    def of_entities(name: str) -> int:
        return sum(state.counted(counter(entity, name)) for entity in dict.fromkeys(section.entities))

    def of_findings(sort: str) -> int:
        return len(store.findings(section.key, sort))

    yield ObservationLimit("one-of-several", "two edits of a property between two reads are one", None)
    counts = (
        ("overtaken", "a later change replaced them before they arrived", states[CaseState.OVERTAKEN]),
        ("deleted", "the record was deleted before they arrived", states[CaseState.DELETED]),
        ("gone", "the counterpart was deleted before they arrived", states[CaseState.GONE]),
        ("same-time", "edited on both sides at the same time, so that neither is later", of_findings("undecided")),
        (
            "several-match",
            "several records match, so it is not certain which is the counterpart",
            of_findings("ambiguous"),
        ),
        ("no-key", "the record has no value to match it by", of_findings("keyless")),
        ("no-time", "the system gives no time of the change, so the time of the read counts", of_entities(UNDATED)),
        ("listed-late", "the list showed them later than the read after they were made", of_entities(LISTED_LATE)),
        ("shifting-pages", "a record was on two pages of a list, so others may be on none", of_entities(REPEATED)),
        ("not-read", "reads of the lists failed; what changed meanwhile was seen later", state.counted(UNREAD)),
    )
    for name, text, count in counts:
        if count:
            yield ObservationLimit(name, text, count)
