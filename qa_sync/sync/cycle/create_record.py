"""Creates the counterpart of a source record, exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qa_sync.errors import InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.cycle.update_pair import UpdateResult
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.conversion import NotLinkedYet, ValueConverter
from qa_sync.sync.records.in_sync import is_in_sync
from qa_sync.sync.records.interrupted_writes import find_created
from qa_sync.sync.records.read_back import read_back
from qa_sync.sync.records.record_view import RecordView, by_side, is_empty, read_view
from qa_sync.sync.records.sent_values import sent_texts
from qa_sync.sync.records.unstored import save_unstored
from qa_sync.sync.store.links import Link, Links, PendingCreate, Place
from qa_sync.sync.store.work_queue import ItemState
from qa_sync.sync.summary import CycleTally
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class RecordCreator:
    """Creates counterparts of source records; `reports_unstored`: a value not stored as written is a problem."""

    def __init__(
        self, links: Links, converter: ValueConverter, writer: Writer, *, reports_unstored: bool = True
    ) -> None:
        self._reports_unstored = reports_unstored
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

    def adopt_interrupted(self, lane_cycle: LaneCycle, id: str) -> tuple[Link | None, bool]:
        """Link the record that a create without a response may have made.

        Return its link, and whether a new record may be created now.
        """
        lane, pending_create = lane_cycle.lane, self._links.pending_create(lane_cycle.lane.key, id)
        if pending_create is None:
            return None, True
        matches = find_created(pending_create, self._new_targets(lane_cycle, pending_create), self._converter.zone)
        if len(matches) > 1:
            text = f"a create got no response, and {len(matches)} records match it; remove the copies"
            lane_cycle.tally.problem(lane.section.key, lane.target.system.label, matches[0], text)
            return None, False
        if not matches:
            return None, True
        lane_cycle.tally.add("linked")
        return self._link_created(lane, id, matches[0], pending_create), False

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
        lane, tally = lane_cycle.lane, lane_cycle.tally
        pending_create = PendingCreate(
            lane_cycle.target.last_number, source.texts, sent_texts(lane.rows, Side.TARGET, values)
        )
        # The pending create is on disk before the request, so a crash before the response causes no duplicate later.
        self._links.begin_create(lane.key, source.record.id, pending_create)
        try:
            created = self._writer.insert(
                lane, lane.target, values, lambda: self._find_created(lane_cycle, pending_create)
            )
        except (RequestRejected, InvalidResponse, NotConvertible) as error:
            if not isinstance(error, InvalidResponse):
                self._links.discard_create(lane.key, source.record.id)
            text = f"create in {lane.target.system.label} failed: {error.in_line}"
            tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
            return None, UpdateResult(ItemState.AGAIN)
        if created is None:
            self._links.discard_create(lane.key, source.record.id)
            return None, UpdateResult(ItemState.AGAIN)
        if lane_cycle.is_linked(created.id):
            self._links.discard_create(lane.key, source.record.id)
            lane_cycle.problem(
                lane.source,
                source.record.id,
                f"its create returned {created.id}, which is already linked to another record",
            )
            return None, UpdateResult(ItemState.STANDS)
        tally.add("created")
        link = self._links.connect(lane.key, source.record.id, created.id)
        return link, self._read_back(lane_cycle, link, source, pending_create, created)

    def _link_created(self, lane: Lane, source: str, target: str, pending_create: PendingCreate) -> Link:
        """Link a record with the one that its create made; any value other than the sent one is an edit."""
        link = self._links.connect(lane.key, source, target)
        self._links.save_synced(link, _synced_values(pending_create))
        return link

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

    def _new_targets(self, lane_cycle: LaneCycle, pending_create: PendingCreate) -> Iterator[RecordView]:
        """Yield the unlinked target records that have been listed since the create began."""
        lane = lane_cycle.lane
        for new in lane_cycle.target.new_since(pending_create.known):
            record = None if lane_cycle.is_linked(new) else lane.target.system.lookup(lane.target.card.datatype, new)
            if record is not None:
                yield read_view(lane.target, record, lane.rows)

    def _find_created(self, lane_cycle: LaneCycle, pending_create: PendingCreate) -> str | None:
        """Return the id of the new target record that has the values of a create, None when there is none."""
        end = lane_cycle.lane.target
        listed = end.system.list(end.card.datatype)
        new = (r for r in listed if lane_cycle.target.digest(r.id) is None and not lane_cycle.is_linked(r.id))
        matches = find_created(
            pending_create, (read_view(end, record, lane_cycle.lane.rows) for record in new), self._converter.zone
        )
        if len(matches) > 1:
            raise InvalidResponse(
                f"a create got no response, and {len(matches)} records match it: {', '.join(matches)}"
            )
        return matches[0] if matches else None


def _conditions(lane: Lane, row: Row) -> dict[str, Json]:
    """Return the values by write path that a new target record needs for the row to apply."""
    cards = lane.target.card.properties
    return {cards[w.path].write_path if w.path in cards else w.path: w.value for w in row.target_when}


def _synced_values(pending_create: PendingCreate) -> dict[Place, str]:
    """Return the values of a create in the form that the store keeps."""
    given: dict[Place, str] = {(Side.SOURCE, path): text for path, text in pending_create.given.items()}
    return given | {(Side.TARGET, path): text for path, text in pending_create.sent.items()}
