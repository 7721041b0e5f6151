"""Writes that got no response: the values of the records decide whether they happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.encoding import decode
from qa_sync.sync.store.links import PendingUpdate, Place
from qa_sync.systems.cards import EntityCard
from qa_sync.values import paths
from qa_sync.values.comparison.compare import compare
from qa_sync.values.form import Json


def revision_of(card: EntityCard, data: Mapping[str, Json]) -> str | None:
    """Return the revision of a record, None when the API has no revisions."""
    return None if card.revision is None else str(paths.read(data, card.revision.read))


def resolve_update(
    lane: Lane, pending_update: PendingUpdate, views: Mapping[Side, RecordView], zone: tzinfo
) -> dict[Place, str]:
    """Return the values that count as synced after an update that got no response.

    A property that has the sent value was written. If there is one, and the revision shows exactly one write since, all
    properties were written, even if the system changed their values. Any other value is an older one or an edit.
    """
    side = Side(pending_update.side)
    destination = views[side]
    written = {path for path, sent in pending_update.sent.items() if has_sent_value(destination, path, sent, zone)}
    if written and _once_since(pending_update.revision, revision_of(destination.end.card, destination.record.data)):
        written = {path for path in pending_update.sent if path in destination.texts}
    result: dict[Place, str] = {}
    for row in lane.rows:
        path, origin_path = row.card(side).path, row.card(side.other).path
        if path in written and origin_path in pending_update.given:
            result |= {
                (side, path): destination.texts[path],
                (side.other, origin_path): pending_update.given[origin_path],
            }
    return result


def has_sent_value(view: RecordView, path: str, sent: str, zone: tzinfo) -> bool:
    """Return whether a record has the sent value of a property."""
    if path not in view.values:
        return False
    form = view.end.card.properties[path].form
    return compare(decode(sent), view.values[path], form, form, zone).same


def written_by_others(before: str | None, now: str | None) -> bool:
    """Return whether a record was written more than once between two revisions; False when unknown."""
    writes = _writes_between(before, now)
    return writes is not None and writes > 1


def _once_since(before: str | None, now: str | None) -> bool:
    return _writes_between(before, now) == 1


def _writes_between(before: str | None, now: str | None) -> int | None:
    if before is None or now is None or not (before.isdecimal() and now.isdecimal()):
        return None
    return int(now) - int(before)
