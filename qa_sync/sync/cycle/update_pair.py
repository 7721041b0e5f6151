"""KEEP: a linked pair stays in sync, whichever side is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_sync.errors import Conflict, InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.merge_plan import Plan, make_plan
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.records.clock_offsets import Clocks
from qa_sync.sync.records.conversion import Carrier
from qa_sync.sync.records.edit_times import written_at
from qa_sync.sync.records.in_sync import marks, shows
from qa_sync.sync.records.interrupted_writes import as_answered, others_wrote, revision_of, shows_sent
from qa_sync.sync.records.record_view import Seen, both, look
from qa_sync.sync.store.encoding import encode, spell
from qa_sync.sync.store.links import Link, Links, Sending
from qa_sync.sync.store.work_queue import Mood
from qa_sync.sync.summary import Tally
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values.canonical import to_canonical

ATTEMPTS = 3
"""How often a pair is tried again from a fresh read when somebody else was faster (MAPPING 6.24)."""


@dataclass(slots=True)
class Kept:
    """How a pair was left: why it is looked at again, the records as they were read last, and which were written."""

    mood: Mood
    seen: Mapping[Side, Seen] = field(default_factory=dict)
    written: set[Side] = field(default_factory=set)


class Keeper:
    """Carries edits between the two records of a link."""

    def __init__(self, links: Links, carrier: Carrier, writer: Writer, policies: Policies, clocks: Clocks) -> None:
        self._links = links
        self._carrier = carrier
        self._writer = writer
        self._policies = policies
        self._clocks = clocks

    def sync(self, lane: Lane, link: Link, tally: Tally) -> Kept:
        """Bring a pair in sync, from a fresh read of both records."""
        refusal = ""
        written: set[Side] = set()
        for _ in range(ATTEMPTS):
            # Lists may be late or partial, so nothing is decided, and nothing overwritten, without a fresh read.
            seen = self._fresh(lane, link)
            if seen is None:
                return Kept(Mood.DONE)  # deletes do not propagate
            plan = make_plan(
                lane,
                seen,
                self._links.synced(link),
                carrier=self._carrier,
                policies=self._policies,
                clocks=self._clocks,
            )
            try:
                return self._carry_out(lane, link, plan, Kept(Mood.DONE, seen, written), tally)
            except Conflict as error:
                refusal = error.in_line
        tally.problem(lane.section.key, lane.source.system.label, link.source, f"gave up after a conflict: {refusal}")
        return Kept(Mood.AGAIN)

    def _fresh(self, lane: Lane, link: Link) -> dict[Side, Seen] | None:
        source = lane.source.system.lookup(lane.source.card.datatype, link.source)
        target = lane.target.system.lookup(lane.target.card.datatype, link.target)
        if source is None or target is None:
            return None
        seen = both(look(lane.source, source, lane.rows), look(lane.target, target, lane.rows))
        for sending in self._links.sent(link):
            self._links.remember(link, as_answered(lane, sending, seen, self._carrier.zone))
            self._links.answered(link, sending.side)
        return seen

    def _carry_out(self, lane: Lane, link: Link, plan: Plan, kept: Kept, tally: Tally) -> Kept:
        seen = dict(kept.seen)
        source, target = (marks(seen[side], plan.settled) for side in Side)
        self._links.remember(link, {**source, **target, **plan.marks})
        failed = False
        for side in (Side.TARGET, Side.SOURCE):
            if not plan.moves[side]:
                continue
            try:
                # What is given is what the plan was made from: whatever its side shows since is an edit yet to carry.
                seen[side] = self._write(lane, link, plan, kept.seen, side, late=bool(kept.written))
            except Conflict:
                raise
            except (RequestRejected, InvalidResponse, NotConvertible) as error:
                failed = True
                record = seen[side].record
                tally.problem(
                    lane.section.key, lane.end(side).system.label, record.id, f"update failed: {error.in_line}"
                )
                continue
            kept.written.add(side)
            tally.add("updated")
            tally.add("conflicts", sum(move.conflict for move in plan.moves[side]))
        self._report(lane, plan, seen, tally)
        return Kept(Mood.AGAIN if failed else self._mood(lane, link, plan, seen, kept), seen, kept.written)

    def _mood(self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, Seen], kept: Kept) -> Mood:
        if shows(lane, seen, self._links.synced(link)):
            return Mood.DONE
        if kept.written:
            return Mood.AGAIN
        # The same again would come of the same: something has to change first.
        return Mood.LINKS if plan.waits else Mood.STANDS

    def _write(self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, Seen], side: Side, *, late: bool) -> Seen:
        """Update one record, keep what it answers, and return how it looks where it was written."""
        end, record = lane.end(side), seen[side].record
        if late and end.card.revision is None:
            self._compare(seen[side])
        moved = [row for move in plan.moves[side] for row in move.rows]
        given = marks(seen[side.other], moved)
        values = {path: value for move in plan.moves[side] for path, value in move.values.items()}
        cards = {row.card(side).write_path: row.card(side) for row in moved}
        meant = {cards[p].path: encode(to_canonical(v, cards[p].form)) for p, v in values.items() if p in cards}
        told = {path: text for (_, path), text in given.items()}
        sending = Sending(side, told, meant, revision_of(end.card, record.data))
        self._links.send(link, sending)
        began = self._clocks.now()
        try:
            sent = self._writer.update(lane, end, record, values)
        except (RequestRejected, NotConvertible):
            self._links.answered(link, side)
            raise
        answer = end.system.lookup(end.card.datatype, record.id)
        if answer is None:
            self._links.answered(link, side)
            return seen[side]
        after = look(end, answer, lane.rows)
        self._clocks.learn(seen[side], after, began)
        ours = [*moved, *(row for row in lane.rows if row.card(side).write_path in sent)]
        followers = [row for row in plan.settled if _follows(row.card(side))]
        stamps = written_at(seen[side], after, self._links.synced(link))
        if others_wrote(sending.revision, revision_of(end.card, answer.data)):
            ours, stamps = [row for row in ours if self._stayed(row, sending, after)], {}
        received = marks(after, [*ours, *followers])
        if side is Side.SOURCE:
            # A source of several targets keeps its old mark, so that the next cycle carries it on to the others.
            received = {place: text for place, text in received.items() if place[1] not in lane.shared}
        self._links.remember(link, given | received | stamps)
        self._links.answered(link, side)
        return after

    def _stayed(self, row: Row, sending: Sending, after: Seen) -> bool:
        """Tell whether a record that somebody else wrote too still shows what was sent: anything else is his edit."""
        path = row.card(after.end.side).path
        return path not in sending.sent or shows_sent(after, path, sending.sent[path], self._carrier.zone)

    def _compare(self, before: Seen) -> None:
        """Raise Conflict when a record of an API without locking is not any more what it was when it was read."""
        end = before.end
        now = end.system.lookup(end.card.datatype, before.record.id)
        if now is None or spell(now.data) != spell(before.record.data):
            raise Conflict(f"{end.system.label} {before.record.id} changed since it was read", status=409)

    def _report(self, lane: Lane, plan: Plan, seen: Mapping[Side, Seen], tally: Tally) -> None:
        for gap in plan.gaps:
            label = lane.end(gap.side).system.label
            tally.problem(lane.section.key, label, seen[gap.side].record.id, f"{gap.path}: {gap.why}")


def _follows(card: PropertyCard) -> bool:
    """Tell whether the system itself decides a property, so that it changes beside a write.

    Any other property that changes meanwhile may be somebody's edit.
    """
    return card.derived or card.writable is Writable.NEVER
