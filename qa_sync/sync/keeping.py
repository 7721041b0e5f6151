"""KEEP: a linked pair stays in sync, whichever side is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qa_sync.errors import BadAnswer, Conflict, NotConvertible, Refused
from qa_sync.sync.carrying import Carrier
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.links import Link, Links, Place, fingerprint
from qa_sync.sync.looking import Seen, both, look
from qa_sync.sync.planning import Plan, make_plan
from qa_sync.sync.summary import Tally
from qa_sync.sync.units import applying
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.systems.system import Record

ATTEMPTS = 3
"""How often a pair is tried again from a fresh read when somebody else was faster (MAPPING 6.24)."""


class Keeper:
    """Carries edits between the two records of a link."""

    def __init__(self, links: Links, carrier: Carrier, writer: Writer) -> None:
        self._links = links
        self._carrier = carrier
        self._writer = writer

    def keep(self, lane: Lane, link: Link, source: Record, target: Record, tally: Tally) -> None:
        """Bring a pair in sync; the two records are as they were listed."""
        before = tally.count["updated"]
        if not self._at_rest(lane, link, source, target):
            self._sync(lane, link, tally)
        tally.add("unchanged", tally.count["updated"] == before)

    def _at_rest(self, lane: Lane, link: Link, source: Record, target: Record) -> bool:
        """Tell whether both records show what they showed when they were last in sync.

        The fingerprint spares the look at every property.
        """
        # Two sections may share a link and carry different rows: what is at rest for one need not be for the other.
        now = fingerprint(lane.section.ordinal, source.data, target.data)
        if link.seen == now:
            return True
        seen = both(look(lane.source, source, lane.rows), look(lane.target, target, lane.rows))
        if not _shows(lane, seen, self._links.synced(link)):
            return False
        self._links.saw(link, now)
        return True

    def _sync(self, lane: Lane, link: Link, tally: Tally) -> None:
        refusal: Conflict | None = None
        for _ in range(ATTEMPTS):
            # Lists may be late or partial, so nothing is decided, and nothing overwritten, without a fresh read.
            seen = self._fresh(lane, link)
            if seen is None:
                return  # deletes do not propagate
            plan = make_plan(lane, seen, self._links.synced(link), self._carrier)
            try:
                self._carry_out(lane, link, plan, seen, tally)
            except Conflict as error:
                refusal = error
                continue
            self._report(lane, plan, seen, tally)
            return
        tally.problem(lane.section.key, lane.source.system.label, link.source, f"gave up after a conflict: {refusal}")

    def _fresh(self, lane: Lane, link: Link) -> dict[Side, Seen] | None:
        source = lane.source.system.lookup(lane.source.card.datatype, link.source)
        target = lane.target.system.lookup(lane.target.card.datatype, link.target)
        if source is None or target is None:
            return None
        return both(look(lane.source, source, lane.rows), look(lane.target, target, lane.rows))

    def _carry_out(self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, Seen], tally: Tally) -> None:
        source, target = (_marks(seen[side], plan.settled) for side in Side)
        self._links.remember(link, {**source, **target, **plan.marks})
        seen = dict(seen)
        for side in (Side.TARGET, Side.SOURCE):
            if not plan.moves[side]:
                continue
            try:
                seen[side] = self._write(lane, link, plan, seen, side)
                tally.add("updated")
                tally.add("conflicts", sum(move.conflict for move in plan.moves[side]))
            except Conflict:
                raise
            except (Refused, BadAnswer, NotConvertible) as error:
                record = seen[side].record
                tally.problem(lane.section.key, lane.end(side).system.label, record.id, f"update failed: {error}")

    def _write(self, lane: Lane, link: Link, plan: Plan, seen: Mapping[Side, Seen], side: Side) -> Seen:
        """Update one record, keep what it answers, and return how it looks where it was written."""
        end, record = lane.end(side), seen[side].record
        values = {path: value for move in plan.moves[side] for path, value in move.values.items()}
        sent = self._writer.update(lane, end, record, values)
        answer = end.system.lookup(end.card.datatype, record.id)
        if answer is None:
            return seen[side]
        after = look(end, answer, lane.rows)
        moved = [row for move in plan.moves[side] for row in move.rows]
        ours = [row for row in lane.rows if row.card(side).write_path in sent]
        followers = [row for row in plan.settled if _follows(row.card(side))]
        received = _marks(after, [*moved, *ours, *followers])
        if side is Side.SOURCE:
            # A source of several targets keeps its old mark, so that the next cycle carries it on to the others.
            received = {place: text for place, text in received.items() if place[1] not in lane.shared}
        self._links.remember(link, {**_marks(seen[side.other], moved), **received})
        shown = {path: text for (_, path), text in _marks(after, ours).items()}
        return replace(seen[side], texts={**seen[side].texts, **shown})

    def _report(self, lane: Lane, plan: Plan, seen: Mapping[Side, Seen], tally: Tally) -> None:
        for gap in plan.gaps:
            label = lane.end(gap.side).system.label
            tally.problem(lane.section.key, label, seen[gap.side].record.id, f"{gap.path}: {gap.why}")


def _shows(lane: Lane, seen: Mapping[Side, Seen], synced: Mapping[Place, str]) -> bool:
    """Tell whether both sides show the marked values; a property without a value never does."""
    try:
        rows = applying(lane.rows, seen)
    except NotConvertible:
        return False
    places = [(side, row.card(side).path) for side in Side for row in rows]
    return bool(synced) and all(seen[side].texts.get(path, "") == synced.get((side, path)) for side, path in places)


def _marks(seen: Seen, rows: Iterable[Row]) -> dict[Place, str]:
    return {place: text for row in rows for place, text in seen.marks(row)}


def _follows(card: PropertyCard) -> bool:
    """Tell whether the system itself decides a property, so that it changes beside a write.

    Any other property that changes meanwhile may be somebody's edit.
    """
    return card.derived or card.writable is Writable.NEVER
