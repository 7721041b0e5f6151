"""The time of the last edit of a record by another client: an own write also sets the timestamp, and is no edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.links import Place

STAMP: Final = ""
"""The key of the timestamps of the last own write: no property has this path."""


def last_edit(view: RecordView, synced: Mapping[Place, str]) -> datetime | None:
    """Return the time of the last edit of a record, None when unknown."""
    now = view.modified
    ours, before = json.loads(synced.get((view.end.side, STAMP), "[null, null]"))
    if now is None or ours != now.isoformat():
        return now
    return datetime.fromisoformat(before) if before else now


def own_write(before: RecordView, after: RecordView, synced: Mapping[Place, str]) -> dict[Place, str]:
    """Return the values to store after an own write: its timestamp, and that of the last edit before it."""
    edited = last_edit(before, synced)
    texts = [stamp.isoformat() if stamp else None for stamp in (after.modified, edited)]
    return {(before.end.side, STAMP): json.dumps(texts)}
