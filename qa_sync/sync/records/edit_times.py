"""When a record was edited last by anybody but us: what we write leaves a stamp as well, and is no edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.links import Place

STAMP: Final = ""
"""Where the stamps of our last write are remembered: no property has such a path."""


def last_edit(view: RecordView, synced: Mapping[Place, str]) -> datetime | None:
    """Return when a record was edited last, None when unknown."""
    now = view.modified
    ours, before = json.loads(synced.get((view.end.side, STAMP), "[null, null]"))
    if now is None or ours != now.isoformat():
        return now
    return datetime.fromisoformat(before) if before else now


def own_write(before: RecordView, after: RecordView, synced: Mapping[Place, str]) -> dict[Place, str]:
    """Return what is remembered of a write of ours: the stamp that it left, and that of the last edit before it."""
    edited = last_edit(before, synced)
    texts = [stamp.isoformat() if stamp else None for stamp in (after.modified, edited)]
    return {(before.end.side, STAMP): json.dumps(texts)}
