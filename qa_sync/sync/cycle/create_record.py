"""Creates the counterpart of a source record, exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, NotConvertible, QaSyncError, RequestRejected
from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.cycle.lost_creates.find_created import find_created
from qa_sync.sync.cycle.lost_creates.put_off import PutOff, UnsettledCreates
from qa_sync.sync.cycle.update_pair import UpdateResult
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.conversion import NotLinkedYet, ValueConverter
from qa_sync.sync.records.in_sync import is_in_sync
from qa_sync.sync.records.read_back import read_back
from qa_sync.sync.records.record_view import RecordView, by_side, is_empty, read_view
from qa_sync.sync.records.sent_values import sent_texts
from qa_sync.sync.records.unstored import save_unstored
from qa_sync.sync.store.links import Link, Links, PendingCreate, Place
from qa_sync.sync.store.work_queue import ItemState
from qa_sync.sync.summary import CycleTally
from qa_sync.sync.writer import Writer
from qa_sync.systems.rest.unsettled_create import UnsettledCreate
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class RecordCreator:
    """Creates counterparts of source records; `reports_unstored`: a value not stored as written is a problem.

    A create without a response is put off to `unsettled`; `clock` is kept with each create (None: no time is).
    """

    def __init__(
        self,
        links: Links,
        converter: ValueConverter,
        writer: Writer,
        unsettled: UnsettledCreates,
        *,
        clock: Clock | None = None,
        reports_unstored: bool = True,
    ) -> None:
        self._reports_unstored = reports_unstored
        self._unsettled = unsettled
        self._clock = clock
        self._links = links
        self._converter = converter
        self._writer = writer

    def create(self, lane_cycle: LaneCycle, listed: Record) -> tuple[Link | None, UpdateResult]:
        """Create the counterpart of a source record.

        Raises NotLinkedYet, without a request, when a referenced record must be linked first.
        """
        lane = lane_cycle.lane
        rows = [row for row in lane.rows if row.is_writable_on(Side.TARGET, creating=True)]
        if through := [row for row in rows if row.through]:
            self._values(lane, through, read_view(lane.source, listed, through), CycleTally())
        fresh = lane.source.system.lookup(lane.source.card.datatype, listed.id)
        if fresh is None:
            return None, UpdateResult(ItemState.DONE)
        view = read_view(lane.source, fresh, lane.rows)
        return self._insert(lane_cycle, view, self._values(lane, rows, view, lane_cycle.tally))

    def link_created(self, put_off: PutOff, created_id: str) -> tuple[Link | None, UpdateResult]:
        """Link the record that a create without a response has made.

        In the cycle of the create, the record is read back. Later, any value other than the sent one is an edit.
        """
        lane_cycle, pending_create = put_off.lane_cycle, put_off.pending_create
        if put_off.source is not None:
            return self._created(lane_cycle, put_off.source, _unseen(lane_cycle.lane, created_id), pending_create)
        lane_cycle.tally.add("linked")
        link = self._links.connect(lane_cycle.lane.key, put_off.id, created_id)
        self._links.save_synced(link, _synced_values(pending_create))
        return link, UpdateResult(ItemState.AGAIN)

    def _values(self, lane: Lane, rows: Iterable[Row], source: RecordView, tally: CycleTally) -> dict[str, Json]:
        """Return the wire values of a new record by write path; a value that cannot be converted is a problem."""
        values: dict[str, Json] = {}
        context_values = self._converter.context_values(lane, source)
        for row in rows:
            if row.source.path not in source.unconvertible and is_empty(source.value(row)):
                continue
            if row.target.write_path in values:
                continue  # of several sources for one target, the first with a value wins
            try:
                if source.applies(row):
                    values[row.target.write_path] = self._converter.wire_value(row, source, context_values)
                    values = {**_conditions(lane, row), **values} if row.target_when else values
            except NotLinkedYet as error:
                raise NotLinkedYet(f"{row.source.path} {error.message}") from None
            except NotConvertible as error:
                text = f"{row.source.path} -> {row.target.path}: {error.message}"
                tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
        return values

    def _insert(
        self, lane_cycle: LaneCycle, source: RecordView, values: Mapping[str, Json]
    ) -> tuple[Link | None, UpdateResult]:
        lane = lane_cycle.lane
        sent = sent_texts(lane.rows, Side.TARGET, values)
        sent_at = self._clock.now() if self._clock else None
        pending_create = PendingCreate(lane_cycle.target.last_number, source.texts, sent, sent_at)
        # The pending create is on disk before the request, so a crash before the response causes no duplicate later.
        self._links.begin_create(lane.key, source.record.id, pending_create)
        try:
            created = self._writer.insert(lane, lane.target, values)
        except UnsettledCreate as lost:
            if self._unsettled.note_lost(PutOff(lane_cycle, source.record.id, pending_create, lost, source)):
                return None, UpdateResult(ItemState.AGAIN)
            return self._failed(lane_cycle, source.record.id, lost)
        except (RequestRejected, InvalidResponse, NotConvertible) as error:
            if isinstance(error, RequestRejected) and self._unsettled.is_retry(lane.key, source.record.id):
                # It may be rejected because an earlier attempt created the record after all.
                found = find_created(lane_cycle, {source.record.id: pending_create}).get(source.record.id, [])
                if len(found) == 1:
                    return self._created(lane_cycle, source, _unseen(lane, found[0]), pending_create)
            return self._failed(lane_cycle, source.record.id, error)
        if created is None:
            self._links.discard_create(lane.key, source.record.id)
            return None, UpdateResult(ItemState.AGAIN)
        return self._created(lane_cycle, source, created, pending_create)

    def _failed(self, lane_cycle: LaneCycle, id: str, error: QaSyncError) -> tuple[None, UpdateResult]:
        """Report a create that failed; it stays pending if it may have been applied."""
        if not isinstance(error, InvalidResponse):
            self._links.discard_create(lane_cycle.lane.key, id)
        text = f"create in {lane_cycle.lane.target.system.label} failed: {error.in_line}"
        lane_cycle.problem(lane_cycle.lane.source, id, text)
        return None, UpdateResult(ItemState.AGAIN)

    def _created(
        self, lane_cycle: LaneCycle, source: RecordView, created: Record, pending_create: PendingCreate
    ) -> tuple[Link | None, UpdateResult]:
        lane = lane_cycle.lane
        if lane_cycle.is_linked(created.id):
            self._links.discard_create(lane.key, source.record.id)
            lane_cycle.problem(
                lane.source,
                source.record.id,
                f"its create returned {created.id}, which is already linked to another record",
            )
            return None, UpdateResult(ItemState.STANDS)
        lane_cycle.tally.add("created")
        link = self._links.connect(lane.key, source.record.id, created.id)
        return link, self._read_back(lane_cycle, link, source, pending_create, created)

    def _read_back(
        self, lane_cycle: LaneCycle, link: Link, source: RecordView, pending_create: PendingCreate, shown: Record
    ) -> UpdateResult:
        """Read the new record back: a value that the system changed on create is not an edit, one changed since is."""
        lane = lane_cycle.lane
        synced = _synced_values(pending_create)
        try:
            created = lane.target.system.lookup(lane.target.card.datatype, link.target)
            if created is None:
                lane_cycle.tally.add("touched")
                return UpdateResult(ItemState.DONE)
            found = read_back(lane, lane.target, (created, shown), pending_create.sent, self._converter.zone)
            views = by_side(source, found.after)
            synced |= found.synced_texts(lane.rows)
            if self._reports_unstored:
                sent = {path: text for path, text in pending_create.sent.items() if not found.is_edited(path)}
                save_unstored(self._links, link, found.after, sent, self._converter.zone)
        finally:
            self._links.save_synced(link, synced)
        return UpdateResult(
            ItemState.DONE if is_in_sync(lane, views, synced) else ItemState.AGAIN, views, {Side.TARGET}
        )


def _conditions(lane: Lane, row: Row) -> dict[str, Json]:
    """Return the values by write path that a new target record needs for the row to apply."""
    cards = lane.target.card.properties
    return {cards[w.path].write_path if w.path in cards else w.path: w.value for w in row.target_when}


def _unseen(lane: Lane, id: str) -> Record:
    """Return a new record that no response has shown."""
    return Record(lane.target.system.label, lane.target.card.datatype, id, {})


def _synced_values(pending_create: PendingCreate) -> dict[Place, str]:
    """Return the values of a create in the form that the store keeps."""
    given: dict[Place, str] = {(Side.SOURCE, path): text for path, text in pending_create.given.items()}
    return given | {(Side.TARGET, path): text for path, text in pending_create.sent.items()}
