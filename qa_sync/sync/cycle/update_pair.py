"""KEEP: a linked pair stays in sync, whichever side is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_sync.errors import Conflict, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.merge_plan import Plan, make_plan
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import ValueConverter
from qa_sync.sync.records.edit_times import own_write
from qa_sync.sync.records.in_sync import is_in_sync, synced_texts
from qa_sync.sync.records.interrupted_writes import resolve_update, revision_of, shows_sent, written_by_others
from qa_sync.sync.records.record_view import RecordView, by_side, read_view
from qa_sync.sync.store.encoding import encode, to_json
from qa_sync.sync.store.links import Link, Links, PendingUpdate
from qa_sync.sync.store.work_queue import ItemState
from qa_sync.sync.summary import CycleTally
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values.canonical import to_canonical

ATTEMPTS = 3
"""Attempts per pair, each from a fresh read, after conflicting edits.

Source: docs/explanation/mapping.rst, "Concurrent edits".
"""


@dataclass(slots=True)
class UpdateResult:
    """How a pair was left: why it is looked at again, the records as they were read last, and which were written."""

    state: ItemState
    seen: Mapping[Side, RecordView] = field(default_factory=dict)
    written: set[Side] = field(default_factory=set)


class PairUpdater:
    """Carries edits between the two records of a link."""

    def __init__(
        self, links: Links, converter: ValueConverter, writer: Writer, policies: Policies, clocks: ClockOffsets
    ) -> None:
        self._links = links
        self._converter = converter
        self._writer = writer
        self._policies = policies
        self._clocks = clocks

    def sync(self, lane: Lane, link: Link, tally: CycleTally) -> UpdateResult:
        """Bring a pair in sync, from a fresh read of both records."""
        refusal = ""
        written: set[Side] = set()
        for _ in range(ATTEMPTS):
            # Lists may be late or partial, so nothing is decided, and nothing overwritten, without a fresh read.
            seen = self._fresh(lane, link)
            if seen is None:
                return UpdateResult(ItemState.DONE)  # deletes do not propagate
            plan = make_plan(
                lane,
                seen,
                self._links.synced(link),
                converter=self._converter,
                policies=self._policies,
                clocks=self._clocks,
            )
            try:
                return self._apply(lane, link, plan, UpdateResult(ItemState.DONE, seen, written), tally)
            except Conflict as error:
                refusal = error.in_line
        tally.problem(
            lane.section.key, lane.source.system.label, link.source, f"gave up after repeated conflicts: {refusal}"
        )
        return UpdateResult(ItemState.AGAIN)

    def _fresh(self, lane: Lane, link: Link) -> dict[Side, RecordView] | None:
        source = lane.source.system.lookup(lane.source.card.datatype, link.source)
        target = lane.target.system.lookup(lane.target.card.datatype, link.target)
        if source is None or target is None:
            return None
        seen = by_side(read_view(lane.source, source, lane.rows), read_view(lane.target, target, lane.rows))
        for pending_update in self._links.pending_updates(link):
            self._links.save_synced(link, resolve_update(lane, pending_update, seen, self._converter.zone))
            self._links.finish_update(link, pending_update.side)
        return seen

    def _apply(self, lane: Lane, link: Link, plan: Plan, result: UpdateResult, tally: CycleTally) -> UpdateResult:
        seen = dict(result.seen)
        source, target = (synced_texts(seen[side], plan.unchanged) for side in Side)
        self._links.save_synced(link, {**source, **target, **plan.synced_texts})
        failed = False
        for side in (Side.TARGET, Side.SOURCE):
            if not plan.updates[side]:
                continue
            try:
                # What is given is what the plan was made from: whatever its side shows since is an edit yet to carry.
                seen[side] = self._write(lane, link, plan, result.seen, side, late=bool(result.written))
            except Conflict:
                raise
            except (RequestRejected, InvalidResponse, NotConvertible) as error:
                failed = True
                record = seen[side].record
                tally.problem(
                    lane.section.key, lane.end(side).system.label, record.id, f"update failed: {error.in_line}"
                )
                continue
            result.written.add(side)
            tally.add("updated")
            tally.add("conflicts", sum(move.conflict for move in plan.updates[side]))
        self._report(lane, plan, seen, tally)
        return UpdateResult(
            ItemState.AGAIN if failed else self._next_state(lane, link, plan, seen, result), seen, result.written
        )

    def _next_state(
        self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, RecordView], result: UpdateResult
    ) -> ItemState:
        if is_in_sync(lane, seen, self._links.synced(link)):
            return ItemState.DONE
        if result.written:
            return ItemState.AGAIN
        # The same again would come of the same: something has to change first.
        return ItemState.LINKS if plan.waits_for_link else ItemState.STANDS

    def _write(
        self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, RecordView], side: Side, *, late: bool
    ) -> RecordView:
        """Update one record, keep what it answers, and return how it looks where it was written."""
        end, record = lane.end(side), seen[side].record
        if late and end.card.revision is None:
            self._check_unmodified(seen[side])
        moved = [row for move in plan.updates[side] for row in move.rows]
        given = synced_texts(seen[side.other], moved)
        values = {path: value for move in plan.updates[side] for path, value in move.values.items()}
        cards = {row.card(side).write_path: row.card(side) for row in moved}
        sent_texts = {cards[p].path: encode(to_canonical(v, cards[p].form)) for p, v in values.items() if p in cards}
        given_texts = {path: text for (_, path), text in given.items()}
        pending_update = PendingUpdate(side, given_texts, sent_texts, revision_of(end.card, record.data))
        self._links.begin_update(link, pending_update)
        began = self._clocks.now()
        try:
            sent = self._writer.update(lane, end, record, values)
        except (RequestRejected, NotConvertible):
            self._links.finish_update(link, side)
            raise
        answer = end.system.lookup(end.card.datatype, record.id)
        if answer is None:
            self._links.finish_update(link, side)
            return seen[side]
        after = read_view(end, answer, lane.rows)
        self._clocks.measure(seen[side], after, began)
        ours = [*moved, *(row for row in lane.rows if row.card(side).write_path in sent)]
        followers = [row for row in plan.unchanged if _is_set_by_system(row.card(side))]
        stamps = own_write(seen[side], after, self._links.synced(link))
        if written_by_others(pending_update.revision, revision_of(end.card, answer.data)):
            ours, stamps = [row for row in ours if self._still_shows(row, pending_update, after)], {}
        received = synced_texts(after, [*ours, *followers])
        if side is Side.SOURCE:
            # A source of several targets keeps its old mark, so that the next cycle carries it on to the others.
            received = {place: text for place, text in received.items() if place[1] not in lane.shared_sources}
        self._links.save_synced(link, given | received | stamps)
        self._links.finish_update(link, side)
        return after

    def _still_shows(self, row: Row, pending_update: PendingUpdate, after: RecordView) -> bool:
        """Return whether a record that another client also wrote still shows what was sent."""
        path = row.card(after.end.side).path
        return path not in pending_update.sent or shows_sent(
            after, path, pending_update.sent[path], self._converter.zone
        )

    def _check_unmodified(self, before: RecordView) -> None:
        """Raise Conflict when a record of an API without locking is not any more what it was when it was read."""
        end = before.end
        now = end.system.lookup(end.card.datatype, before.record.id)
        if now is None or to_json(now.data) != to_json(before.record.data):
            raise Conflict(f"{end.system.label} {before.record.id} changed since it was read", status=409)

    def _report(self, lane: Lane, plan: Plan, seen: Mapping[Side, RecordView], tally: CycleTally) -> None:
        for gap in plan.unconvertible:
            label = lane.end(gap.side).system.label
            tally.problem(lane.section.key, label, seen[gap.side].record.id, f"{gap.path}: {gap.reason}")


def _is_set_by_system(card: PropertyCard) -> bool:
    """Return whether the system itself decides a property, so that it changes without a write.

    Any other property that changes meanwhile may be another client's edit.
    """
    return card.derived or card.writable is Writable.NEVER
