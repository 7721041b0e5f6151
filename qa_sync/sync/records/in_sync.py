"""Whether a linked pair is in sync: both records have the values of their last sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.records.row_groups import applicable_rows
from qa_sync.sync.store.links import Place


def is_in_sync(lane: Lane, views: Mapping[Side, RecordView], synced: Mapping[Place, str]) -> bool:
    """Return whether both sides have their last synced values; a property without one counts as changed."""
    try:
        rows = applicable_rows(lane.rows, views)
    except NotConvertible:
        return False
    return bool(synced) and all(_has_synced(rows, views[side], synced) for side in Side)


def side_is_in_sync(lane: Lane, view: RecordView, synced: Mapping[Place, str]) -> bool:
    """Return the same for one side; False when a row depends on values of the other side."""
    if any(row.source_when or row.target_when for row in lane.rows):
        return False
    return bool(synced) and _has_synced(lane.rows, view, synced)


def _has_synced(rows: Iterable[Row], view: RecordView, synced: Mapping[Place, str]) -> bool:
    side = view.end.side
    paths = (row.card(side).path for row in rows)
    return all(view.texts.get(path, "") == synced.get((side, path)) for path in paths)


def synced_texts(view: RecordView, rows: Iterable[Row]) -> dict[Place, str]:
    """Return the values of rows in the form that the store keeps."""
    return {place: text for row in rows for place, text in view.synced_texts(row)}
