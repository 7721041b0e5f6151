"""A record that was read back after a write: what was stored, and what another client has edited since.

The response to a write shows what was stored. What differs when the record is read back was edited in between.
Source: docs/explanation/mapping.rst, "Concurrent edits".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from msgspec import Struct

from qa_sync.sync.lanes import Lane, LaneEnd, Row
from qa_sync.sync.records.in_sync import synced_texts
from qa_sync.sync.records.interrupted_writes import has_sent_value, revision_of, written_by_others
from qa_sync.sync.records.lossy_storage import may_be_stored_as
from qa_sync.sync.records.record_view import RecordView, is_empty, read_view
from qa_sync.sync.store.encoding import decode
from qa_sync.sync.store.links import Place
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.systems.system import Record


class ReadBack(Struct, frozen=True):
    """The record as read back, as the response showed it (None: it did not), and what was sent by property path.

    `has_other_writes`: its revision shows that another client has also written it.
    """

    after: RecordView
    shown: RecordView | None
    sent: Mapping[str, str]
    zone: tzinfo
    has_other_writes: bool = False

    def is_edited(self, path: str) -> bool:
        """Return whether another client has changed a property since the write; False when unknown."""
        if self.has_other_writes and path in self.sent and not self._is_now(path, self.sent[path]):
            return True
        card = self.after.end.card.properties[path]
        if self.shown is None or is_set_by_system(card) or not self._shows(self.shown, path):
            return False
        if path not in self.after.values or self._is_now(path, self.shown.texts[path]):
            return False
        return not self._is_echo(self.shown, path)

    def synced_texts(self, rows: Iterable[Row]) -> dict[Place, str]:
        """Return the values of rows that count as synced: those of the write, so that an edit since is seen as one."""
        side = self.after.end.side
        given = tuple(rows)
        edited = {path for row in given if self.is_edited(path := row.card(side).path)}
        return synced_texts(self.after, given) | {(side, path): self._written(path) for path in edited}

    def _written(self, path: str) -> str:
        return self.sent[path] if path in self.sent or self.shown is None else self.shown.texts[path]

    def _is_now(self, path: str, text: str) -> bool:
        return has_sent_value(self.after, path, text, self.zone)

    def _shows(self, shown: RecordView, path: str) -> bool:
        """Return whether the response shows a property; a missing one is empty if the response is a whole record."""
        if path not in shown.values:
            return False
        return not is_empty(shown.values[path]) or shown.record.data.keys() >= self.after.record.data.keys()

    def _is_echo(self, shown: RecordView, path: str) -> bool:
        """Return whether the response may only repeat what was sent, and the system has stored less of it."""
        sent = self.sent.get(path)
        return (
            sent is not None
            and has_sent_value(shown, path, sent, self.zone)
            and may_be_stored_as(decode(sent), self.after.values[path])
        )


def read_back(
    lane: Lane,
    end: LaneEnd,
    records: tuple[Record, Record | None],
    sent: Mapping[str, str],
    zone: tzinfo,
    *,
    before: str | None = None,
) -> ReadBack:
    """Return what was read back; `records` are that now and that in the response, `before` is the old revision."""
    after, shown = records
    # A response without data shows only the id of a new record.
    view = read_view(end, shown, lane.rows) if shown is not None and shown.data else None
    has_other_writes = written_by_others(before, revision_of(end.card, after.data))
    return ReadBack(read_view(end, after, lane.rows), view, sent, zone, has_other_writes)


def is_set_by_system(card: PropertyCard) -> bool:
    """Return whether the system itself sets a property, so that it may change with a write.

    Any other property that changes meanwhile may be an edit.
    """
    return card.derived or card.writable is Writable.NEVER
