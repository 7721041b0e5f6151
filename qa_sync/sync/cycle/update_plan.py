"""Plans the updates of a linked pair: the latest edit wins per property, an empty value erases nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec import field as struct_field

from qa_sync.errors import NotConvertible
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.policies import EmptyPolicy, Policies
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import NotLinkedYet, ValueConverter
from qa_sync.sync.records.edit_times import last_edit
from qa_sync.sync.records.record_view import EMPTY, RecordView, is_empty
from qa_sync.sync.records.row_groups import applicable_rows, row_groups
from qa_sync.sync.store.links import Place
from qa_sync.values.form import Json


class Update(Struct, frozen=True):
    """Rows that are written together to one side, as wire values by write path; `conflict`: both sides were edited."""

    rows: tuple[Row, ...]
    values: Mapping[str, Json]
    conflict: bool


class Unconvertible(Struct, frozen=True):
    """A property of one side that cannot be synchronized, and the reason."""

    side: Side
    path: str
    reason: str


@dataclass(slots=True)
class Plan:
    """The plan of a pair: unchanged rows, updates by the side to write, and properties that cannot be synchronized.

    `synced_texts` are values that count as synced although no row writes them; `claimed` are the properties that a row
    writes; `waits_for_link` means that a reference has no counterpart yet.
    """

    unchanged: list[Row] = field(default_factory=list)
    updates: dict[Side, list[Update]] = field(default_factory=lambda: {side: [] for side in Side})
    unconvertible: list[Unconvertible] = field(default_factory=list)
    synced_texts: dict[Place, str] = field(default_factory=dict)
    claimed: set[tuple[Side, str]] = field(default_factory=set)
    waits_for_link: bool = False


def make_plan(
    lane: Lane,
    views: Mapping[Side, RecordView],
    synced: Mapping[Place, str],
    *,
    converter: ValueConverter,
    policies: Policies,
    clocks: ClockOffsets,
) -> Plan:
    """Compare each side with its last synced values, and decide for each group of rows which side to write."""
    planner = Planner(lane, views, synced, converter, policies, clocks)
    for group in row_groups(lane, views):
        try:
            planner.decide(group)
        except (NotLinkedYet, NotConvertible) as error:
            planner.plan.waits_for_link |= isinstance(error, NotLinkedYet)
            planner.plan.unconvertible.append(Unconvertible(Side.SOURCE, group[0].source.path, error.message))
    return planner.plan


class Planner(Struct, frozen=True):
    """Decides the groups of rows of one pair of records, one after the other."""

    lane: Lane
    views: Mapping[Side, RecordView]
    synced: Mapping[Place, str]
    converter: ValueConverter
    policies: Policies
    clocks: ClockOffsets
    plan: Plan = struct_field(default_factory=Plan)

    def decide(self, group: tuple[Row, ...]) -> None:
        """Add what a group of rows needs to the plan; raises NotLinkedYet, NotConvertible."""
        group = applicable_rows(group, self.views)
        if problem := self._unconvertible(group):
            self.plan.unconvertible.append(problem)
            return
        edited = [side for side in Side if self._edited(group, side)]
        origin = self._value_side(group, edited)
        if origin is None:
            self.plan.unchanged.extend(group)
        elif self._claim(rows := self._writable_rows(group, origin), origin):
            conflict = len(edited) == len(Side) and bool(self.synced)
            self._update(group, rows, origin, conflict=conflict)

    def _unconvertible(self, group: tuple[Row, ...]) -> Unconvertible | None:
        places = ((side, row.card(side).path) for row in group for side in Side)
        unconvertible = ((side, path, self.views[side].unconvertible.get(path)) for side, path in places)
        return next((Unconvertible(side, path, reason) for side, path, reason in unconvertible if reason), None)

    def _edited(self, group: tuple[Row, ...], side: Side) -> bool:
        """Return whether a side was edited; a cleared value is no edit unless it erases the other side."""
        paths = [row.card(side).path for row in group]
        differs = any(self.views[side].texts[path] != self._before(side, path) for path in paths)
        return differs and any(self._is_relevant(row, side) for row in group)

    def _before(self, side: Side, path: str) -> str:
        return self.synced.get((side, path), EMPTY)

    def _is_relevant(self, row: Row, side: Side) -> bool:
        """Return whether the other side may take a value: one that is not empty, or that was cleared."""
        if not is_empty(self.views[side].value(row)):
            return True
        cleared = self._before(side, row.card(side).path) != EMPTY
        return cleared and self.policies.empty is EmptyPolicy.ERASE

    def _value_side(self, group: tuple[Row, ...], edited: list[Side]) -> Side | None:
        """Return the side whose values are written to the other, None for no update."""
        able = [side for side in edited if self._writable_rows(group, side)]
        if len(edited) < len(Side):
            return next(iter(able), None)
        later = _last_edited({side: self._last_edit(side) for side in Side})
        if later in able:
            return later
        # Records that were just matched: a one-way row flows its way. Afterwards the later edit stays.
        return None if self.synced else next(iter(able), None)

    def _last_edit(self, side: Side) -> datetime | None:
        """Return the time of the last edit of a side by the local clock, None when unknown."""
        stamp = last_edit(self.views[side], self.synced)
        return stamp - self.clocks.offset(self.views[side].end.system.label) if stamp else None

    def _writable_rows(self, group: tuple[Row, ...], origin: Side) -> list[Row]:
        """Return the rows whose value can be written to the other side."""
        if not self.lane.end(origin.other).can("update"):
            return []
        return [row for row in group if row.is_writable_on(origin.other) and self._is_relevant(row, origin)]

    def _claim(self, rows: list[Row], origin: Side) -> bool:
        """Claim the properties that the rows write; return whether they were free.

        When several sources map to one target, the first edited one wins and the others are not written, because any of
        them may match. Several targets that map to one source are written one per cycle.
        """
        plan = self.plan
        targets = {(Side.TARGET, row.target.path) for row in rows}
        places = targets | {(origin.other, row.card(origin.other).path) for row in rows}
        if targets & plan.claimed:
            plan.synced_texts.update(
                {place: text for row in rows for place, text in self.views[Side.SOURCE].synced_texts(row)}
            )
        free = not places & plan.claimed
        plan.claimed |= places
        return free

    def _update(self, group: tuple[Row, ...], rows: list[Row], origin: Side, *, conflict: bool) -> None:
        view, destination = self.views[origin], self.views[origin.other]
        if all(self.converter.is_equal(row, view, destination) for row in rows):
            self.plan.unchanged.extend(group)
        else:
            values = self.converter.wire_values(self.lane, rows, view)
            self.plan.updates[origin.other].append(Update(group, values, conflict))


def _last_edited(edited: Mapping[Side, datetime | None]) -> Side:
    """Return the side that changed last; the source when unknown."""
    source, target = edited[Side.SOURCE], edited[Side.TARGET]
    return Side.TARGET if source and target and target > source else Side.SOURCE
