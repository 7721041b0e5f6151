"""Processes one record of one lane: match, create, update, or wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo

from qa_sync.dataflow.model import StatementKind
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.sync.cycle.connected import Connections
from qa_sync.sync.cycle.create_record import RecordCreator
from qa_sync.sync.cycle.creation_rules import Predicate, may_create, meets_condition
from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.cycle.lists import Listing, Listings, list_key
from qa_sync.sync.cycle.lost_creates.put_off import PutOff
from qa_sync.sync.cycle.match_record import match_record
from qa_sync.sync.cycle.update_pair import PairUpdater, UpdateResult
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.records.conversion import NotLinkedYet
from qa_sync.sync.records.in_sync import is_in_sync, side_is_in_sync
from qa_sync.sync.records.record_view import read_view
from qa_sync.sync.records.unstored import standing_problems
from qa_sync.sync.store.encoding import digest, from_json, to_json
from qa_sync.sync.store.links import Link, Links
from qa_sync.sync.store.work_queue import ItemState, QueueItem, WorkQueue
from qa_sync.sync.summary import CycleTally, Problem
from qa_sync.systems.system import Record


class RecordProcessor:
    """Processes records; a waiting record is processed again when it may have changed."""

    def __init__(
        self,
        links: Links,
        listings: Listings,
        conditions: Mapping[str, Predicate],
        *,
        connections: Connections,
        updater: PairUpdater,
        record_creator: RecordCreator,
        zone: tzinfo,
    ) -> None:
        self._links = links
        self._listings = listings
        self._conditions = conditions
        self._connections = connections
        self._updater = updater
        self._creator = record_creator
        self._zone = zone
        self._queues = {use.lane.section.key: use.queue for listing in listings.values() for use in listing.uses}

    def items(self, lane: Lane, *, again: bool) -> Iterator[QueueItem]:
        """Yield the items of this cycle; `again` when the lane was already processed in it."""
        queue = self._queue(lane)
        last = 0 if again else queue.last_number
        # An item that fails in this cycle is retried in the next one.
        return (item for item in queue.items() if item.state is not ItemState.AGAIN or item.number <= last)

    def problems(self, lane: Lane) -> Iterator[Problem]:
        """Yield the problems of the waiting records."""
        return self._queue(lane).problems(lane.section.key)

    def in_sync_count(self, lane: Lane) -> int:
        """Return how many pairs of a lane are in sync."""
        return self._links.count(lane.key) - self._queue(lane).open_pairs(lane.key)

    def lane_cycle(self, lane: Lane, tally: CycleTally) -> LaneCycle:
        """Return the state of a lane for one cycle."""
        source, target = (self._listings[list_key(lane.end(side))].listed for side in Side)
        return LaneCycle(lane, source, target, links=self._links, zone=self._zone, tally=tally)

    def process(self, lane_cycle: LaneCycle, item: QueueItem) -> None:
        """Process one record; raises SystemUnreachable, every other error is a Problem."""
        with self._reporting(lane_cycle, item.side, item.id):
            if item.side is Side.SOURCE:
                self._source(lane_cycle, item)
            else:
                self._target(lane_cycle, item)

    def process_again(self, lane_cycle: LaneCycle, id: str) -> None:
        """Process a source record whose create was not applied."""
        if item := self._queue(lane_cycle.lane).item(Side.SOURCE, id):
            self.process(lane_cycle, item)

    def link_created(self, put_off: PutOff, created_id: str) -> None:
        """Link the record that a create without a response has made."""
        with self._reporting(put_off.lane_cycle, Side.SOURCE, put_off.id):
            link, result = self._creator.link_created(put_off, created_id)
            self._save_created(put_off.lane_cycle, put_off.id, link, result)

    @contextmanager
    def _reporting(self, lane_cycle: LaneCycle, side: Side, id: str) -> Iterator[None]:
        lane_cycle.tally.latest = []
        try:
            yield
        except (RequestRejected, InvalidResponse) as error:
            lane_cycle.problem(lane_cycle.lane.end(side), id, error.in_line)
            self._requeue(lane_cycle, side, id, ItemState.AGAIN)

    def _source(self, lane_cycle: LaneCycle, item: QueueItem) -> None:
        lane = lane_cycle.lane
        link = self._links.by_source(lane.key, item.id)
        if link is not None:
            self._pair(lane_cycle, link)
            return
        record = self._record(lane, item)
        if record is None:
            self._requeue(lane_cycle, Side.SOURCE, item.id, ItemState.DONE)
        else:
            self._unlinked(lane_cycle, record)

    def _target(self, lane_cycle: LaneCycle, item: QueueItem) -> None:
        """Process the pair of a target record; without one, queue the source records that may match it."""
        lane = lane_cycle.lane
        link = self._links.by_target(lane.key, item.id)
        if link is not None:
            self._pair(lane_cycle, link)
            return
        state = ItemState.DONE
        record = self._record(lane, item) if lane.criteria and not lane_cycle.is_linked(item.id) else None
        if record is not None:
            view = lane_cycle.view(lane.target, record)
            for waiting in lane_cycle.matching_sources(view) if view else ():
                self._queue(lane).add(Side.SOURCE, waiting, None)
            state = ItemState.DONE if view else ItemState.STANDS
        self._requeue(lane_cycle, Side.TARGET, item.id, state)

    def _pair(self, lane_cycle: LaneCycle, link: Link) -> None:
        if self._is_unchanged(lane_cycle.lane, link):
            self._requeue_pair(lane_cycle, link, UpdateResult(ItemState.DONE))
        else:
            self._requeue_pair(lane_cycle, link, self._updater.sync(lane_cycle.lane, link, lane_cycle.tally))

    def _is_unchanged(self, lane: Lane, link: Link) -> bool:
        """Return whether the listed records have the last synced values of the pair."""
        queue = self._queue(lane)
        items = [i for end in _side_ids(link) if (i := queue.item(*end))]
        if any(i.state is not ItemState.NEW or i.data is None for i in items) or self._links.pending_updates(link):
            return False
        synced = self._links.synced(link)
        views = {i.side: read_view(lane.end(i.side), _as_listed(lane, i), lane.rows) for i in items}
        if len(views) == len(Side):
            return is_in_sync(lane, views, synced)
        return all(side_is_in_sync(lane, view, synced) for view in views.values())

    def _unlinked(self, lane_cycle: LaneCycle, record: Record) -> None:
        """Match a source record without a counterpart, or create one; else let the record wait."""
        lane = lane_cycle.lane
        if self._links.pending_create(lane.key, record.id):
            self._requeue(lane_cycle, Side.SOURCE, record.id, ItemState.AGAIN)  # it is settled first
            return
        link, state = None, ItemState.DONE
        if meets_condition(lane, record, self._conditions) and not lane_cycle.is_counterpart(record.id):
            state, link = match_record(lane_cycle, record, self._links, self._conditions)
        if link is not None:
            self._requeue_pair(lane_cycle, link, self._updater.sync(lane, link, lane_cycle.tally))
        elif state is not ItemState.NEW:
            self._requeue(lane_cycle, Side.SOURCE, record.id, state)
        else:
            self._create(lane_cycle, record)

    def _create(self, lane_cycle: LaneCycle, record: Record) -> None:
        lane = lane_cycle.lane
        conditional = lane.has_statement(StatementKind.LINK_FIRST) and lane.has_statement(
            StatementKind.NEW_IF_CONNECTED
        )
        connected = conditional and self._connections.connected(lane, record.id)
        if not may_create(lane, connected=connected):
            self._requeue(lane_cycle, Side.SOURCE, record.id, ItemState.LINKS if conditional else ItemState.DONE)
            return
        try:
            link, result = self._creator.create(lane_cycle, record)
        except NotLinkedYet as error:
            self._wait(lane_cycle, record, error)
            return
        self._save_created(lane_cycle, record.id, link, result)

    def _save_created(self, lane_cycle: LaneCycle, id: str, link: Link | None, result: UpdateResult) -> None:
        if link is None:
            self._requeue(lane_cycle, Side.SOURCE, id, result.state)
        else:
            self._requeue_pair(lane_cycle, link, result)

    def _wait(self, lane_cycle: LaneCycle, record: Record, error: NotLinkedYet) -> None:
        """Let a record wait for its references, as long as it exists: no list shows a deletion."""
        waited = self._queue(lane_cycle.lane).waits_for_links(record.id)
        if waited and lane_cycle.lane.source.system.lookup(record.datatype, record.id) is None:
            self._requeue(lane_cycle, Side.SOURCE, record.id, ItemState.DONE)
            return
        lane_cycle.problem(lane_cycle.lane.source, record.id, f"waiting: {error.message}")
        self._requeue(lane_cycle, Side.SOURCE, record.id, ItemState.LINKS, waits_for_links=True)

    def _requeue_pair(self, lane_cycle: LaneCycle, link: Link, result: UpdateResult) -> None:
        """Save the state of a pair; an own write is not a change when the list shows it later."""
        for side in result.written if result.state is ItemState.DONE else ():
            listing = self._listing(lane_cycle.lane, side)
            if listing.is_exclusive:
                listing.listed.save_digest(
                    result.views[side].record.id, digest(to_json(result.views[side].record.data))
                )
        state = self._state_with_unstored(lane_cycle, link, result)
        lane_cycle.tally.add("touched", bool(result.written) and state is ItemState.DONE)
        self._queue(lane_cycle.lane).done(Side.TARGET, link.target)
        self._requeue(lane_cycle, Side.SOURCE, link.source, state)

    def _state_with_unstored(self, lane_cycle: LaneCycle, link: Link, result: UpdateResult) -> ItemState:
        """Return the state of a pair; a value that was not stored as written stands until a record changes."""
        if result.state is not ItemState.DONE:
            return result.state
        state = ItemState.DONE
        for side, problem in standing_problems(self._links, link, result.views):
            record = link.source if side is Side.SOURCE else link.target
            lane_cycle.problem(lane_cycle.lane.end(side), record, problem)
            state = ItemState.STANDS
        return state

    def _requeue(
        self, lane_cycle: LaneCycle, side: Side, id: str, state: ItemState, *, waits_for_links: bool = False
    ) -> None:
        queue, latest = self._queue(lane_cycle.lane), lane_cycle.tally.latest
        waits = state in {ItemState.LINKS, ItemState.STANDS}
        if not waits:
            lane_cycle.tally.report(latest)
        if state is ItemState.DONE:
            queue.done(side, id)
        else:
            queue.wait(side, id, state, latest if waits else (), waits_for_links=waits_for_links)

    def _record(self, lane: Lane, item: QueueItem) -> Record | None:
        """Return a record as listed; read it again when the queue does not hold it."""
        end = lane.end(item.side)
        return _as_listed(lane, item) if item.data else end.system.lookup(end.card.datatype, item.id)

    def _listing(self, lane: Lane, side: Side) -> Listing:
        return self._listings[list_key(lane.end(side))]

    def _queue(self, lane: Lane) -> WorkQueue:
        return self._queues[lane.section.key]


def _side_ids(link: Link) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return (Side.SOURCE, link.source), (Side.TARGET, link.target)


def _as_listed(lane: Lane, item: QueueItem) -> Record:
    end = lane.end(item.side)
    return Record(end.system.label, end.card.datatype, item.id, from_json(item.data or "null"))
