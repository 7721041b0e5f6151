"""Writes that were interrupted by a crash: the record shows whether they happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Final

from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.encoding import decode
from qa_sync.sync.store.links import PendingCreate, PendingUpdate, Place
from qa_sync.systems.cards import EntityCard
from qa_sync.values import paths
from qa_sync.values.compare import compare
from qa_sync.values.form import Json

MIN_SHARE_UNCHANGED: Final = 0.5
"""The share of what was sent that a record must still show to be taken for what was made."""


def revision_of(card: EntityCard, data: Mapping[str, Json]) -> str | None:
    """Return the revision that a record is at, None when the API has none."""
    return None if card.revision is None else str(paths.read(data, card.revision.read))


def resolve_update(
    lane: Lane, pending_update: PendingUpdate, seen: Mapping[Side, RecordView], zone: tzinfo
) -> dict[Place, str]:
    """Return what counts as synced of an update that was begun and never answered.

    A property that shows what was sent has been written; when one does, and the record was written exactly once since,
    all have been, whatever the system made of them. Any other value is another client's edit, or the earlier value.
    """
    side = Side(pending_update.side)
    receiver = seen[side]
    written = {path for path, sent in pending_update.sent.items() if shows_sent(receiver, path, sent, zone)}
    if written and _once_since(pending_update.revision, revision_of(receiver.end.card, receiver.record.data)):
        written = {path for path in pending_update.sent if path in receiver.texts}
    found: dict[Place, str] = {}
    for row in lane.rows:
        path, giver = row.card(side).path, row.card(side.other).path
        if path in written and giver in pending_update.given:
            found |= {(side, path): receiver.texts[path], (side.other, giver): pending_update.given[giver]}
    return found


def shows_sent(seen: RecordView, path: str, sent: str, zone: tzinfo) -> bool:
    """Return whether a record shows what was sent for a property."""
    if path not in seen.values:
        return False
    form = seen.end.card.properties[path].form
    return compare(decode(sent), seen.values[path], form, form, zone).same


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


def find_created(pending_create: PendingCreate, newcomers: Iterable[RecordView], zone: tzinfo) -> list[str]:
    """Return the ids of the records that an unanswered create may have made; one alone is the one.

    A record with a unique value that was sent is it, whatever was edited since; else a record with all values that
    were sent; else the one with most of them, and at least half.
    """
    degrees: dict[tuple[bool, float], list[str]] = {}
    for seen in newcomers:
        cards = seen.end.card.properties
        held = [path for path, sent in pending_create.sent.items() if shows_sent(seen, path, sent, zone)]
        share = len(held) / max(1, len(pending_create.sent))
        own = any(cards[path].unique for path in held)
        if own or share >= MIN_SHARE_UNCHANGED:
            degrees.setdefault((own, share), []).append(seen.record.id)
    return degrees[max(degrees)] if degrees else []
