"""What a linked pair of records needs: newest wins per property, an empty value erases nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.policies import Empty, Policies
from qa_sync.sync.records.clock_offsets import Clocks
from qa_sync.sync.records.conversion import Carrier, NotLinkedYet
from qa_sync.sync.records.edit_times import edited_at
from qa_sync.sync.records.record_view import EMPTY, Seen, is_empty
from qa_sync.sync.records.row_groups import applying, units
from qa_sync.sync.store.links import Place
from qa_sync.values.form import Json


@dataclass(frozen=True, slots=True)
class Move:
    """Rows that are carried together to one side, as wire values by write path; `conflict`: both sides were edited."""

    rows: tuple[Row, ...]
    values: Mapping[str, Json]
    conflict: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A property of one side that cannot be carried, and why."""

    side: Side
    path: str
    why: str


@dataclass(slots=True)
class Plan:
    """What to do with a pair: rows at rest, moves by receiving side, what stands in the way.

    `marks` are values that count as synced although nobody follows them; `taken` are the properties spoken for; `waits`
    says that a reference has no counterpart yet.
    """

    settled: list[Row] = field(default_factory=list)
    moves: dict[Side, list[Move]] = field(default_factory=lambda: {side: [] for side in Side})
    gaps: list[Gap] = field(default_factory=list)
    marks: dict[Place, str] = field(default_factory=dict)
    taken: set[tuple[Side, str]] = field(default_factory=set)
    waits: bool = False


def make_plan(
    lane: Lane,
    seen: Mapping[Side, Seen],
    synced: Mapping[Place, str],
    *,
    carrier: Carrier,
    policies: Policies,
    clocks: Clocks,
) -> Plan:
    """Compare each side with what it answered last, and decide row by row who follows whom."""
    planner = Planner(lane, seen, synced, carrier, policies, clocks)
    for unit in units(lane, seen):
        try:
            planner.decide(unit)
        except (NotLinkedYet, NotConvertible) as error:
            planner.plan.waits |= isinstance(error, NotLinkedYet)
            planner.plan.gaps.append(Gap(Side.SOURCE, unit[0].source.path, error.message))
    return planner.plan


@dataclass(frozen=True, slots=True)
class Planner:
    """Decides the rows of one pair of records, one unit after the other."""

    lane: Lane
    seen: Mapping[Side, Seen]
    synced: Mapping[Place, str]
    carrier: Carrier
    policies: Policies
    clocks: Clocks
    plan: Plan = field(default_factory=Plan)

    def decide(self, unit: tuple[Row, ...]) -> None:
        """Add to the plan what a unit needs; raises NotLinkedYet, NotConvertible."""
        unit = applying(unit, self.seen)
        if gap := self._gap(unit):
            self.plan.gaps.append(gap)
            return
        edited = [side for side in Side if self._edited(unit, side)]
        giver = self._giver(unit, edited)
        if giver is None:
            self.plan.settled.extend(unit)
        elif self._claim(rows := self._carried(unit, giver), giver):
            conflict = len(edited) == len(Side) and bool(self.synced)
            self._move(unit, rows, giver, conflict=conflict)

    def _gap(self, unit: tuple[Row, ...]) -> Gap | None:
        places = ((side, row.card(side).path) for row in unit for side in Side)
        gaps = ((side, path, self.seen[side].gaps.get(path)) for side, path in places)
        return next((Gap(side, path, why) for side, path, why in gaps if why), None)

    def _edited(self, unit: tuple[Row, ...], side: Side) -> bool:
        """Tell whether a side shows something new; an empty value is none where it erases nothing."""
        paths = [row.card(side).path for row in unit]
        differs = any(self.seen[side].texts[path] != self._before(side, path) for path in paths)
        return differs and any(self._counts(row, side) for row in unit)

    def _before(self, side: Side, path: str) -> str:
        return self.synced.get((side, path), EMPTY)

    def _counts(self, row: Row, side: Side) -> bool:
        """Tell whether a value is one that the other side may take: any that is not empty, or was cleared."""
        if not is_empty(self.seen[side].value(row)):
            return True
        cleared = self._before(side, row.card(side).path) != EMPTY
        return cleared and self.policies.empty is Empty.ERASE

    def _giver(self, unit: tuple[Row, ...], edited: list[Side]) -> Side | None:
        """Return the side whose values are carried to the other, None when nothing is."""
        able = [side for side in edited if self._carried(unit, side)]
        if len(edited) < len(Side):
            return next(iter(able), None)
        later = _later({side: self._edited_at(side) for side in Side})
        if later in able:
            return later
        # Records that were just matched: what flows one way only flows that way. Afterwards the newer edit stands.
        return None if self.synced else next(iter(able), None)

    def _edited_at(self, side: Side) -> datetime | None:
        """Return when a side was edited last by our clock, None when nobody can tell."""
        stamp = edited_at(self.seen[side], self.synced)
        return stamp - self.clocks.ahead(self.seen[side].end.system.label) if stamp else None

    def _carried(self, unit: tuple[Row, ...], giver: Side) -> list[Row]:
        """Return the rows of which the other side takes a value."""
        if not self.lane.end(giver.other).can("update"):
            return []
        return [row for row in unit if row.received_by(giver.other) and self._counts(row, giver)]

    def _claim(self, rows: list[Row], giver: Side) -> bool:
        """Speak for the properties that the rows decide; tell whether they were free.

        Several sources may feed one target: any may match (GRAMMAR 6), so the first that is edited rules, and the
        others are left alone. Several targets that feed one source take turns, a cycle each.
        """
        plan = self.plan
        targets = {(Side.TARGET, row.target.path) for row in rows}
        places = targets | {(giver.other, row.card(giver.other).path) for row in rows}
        if targets & plan.taken:
            plan.marks.update({place: text for row in rows for place, text in self.seen[Side.SOURCE].marks(row)})
        free = not places & plan.taken
        plan.taken |= places
        return free

    def _move(self, unit: tuple[Row, ...], rows: list[Row], giver: Side, *, conflict: bool) -> None:
        given, receiver = self.seen[giver], self.seen[giver.other]
        if all(self.carrier.same(row, given, receiver) for row in rows):
            self.plan.settled.extend(unit)
        else:
            values = self.carrier.payload(self.lane, rows, given)
            self.plan.moves[giver.other].append(Move(unit, values, conflict))


def _later(edited: Mapping[Side, datetime | None]) -> Side:
    """Return the side that changed last; the source when nobody can tell."""
    source, target = edited[Side.SOURCE], edited[Side.TARGET]
    return Side.TARGET if source and target and target > source else Side.SOURCE
