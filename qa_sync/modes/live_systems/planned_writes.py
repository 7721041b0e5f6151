"""What a run is going to make in somebody's systems, in words: told before the first write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from qa_sync.modes.job import PlannedRecords


def describe_writes(writes: Sequence[PlannedRecords]) -> Iterator[str]:
    """Yield a line for the whole and one for each system; none when nothing is made."""
    if writes:
        yield "This makes records, which are removed again, and as many counterparts may come of them:"
    for (system, url), entities in groupby(sorted(writes, key=_where), key=_where):
        counted = ", ".join(f"{planned.count} {planned.entity}" for planned in entities)
        yield f"  {system} ({url}): {counted}"


def _where(planned: PlannedRecords) -> tuple[str, str]:
    return planned.system, planned.url
