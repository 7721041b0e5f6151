"""Results as a stream of events in order, one JSON object per line.

Results do not contain the times of steps and polls, so there are no `StepStarted` and `Looked` events; the steps of a
check are in its `steps`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeAlias

from msgspec.structs import asdict

from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import (
    Arrival,
    Event,
    LatencyPeriod,
    Leftover,
    ObservationLimit,
    Observed,
    ObservedCase,
    RecordRef,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)
from qa_sync.running.results import Results, SectionResult
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.form import Json


def render(results: Results) -> str:
    """Return the lines as one text."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the lines, each with its line break."""
    return (event_line(event) + "\n" for event in events_of(results))


def events_of(results: Results) -> Iterator[Event]:
    """Yield the events from which `collect_results` makes these results, except the texts of the specs."""
    yield RunStarted(results.mode, results.seed, results.started, len(results.checks), results.simulated)
    leftovers = results.leftovers
    for spec in results.specs:
        yield SpecStarted(spec.spec, spec.title, spec.simulated)
        for section in spec.sections:
            yield from _section(spec.spec, section)
            # Results do not contain the section of a leftover record, so the first section to end reports all.
            yield SectionFinished(spec.spec, section.key, leftovers, section.observed)
            leftovers = tuple[Leftover, ...]()
    yield RunFinished(results.duration_s)


def _section(spec: str, section: SectionResult) -> Iterator[Event]:
    ids = tuple(check.id for check in section.checks)
    yield SectionStarted(spec, section.key, section.ordinal, section.heading, section.line, section.duplicate_of, ids)
    yield from section.checks


Noun: TypeAlias = RecordRef | Leftover | ExchangeSummary | Arrival
ObservedNoun: TypeAlias = Observed | ObservedCase | LatencyPeriod | ObservationLimit

OMITTED_IF_EMPTY = frozenset({"exchanges", "arrivals", "unchanged", "simulated", "observed"})


def event_line(event: Event) -> str:
    """Return `{"event": "CheckFinished", ...}` with the event's own fields, ASCII, without a line break.

    Empty `exchanges`, `arrivals` and `observed`, and a false `unchanged` or `simulated`, are omitted.
    """
    return json.dumps({"event": type(event).__name__, **_members(event)}, allow_nan=False)


def _members(noun: Event | Noun | ObservedNoun) -> dict[str, Json]:
    return {name: _value(value) for name, value in asdict(noun).items() if value or name not in OMITTED_IF_EMPTY}


def _value(value: object) -> Json:
    match value:
        case RecordRef() | Leftover() | ExchangeSummary() | Arrival():
            return _members(value)
        case Observed() | ObservedCase() | LatencyPeriod() | ObservationLimit():
            return _members(value)
        case tuple():
            return [_value(member) for member in value]
        case _:
            return plain(value)
