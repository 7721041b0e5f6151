"""Describes the records that a run will create in the user's systems, before the first write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from qa_sync.modes.job import PlannedRecords


def describe_writes(writes: Sequence[PlannedRecords]) -> Iterator[str]:
    """Yield a heading and a line for each system; nothing when no record is created."""
    if writes:
        yield "This run creates and then deletes these records; the sync may create as many counterparts:"
    for (system, url), entities in groupby(sorted(writes, key=_where), key=_where):
        counted = ", ".join(f"{planned.count} {planned.entity}" for planned in entities)
        yield f"  {system} ({url}): {counted}"


def _where(planned: PlannedRecords) -> tuple[str, str]:
    return planned.system, planned.url
