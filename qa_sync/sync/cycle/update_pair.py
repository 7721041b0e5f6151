"""KEEP: updates a linked pair after an edit on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_sync.errors import Conflict, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.update_plan import Plan, make_plan
from qa_sync.sync.cycle.write_update import UpdateWriter
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import ValueConverter
from qa_sync.sync.records.in_sync import is_in_sync, synced_texts
from qa_sync.sync.records.interrupted_writes import resolve_update
from qa_sync.sync.records.record_view import RecordView, by_side, read_view
from qa_sync.sync.store.links import Link, Links
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
        self._update_writer = UpdateWriter(links, converter, writer, clocks, reports_unstored=reports_unstored)
        self._links = links
        self._converter = converter
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
                views[side] = self._update_writer.write(lane, link, plan, result.views, side, late=bool(result.written))
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

    def _report(self, lane: Lane, plan: Plan, views: Mapping[Side, RecordView], tally: CycleTally) -> None:
        for problem in plan.unconvertible:
            label = lane.end(problem.side).system.label
            tally.problem(lane.section.key, label, views[problem.side].record.id, f"{problem.path}: {problem.reason}")
