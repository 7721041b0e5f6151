"""Results as a stream of events, one line of JSON each: what a run tells, in order.

Results do not keep when a step began and who was looked for in vain, so there is no `StepStarted` and no `Looked`; what
was done for a check stands in its `steps`.
"""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.formats import ndjson as events_ndjson
from qa_sync.running.events import (
    Event,
    Leftover,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)
from qa_sync.running.results import Results, SectionResult


def render(results: Results) -> str:
    """Return the lines as one text."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the lines, each with its line break."""
    return (events_ndjson.render(event) + "\n" for event in events_of(results))


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
