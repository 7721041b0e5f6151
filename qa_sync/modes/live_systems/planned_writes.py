"""Describes the records that a run will create in the user's systems, before the first write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from qa_sync.modes.job import PlannedRecords
from qa_sync.systems.cards import EntityCard

ANNOUNCED: Final = "People may get messages about them:"


def announcements(cards: Iterable[tuple[str, EntityCard]]) -> tuple[str, ...]:
    """Return what systems send to people about records of these cards, each with the label of its system."""
    return tuple(dict.fromkeys(f"{label}: {card.announces}" for label, card in cards if card.announces))


def describe_writes(writes: Sequence[PlannedRecords]) -> Iterator[str]:
    """Yield a heading and a line for each system, then what people are sent; nothing when no record is created."""
    if writes:
        yield "This run creates and then deletes these records; the sync may create as many counterparts:"
    for (system, url), entities in groupby(sorted(writes, key=_where), key=_where):
        counted = ", ".join(f"{planned.count} {planned.entity}" for planned in entities)
        yield f"  {system} ({url}): {counted}"
    yield from describe_announcements(text for planned in writes for text in planned.announced)


def describe_announcements(announced: Iterable[str]) -> Iterator[str]:
    """Yield a heading and each announcement once; nothing when there is none."""
    if lines := [f"  {text}" for text in dict.fromkeys(announced)]:
        yield ANNOUNCED
        yield from lines


def _where(planned: PlannedRecords) -> tuple[str, str]:
    return planned.system, planned.url
