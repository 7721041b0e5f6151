"""Redacts events: a system may return confidential values, in a record as well as in an error.

Values are compared before redaction; everything that is reported is redacted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from qa_sync.running.events import CheckFinished, Event, Looked, Observed, SectionFinished, StepStarted

Redact = Callable[[str], str]


def redact_events(events: Iterator[Event], redact: Redact) -> Iterator[Event]:
    """Yield the events with all values from the systems redacted."""
    for event in events:
        yield _redacted(event, redact)


def _redacted(event: Event, redact: Redact) -> Event:
    match event:
        case CheckFinished():
            return replace(
                event,
                message=event.message and redact(event.message),
                expected=_value(event.expected, redact),
                actual=_value(event.actual, redact),
                records=tuple(replace(record, id=redact(record.id)) for record in event.records),
                exchanges=tuple(
                    replace(e, url=redact(e.url), sent=redact(e.sent), answer=redact(e.answer)) for e in event.exchanges
                ),
            )
        case SectionFinished():
            lost = (replace(each, id=redact(each.id), why=redact(each.why)) for each in event.leftovers)
            return replace(event, leftovers=tuple(lost), observed=event.observed and _observed(event.observed, redact))
        case StepStarted():
            return replace(event, text=redact(event.text))
        case Looked():
            return replace(event, what=redact(event.what))
        case _:
            return event


def _observed(observed: Observed, redact: Redact) -> Observed:
    cases = (
        replace(c, source=c.source and redact(c.source), target=c.target and redact(c.target), audit=redact(c.audit))
        for c in observed.cases
    )
    return replace(observed, cases=tuple(cases))


def _value(value: Any, redact: Redact) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redact(key): _value(inner, redact) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner, redact) for inner in value]
    return value
