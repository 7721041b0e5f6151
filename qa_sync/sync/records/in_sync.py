"""Whether a linked pair is at rest: both records show what they showed when they were last in sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import Seen
from qa_sync.sync.records.row_groups import applying
from qa_sync.sync.store.links import Place


def shows(lane: Lane, seen: Mapping[Side, Seen], synced: Mapping[Place, str]) -> bool:
    """Tell whether both sides show the marked values; a property without a value never does."""
    try:
        rows = applying(lane.rows, seen)
    except NotConvertible:
        return False
    return bool(synced) and all(_shows(rows, seen[side], synced) for side in Side)


def shows_alone(lane: Lane, seen: Seen, synced: Mapping[Place, str]) -> bool:
    """Tell the same of one side; nobody can tell when a row depends on what the other side holds."""
    if any(row.source_when or row.target_when for row in lane.rows):
        return False
    return bool(synced) and _shows(lane.rows, seen, synced)


def _shows(rows: Iterable[Row], seen: Seen, synced: Mapping[Place, str]) -> bool:
    side = seen.end.side
    paths = (row.card(side).path for row in rows)
    return all(seen.texts.get(path, "") == synced.get((side, path)) for path in paths)


def marks(seen: Seen, rows: Iterable[Row]) -> dict[Place, str]:
    """Return the values of rows as they are remembered."""
    return {place: text for row in rows for place, text in seen.marks(row)}
