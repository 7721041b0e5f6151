"""Results as a stream of events, one line of JSON each: what a run tells, in order.

Results do not keep when a step began and who was looked for in vain, so there is no `StepStarted` and no `Looked`; what
was done for a check stands in its `steps`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec.structs import asdict

from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import (
    Arrival,
    Event,
    Leftover,
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
    """Yield events that fold to these results (the documents' texts are no event)."""
    yield RunStarted(results.mode, results.seed, results.started, len(results.checks))
    leftovers = results.leftovers
    for spec in results.specs:
        yield SpecStarted(spec.spec, spec.title)
        for section in spec.sections:
            yield from _section(spec.spec, section)
            # Results do not say which section left a record behind; the first to end tells of all.
            yield SectionFinished(spec.spec, section.key, leftovers)
            leftovers = tuple[Leftover, ...]()
    yield RunFinished(results.duration_s)


def _section(spec: str, section: SectionResult) -> Iterator[Event]:
    ids = tuple(check.id for check in section.checks)
    yield SectionStarted(spec, section.key, section.ordinal, section.heading, section.line, section.duplicate_of, ids)
    yield from section.checks


OMITTED_IF_EMPTY = frozenset({"exchanges", "arrivals"})


def event_line(event: Event) -> str:
    """Return `{"event": "CheckFinished", ...}` with the event's own fields, ASCII, without a line break.

    What not every check has (`exchanges`, `arrivals`) is left out where there is none.
    """
    return json.dumps({"event": type(event).__name__, **_members(event)}, allow_nan=False)


def _members(noun: Event | RecordRef | Leftover | ExchangeSummary | Arrival) -> dict[str, Json]:
    return {name: _value(value) for name, value in asdict(noun).items() if value or name not in OMITTED_IF_EMPTY}


def _value(value: object) -> Json:
    match value:
        case RecordRef() | Leftover() | ExchangeSummary() | Arrival():
            return _members(value)
        case tuple():
            return [_value(member) for member in value]
        case _:
            return plain(value)
