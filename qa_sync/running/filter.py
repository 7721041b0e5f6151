"""Filters the events of a run by the selected checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from qa_sync.checklist.selection import CheckId
from qa_sync.running.events import CheckFinished, Event, RunStarted, SectionStarted


def filter_events(events: Iterable[Event], ids: frozenset[CheckId]) -> Iterator[Event]:
    """Yield the events of the selected checks, with counts of these checks only."""
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
