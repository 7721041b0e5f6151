"""The modification times of records: how fine they are, and which of two edits is later by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from qa_sync.checklist.side import Side
from qa_sync.errors import NotConvertible
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.canonical import to_canonical
from qa_sync.values.paths import read

FINE = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

ENOUGH = 3
"""The number of different times without seconds that show that a system leaves seconds out."""


def edit_time(card: EntityCard, record: Record) -> datetime | None:
    """Return when a record was last changed by its system's clock, None when it does not say so."""
    if card.modified is None:
        return None
    try:
        found = to_canonical(read(record.data, card.modified), card.modified_form)
    except NotConvertible:
        return None
    return found if isinstance(found, datetime) else None


def resolution(times: Iterable[datetime]) -> timedelta:
    """Return how far two edits must be apart to have different times, judged by the times of one system."""
    seen = frozenset(times)
    if any(time.microsecond for time in seen):
        return FINE
    return MINUTE if len(seen) >= ENOUGH and not any(time.second for time in seen) else SECOND


def coarsest_resolution(records: ScenarioRecords, role: str) -> timedelta:
    """Return the coarser of the resolutions of the role's two systems, by the times of the scenario's records."""
    return max(resolution(_times(records, RecordKey(role, side))) for side in Side)


def _times(records: ScenarioRecords, key: RecordKey) -> Iterator[datetime]:
    """Yield the times that the scenario has read of records of the same entity."""
    card, label = records.card(key), records.system(key).label
    reads = (records.latest, records.after_write, records.before_edit, records.snapshots, records.baselines)
    for record in (one for read_so_far in reads for one in read_so_far.values() if one):
        if (record.system, record.datatype) == (label, card.datatype) and (time := edit_time(card, record)):
            yield time
