"""Collects the events of a run into its Results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace

from qa_sync.running.events import (
    CheckFinished,
    Event,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)
from qa_sync.running.results import Results, SectionResult, SpecResult

E = TypeVar("E")
T = TypeVar("T")


def share_values(events: Iterable[Event]) -> Iterator[Event]:
    """Pass events through; equal parts of checks become one object, since a run of many specs keeps all its checks."""
    shared: dict[object, Any] = {}

    def share(value: T) -> T:
        same: T = shared.setdefault((type(value), value), value)
        return same

    for event in events:
        if not isinstance(event, CheckFinished):
            yield event
            continue
        same = isinstance(event.actual, str) and event.actual == event.expected
        yield replace(
            event,
            spec=share(event.spec),
            key=share(event.key),
            actual=event.expected if same else event.actual,
            records=share(tuple(map(share, event.records))),
            steps=share(event.steps),
            arrivals=share(tuple(map(share, event.arrivals))),
        )


def collect_results(events: Iterable[Event]) -> Results:
    """Collect a stream of events into Results; raises ValueError when it does not start with RunStarted."""
    seen = list(events)
    started = next(iter(_only(RunStarted, seen)), None)
    if started is None:
        raise ValueError("a stream of events starts with RunStarted")
    checks: dict[tuple[str, str], list[CheckFinished]] = {}
    for check in _only(CheckFinished, seen):
        checks.setdefault((check.spec, check.key), []).append(check)
    sections: dict[str, list[SectionResult]] = {}
    for s in _only(SectionStarted, seen):
        place = {check: at for at, check in enumerate(s.checks)}
        found = sorted(checks.get((s.spec, s.key), ()), key=lambda check: place.get(check.id, len(place)))
        section = SectionResult(s.key, s.ordinal, s.heading, s.line, s.duplicate_of, tuple(found))
        sections.setdefault(s.spec, []).append(section)

    def in_order(spec: str) -> tuple[SectionResult, ...]:  # sections in parallel start in any order
        return tuple(sorted(sections.get(spec, ()), key=lambda section: section.ordinal))

    return Results(
        mode=started.mode,
        seed=started.seed,
        started=started.started,
        duration_s=sum(e.duration_s for e in _only(RunFinished, seen)),
        specs=tuple(SpecResult(e.spec, e.title, in_order(e.spec)) for e in _only(SpecStarted, seen)),
        simulated=started.simulated,
        leftovers=tuple(lost for e in _finished(seen) for lost in e.leftovers),
    )


def _finished(seen: list[Event]) -> list[SectionFinished]:
    """Return the finished sections in the order of the specs."""
    specs = [e.spec for e in _only(SpecStarted, seen)]
    ordinals = {(e.spec, e.key): (specs.index(e.spec), e.ordinal) for e in _only(SectionStarted, seen)}
    return sorted(_only(SectionFinished, seen), key=lambda e: ordinals.get((e.spec, e.key), (0, 0)))


def _only(kind: type[E], events: Iterable[Event]) -> list[E]:
    return [e for e in events if isinstance(e, kind)]
