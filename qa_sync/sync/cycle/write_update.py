"""Writes the planned values of one side of a pair, and reads them back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from qa_sync.errors import Conflict, NotConvertible, RequestRejected
from qa_sync.sync.cycle.update_plan import Plan
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import ValueConverter
from qa_sync.sync.records.edit_times import own_write
from qa_sync.sync.records.in_sync import synced_texts
from qa_sync.sync.records.interrupted_writes import revision_of
from qa_sync.sync.records.read_back import ReadBack, is_set_by_system, read_back
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.records.sent_values import sent_texts
from qa_sync.sync.records.unstored import save_unstored
from qa_sync.sync.store.encoding import to_json
from qa_sync.sync.store.links import Link, Links, PendingUpdate, Place
from qa_sync.sync.writer import Writer, Written
from qa_sync.systems.system import Record
from qa_sync.values.form import Json
from qa_sync.values.paths import omit


class UpdateWriter:
    """Writes to one record of a link at a time; `reports_unstored` as in RecordCreator."""

    def __init__(
        self, links: Links, converter: ValueConverter, writer: Writer, clocks: ClockOffsets, *, reports_unstored: bool
    ) -> None:
        self._links = links
        self._converter = converter
        self._writer = writer
        self._clocks = clocks
        self._reports_unstored = reports_unstored

    def write(
        self, lane: Lane, link: Link, plan: Plan, views: Mapping[Side, RecordView], side: Side, *, late: bool
    ) -> RecordView:
        """Update one record, save its new values, and return the view of it after the write.

        Raises Conflict when the record has changed since it was read, NotConvertible, RequestRejected. `late`: the
        other record of the pair was written after both were read.
        """
        before = views[side]
        if late and before.end.card.revision is None:
            _check_unmodified(before)
        values = {path: value for update in plan.updates[side] for path, value in update.values.items()}
        pending_update = _pending(plan, views, side, values)
        self._links.begin_update(link, pending_update)
        began = self._clocks.now()
        written = self._send(lane, link, before, values)
        fresh = before.end.system.lookup(before.end.card.datatype, before.record.id)
        if fresh is None:
            self._links.finish_update(link, side)
            return before
        found = read_back(
            lane,
            before.end,
            (fresh, written.shown),
            pending_update.sent,
            self._converter.zone,
            before=pending_update.revision,
        )
        self._clocks.measure(before, found.after, began)
        given = {(side.other, path): text for path, text in pending_update.given.items()}
        received, edited = _received(lane, plan, found, written)
        times = {} if edited else own_write(before, found.shown or found.after, self._links.synced(link))
        self._links.save_synced(link, given | received | times)
        if self._reports_unstored:
            own = {path: text for path, text in found.sent.items() if path not in edited}
            save_unstored(self._links, link, found.after, own, self._converter.zone)
        self._links.finish_update(link, side)
        return found.after

    def _send(self, lane: Lane, link: Link, before: RecordView, values: Mapping[str, Json]) -> Written:
        try:
            return self._writer.update(lane, before.end, before.record, values)
        except (RequestRejected, NotConvertible):
            self._links.finish_update(link, before.end.side)
            raise


def _received(lane: Lane, plan: Plan, found: ReadBack, written: Written) -> tuple[dict[Place, str], set[str]]:
    """Return what counts as synced, and the paths of written properties that another client has edited since."""
    side = found.after.end.side
    updated = [row for update in plan.updates[side] for row in update.rows]
    own = [*updated, *(row for row in lane.rows if row.card(side).write_path in written.paths)]
    followers = [row for row in plan.unchanged if is_set_by_system(row.card(side))]
    received = found.synced_texts([*own, *followers])
    if side is Side.SOURCE:
        # A source of several targets keeps its old synced value, so that the next cycle writes it to the others.
        received = {place: text for place, text in received.items() if place[1] not in lane.shared_sources}
    return received, {path for row in own if found.is_edited(path := row.card(side).path)}


def _pending(plan: Plan, views: Mapping[Side, RecordView], side: Side, values: Mapping[str, Json]) -> PendingUpdate:
    """Return what is stored before the write, so that a later cycle recognizes a lost write that was applied."""
    updated = [row for update in plan.updates[side] for row in update.rows]
    given = {path: text for (_, path), text in synced_texts(views[side.other], updated).items()}
    record, card = views[side].record, views[side].end.card
    return PendingUpdate(side, given, sent_texts(updated, side, values, record.data), revision_of(card, record.data))


def _check_unmodified(before: RecordView) -> None:
    """Raise Conflict when a record of an API without locking changed since it was read.

    What the system computes by itself may differ from read to read.
    """
    end = before.end
    now = end.system.lookup(end.card.datatype, before.record.id)
    if now is None or to_json(_without_volatile(end, now)) != to_json(_without_volatile(end, before.record)):
        raise Conflict(f"{end.system.label} {before.record.id} changed since it was read", status=409)


def _without_volatile(end: LaneEnd, record: Record) -> Json:
    return reduce(omit, end.card.volatile, record.data)
