"""KEEP: updates a linked pair after an edit on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_sync.errors import Conflict, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.update_plan import Plan, make_plan
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import ValueConverter
from qa_sync.sync.records.edit_times import own_write
from qa_sync.sync.records.in_sync import is_in_sync, synced_texts
from qa_sync.sync.records.interrupted_writes import has_sent_value, resolve_update, revision_of, written_by_others
from qa_sync.sync.records.read_back import is_set_by_system, read_back
from qa_sync.sync.records.record_view import RecordView, by_side, read_view
from qa_sync.sync.records.sent_values import sent_texts
from qa_sync.sync.records.unstored import save_unstored
from qa_sync.sync.store.encoding import to_json
from qa_sync.sync.store.links import Link, Links, PendingUpdate
from qa_sync.sync.store.work_queue import ItemState
from qa_sync.sync.summary import CycleTally
from qa_sync.sync.writer import Writer

ATTEMPTS = 3
"""Attempts per pair, each from a fresh read, after conflicting edits.

Source: docs/explanation/mapping.rst, "Concurrent edits".
"""


@dataclass(slots=True)
class UpdateResult:
    """The result of an update: the next state of the pair, the records as last read, and the written sides."""

    state: ItemState
    views: Mapping[Side, RecordView] = field(default_factory=dict)
    written: set[Side] = field(default_factory=set)


class PairUpdater:
    """Writes edits from one record of a link to the other; `reports_unstored` as in RecordCreator."""

    def __init__(
        self,
        links: Links,
        converter: ValueConverter,
        writer: Writer,
        policies: Policies,
        clocks: ClockOffsets,
        *,
        reports_unstored: bool = True,
    ) -> None:
        self._reports_unstored = reports_unstored
        self._links = links
        self._converter = converter
        self._writer = writer
        self._policies = policies
        self._clocks = clocks

    def sync(self, lane: Lane, link: Link, tally: CycleTally) -> UpdateResult:
        """Synchronize a pair, from a fresh read of both records."""
        reason = ""
        written: set[Side] = set()
        for _ in range(ATTEMPTS):
            # Lists may be late or partial, so each decision and each write needs a fresh read.
            views = self._fresh(lane, link)
            if views is None:
                return UpdateResult(ItemState.DONE)  # deletes do not propagate
            plan = make_plan(
                lane,
                views,
                self._links.synced(link),
                converter=self._converter,
                policies=self._policies,
                clocks=self._clocks,
            )
            try:
                return self._apply(lane, link, plan, UpdateResult(ItemState.DONE, views, written), tally)
            except Conflict as error:
                reason = error.in_line
        tally.problem(
            lane.section.key, lane.source.system.label, link.source, f"gave up after repeated conflicts: {reason}"
        )
        return UpdateResult(ItemState.AGAIN)

    def _fresh(self, lane: Lane, link: Link) -> dict[Side, RecordView] | None:
        source = lane.source.system.lookup(lane.source.card.datatype, link.source)
        target = lane.target.system.lookup(lane.target.card.datatype, link.target)
        if source is None or target is None:
            return None
        views = by_side(read_view(lane.source, source, lane.rows), read_view(lane.target, target, lane.rows))
        for pending_update in self._links.pending_updates(link):
            self._links.save_synced(link, resolve_update(lane, pending_update, views, self._converter.zone))
            self._links.finish_update(link, pending_update.side)
        return views

    def _apply(self, lane: Lane, link: Link, plan: Plan, result: UpdateResult, tally: CycleTally) -> UpdateResult:
        views = dict(result.views)
        source, target = (synced_texts(views[side], plan.unchanged) for side in Side)
        self._links.save_synced(link, {**source, **target, **plan.synced_texts})
        failed = False
        for side in (Side.TARGET, Side.SOURCE):
            if not plan.updates[side]:
                continue
            try:
                # Write the values that the plan is based on: any later value is an edit for the next plan.
                views[side] = self._write(lane, link, plan, result.views, side, late=bool(result.written))
            except Conflict:
                raise
            except (RequestRejected, InvalidResponse, NotConvertible) as error:
                failed = True
                record = views[side].record
                tally.problem(
                    lane.section.key, lane.end(side).system.label, record.id, f"update failed: {error.in_line}"
                )
                continue
            result.written.add(side)
            tally.add("updated")
            tally.add("conflicts", sum(update.conflict for update in plan.updates[side]))
        self._report(lane, plan, views, tally)
        return UpdateResult(
            ItemState.AGAIN if failed else self._next_state(lane, link, plan, views, result), views, result.written
        )

    def _next_state(
        self, lane: Lane, link: Link, plan: Plan, views: Mapping[Side, RecordView], result: UpdateResult
    ) -> ItemState:
        if is_in_sync(lane, views, self._links.synced(link)):
            return ItemState.DONE
        if result.written:
            return ItemState.AGAIN
        # The same values give the same result: something has to change first.
        return ItemState.LINKS if plan.waits_for_link else ItemState.STANDS

    def _write(
        self, lane: Lane, link: Link, plan: Plan, views: Mapping[Side, RecordView], side: Side, *, late: bool
    ) -> RecordView:
        """Update one record, save its new values, and return the view of it after the write."""
        end, record = lane.end(side), views[side].record
        if late and end.card.revision is None:
            self._check_unmodified(views[side])
        updated = [row for update in plan.updates[side] for row in update.rows]
        given = synced_texts(views[side.other], updated)
        values = {path: value for update in plan.updates[side] for path, value in update.values.items()}
        given_texts = {path: text for (_, path), text in given.items()}
        sent = sent_texts(updated, side, values, record.data)
        pending_update = PendingUpdate(side, given_texts, sent, revision_of(end.card, record.data))
        self._links.begin_update(link, pending_update)
        began = self._clocks.now()
        try:
            written = self._writer.update(lane, end, record, values)
        except (RequestRejected, NotConvertible):
            self._links.finish_update(link, side)
            raise
        fresh = end.system.lookup(end.card.datatype, record.id)
        if fresh is None:
            self._links.finish_update(link, side)
            return views[side]
        found = read_back(lane, end, (fresh, written.shown), sent, self._converter.zone)
        after = found.after
        self._clocks.measure(views[side], after, began)
        own_rows = [*updated, *(row for row in lane.rows if row.card(side).write_path in written.paths)]
        followers = [row for row in plan.unchanged if is_set_by_system(row.card(side))]
        timestamps = own_write(views[side], found.shown or after, self._links.synced(link))
        edited = {row.card(side).path for row in own_rows if found.is_edited(row.card(side).path)}
        if written_by_others(pending_update.revision, revision_of(end.card, fresh.data)):
            edited |= {row.card(side).path for row in own_rows if not self._is_own_value(row, pending_update, after)}
        # What was sent counts as synced: then the other value is an edit, also one back to the value before.
        overwritten = {(side, path): text for path, text in sent.items() if path in edited}
        own_rows = [row for row in own_rows if row.card(side).path not in edited]
        timestamps = {} if edited else timestamps
        received = found.synced_texts([*own_rows, *followers]) | overwritten
        if side is Side.SOURCE:
            # A source of several targets keeps its old synced value, so that the next cycle writes it to the others.
            received = {place: text for place, text in received.items() if place[1] not in lane.shared_sources}
        self._links.save_synced(link, given | received | timestamps)
        if self._reports_unstored:
            own = {row.card(side).path for row in own_rows}
            sent_by_us = {path: text for path, text in pending_update.sent.items() if path in own}
            save_unstored(self._links, link, after, sent_by_us, self._converter.zone)
        self._links.finish_update(link, side)
        return after

    def _is_own_value(self, row: Row, pending_update: PendingUpdate, after: RecordView) -> bool:
        """Return whether a record that another client also wrote still has the sent value: any other is an edit."""
        path = row.card(after.end.side).path
        return path not in pending_update.sent or has_sent_value(
            after, path, pending_update.sent[path], self._converter.zone
        )

    def _check_unmodified(self, before: RecordView) -> None:
        """Raise Conflict when a record of an API without locking changed since it was read."""
        end = before.end
        now = end.system.lookup(end.card.datatype, before.record.id)
        if now is None or to_json(now.data) != to_json(before.record.data):
            raise Conflict(f"{end.system.label} {before.record.id} changed since it was read", status=409)

    def _report(self, lane: Lane, plan: Plan, views: Mapping[Side, RecordView], tally: CycleTally) -> None:
        for problem in plan.unconvertible:
            label = lane.end(problem.side).system.label
            tally.problem(lane.section.key, label, views[problem.side].record.id, f"{problem.path}: {problem.reason}")
