"""Events without confidential values: a system may answer with what it was shown, in a record as well as in an error.

What is compared stays as it was answered; only what is told of it, on any way, comes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from qa_sync.running.events import CheckFinished, Event, Looked, SectionFinished, StepStarted

Hide = Callable[[str], str]


def hidden(events: Iterator[Event], hide: Hide) -> Iterator[Event]:
    """Yield the events, with everything in them that comes from the systems cleaned."""
    for event in events:
        yield _cleaned(event, hide)


def _cleaned(event: Event, hide: Hide) -> Event:
    match event:
        case CheckFinished():
            return replace(
                event,
                message=event.message and hide(event.message),
                expected=_value(event.expected, hide),
                actual=_value(event.actual, hide),
                records=tuple(replace(record, id=hide(record.id)) for record in event.records),
                exchanges=tuple(
                    replace(e, url=hide(e.url), sent=hide(e.sent), answer=hide(e.answer)) for e in event.exchanges
                ),
            )
        case SectionFinished():
            lost = (replace(each, id=hide(each.id), why=hide(each.why)) for each in event.leftovers)
            return replace(event, leftovers=tuple(lost))
        case StepStarted():
            return replace(event, text=hide(event.text))
        case Looked():
            return replace(event, what=hide(event.what))
        case _:
            return event


def _value(value: Any, hide: Hide) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {hide(key): _value(inner, hide) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner, hide) for inner in value]
    return value
