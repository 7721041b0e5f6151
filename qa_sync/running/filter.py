"""A run's events without the checks that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from qa_sync.checklist.selection import CheckId
from qa_sync.running.events import CheckFinished, Event, RunStarted, SectionStarted


def filter_events(events: Iterable[Event], ids: frozenset[CheckId]) -> Iterator[Event]:
    """Pass on what is about the wanted checks; the counts are theirs."""
    for event in events:
        match event:
            case RunStarted():
                yield replace(event, checks=len(ids))
            case SectionStarted():
                yield replace(event, checks=tuple(c for c in event.checks if (event.spec, c) in ids))
            case CheckFinished() if (event.spec, event.id) not in ids:
                continue
            case _:
                yield event
