"""Whether a linked pair is at rest: both records show what they showed when they were last in sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.records.row_groups import applicable_rows
from qa_sync.sync.store.links import Place


def is_in_sync(lane: Lane, seen: Mapping[Side, RecordView], synced: Mapping[Place, str]) -> bool:
    """Return whether both sides show the marked values; a property without a value never does."""
    try:
        rows = applicable_rows(lane.rows, seen)
    except NotConvertible:
        return False
    return bool(synced) and all(_shows_synced(rows, seen[side], synced) for side in Side)


def side_is_in_sync(lane: Lane, seen: RecordView, synced: Mapping[Place, str]) -> bool:
    """Return the same for one side; False when a row depends on a value of the other side."""
    if any(row.source_when or row.target_when for row in lane.rows):
        return False
    return bool(synced) and _shows_synced(lane.rows, seen, synced)


def _shows_synced(rows: Iterable[Row], seen: RecordView, synced: Mapping[Place, str]) -> bool:
    side = seen.end.side
    paths = (row.card(side).path for row in rows)
    return all(seen.texts.get(path, "") == synced.get((side, path)) for path in paths)


def synced_texts(seen: RecordView, rows: Iterable[Row]) -> dict[Place, str]:
    """Return the values of rows as they are remembered."""
    return {place: text for row in rows for place, text in seen.synced_texts(row)}
