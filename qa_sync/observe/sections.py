"""Follows one section: finds the counterparts of what changed, and opens and closes its cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.observe.edits import EditFollower
from qa_sync.observe.judging import Judge
from qa_sync.observe.model import Case, CaseKind, CaseState, Change, ObservedSection, ReadRecord
from qa_sync.observe.pair import WAYS, ObservedPair
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.clocks import SystemClocks
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction

REWRITES: Final = 3
"""So many writes of a record that change nothing, each within the maximum lag of the one before, are an echo."""

LookUp = Callable[[int, str], Change | None]
"""Reads a record of the source (0) or the target (1) again; returns how it differs from how it was read last."""


class SectionFollower:
    """Follows the changes of a section's records."""

    def __init__(
        self, section: ObservedSection, state: ObserveState, clocks: SystemClocks, judge: Judge, max_lag: timedelta
    ) -> None:
        self.section = section
        self._clocks = clocks
        self._max_lag = max_lag
        self._state = state
        self._cases = CaseStore(state)
        self._judge = judge
        self._edits = EditFollower(section, self._cases, judge, max_lag)

    def follow(self, changes: tuple[Sequence[Change], Sequence[Change]], now: datetime) -> None:
        """Follow the changes of a tick; the state has the records and keys as they are now."""
        touched: dict[tuple[str, str], list[Change | None]] = {}
        new_ids = {c.id for c in changes[1] if c.before is None and not c.is_found}
        for at in (0, 1):
            for change in sorted(changes[at], key=lambda c: c.at):
                self._count_rewrites(at, change)
                if change.after is None:
                    self._deleted(at, change)
                elif (other := self._counterpart(at, change, new_ids)) is not None:
                    pair = (change.id, other) if at == 0 else (other, change.id)
                    touched.setdefault(pair, [None, None])[at] = change
                elif at == 0:
                    self._has_none(change)
        for (source, target), (one, other_change) in touched.items():
            self._evaluate(source, target, (one, other_change), now)

    def close_overdue(self, look_up: LookUp, now: datetime) -> None:
        """Close the cases that are older than the maximum lag, after both records were read again."""
        for case in self._cases.overdue(self.section.key, now - self._max_lag):
            if case.counterpart is None and not self._was_target_read(case):
                continue
            self._read_again(case, look_up, now)
            current = self._cases.open_case(self.section.key, case.direction, case.record)
            if current is None or current.number != case.number or current.state is not CaseState.OPEN:
                continue
            self._cases.put_case(replace(current, state=_missed(current), missed=self._state.tick))

    def _was_target_read(self, case: Case) -> bool:
        """Return whether the target's list was read after the time of a case was over."""
        read = self._state.read_since(self.section.entities[1])
        return read is not None and read >= case.opened + self._max_lag

    def _count_rewrites(self, at: int, change: Change) -> None:
        """Note a record that is written repeatedly although nothing of it changes."""
        one, other = change.before, change.after
        if one is None or other is None or (one.fingerprint, one.values) != (other.fingerprint, other.values):
            self._cases.clear_rewrites(self.section.key, at, change.id)
        elif self._rewrites(at, change) == REWRITES:
            detail = f"{change.id} was written {REWRITES} times although nothing of it changed"
            ids = (change.id, None) if at == 0 else (None, change.id)
            self._cases.add_finding(self.section.key, "echo", ids, change.at, detail)

    def _rewrites(self, at: int, change: Change) -> int:
        return self._cases.count_rewrite(self.section.key, at, change.id, change.at, change.at - self._max_lag)

    def _read_again(self, case: Case, look_up: LookUp, now: datetime) -> None:
        at = 0 if case.direction is Direction.FORWARD else 1
        found: tuple[list[Change], list[Change]] = ([], [])
        for side, one in ((at, case.record), (1 - at, case.counterpart)):
            change = look_up(side, one) if one is not None else None
            if change is not None:
                found[side].append(change)
        if any(found):
            self.follow(found, now)

    def _counterpart(self, at: int, change: Change, new_ids: set[str]) -> str | None:
        """Return the counterpart of a changed record of side `at`, None if it has none or that is not certain."""
        key = self.section.key
        linked = self._state.link(key, at, change.id)
        if linked is not None:
            return linked
        records = [record for record in (change.before, change.after) if record is not None]
        keys = [text for record in records for text in self._judge.keys(at, record)]
        found = self._state.with_keys(key, 1 - at, keys)
        free = [one for one in found if self._state.link(key, 1 - at, one) is None]
        if not free:
            if found and at == 1 and change.before is None and not change.is_found:
                detail = f"{change.id} is a second counterpart of {found[0]}"
                self._cases.add_finding(key, "second", (found[0], change.id), change.at, detail)
            elif found and at == 0:
                self._ambiguous(change)
            return None
        if len(free) > 1 and not (at == 0 and set(free) <= new_ids):
            self._ambiguous(change)
            return None
        pair = (change.id, free[0]) if at == 0 else (free[0], change.id)
        self._state.put_link(key, *pair)
        return free[0]

    def _ambiguous(self, change: Change) -> None:
        self._cases.add_finding(self.section.key, "ambiguous", (change.id, None), change.at, "several records match")

    def _has_none(self, change: Change) -> None:
        """Open a case for a new source record without a counterpart."""
        assert change.after is not None  # noqa: S101 - deletions are handled before
        if change.before is not None and not self._came_into_condition(change.before, change.after):
            return
        if self._cases.open_case(self.section.key, Direction.FORWARD, change.id) is not None:
            return
        if self._cases.findings_of(self.section.key, "ambiguous", change.id):
            return
        if not self._judge.keys(0, change.after):
            self._cases.add_finding(self.section.key, "keyless", (change.id, None), change.at, "no key")
            return
        kind = self._kind(change.after)
        if kind is not None:
            self._cases.put_case(self._new_case(kind, change))

    def _new_case(self, kind: CaseKind, change: Change) -> Case:
        claims = tuple(sorted(c.id for c in self.section.auditable.checked_claims)) if kind is CaseKind.NEW else ()
        return Case(self.section.key, Direction.FORWARD, kind, change.id, change.at, pending=claims)

    def _kind(self, record: ReadRecord) -> CaseKind | None:
        """Return what a new source record is followed for, None if the section says nothing of it."""
        condition = self.section.auditable.condition
        if condition is not None and not condition.holds_for(record.values.get(condition.path)):
            return CaseKind.OUTSIDE
        return CaseKind.NEW if self.section.creates else None

    def _came_into_condition(self, before: ReadRecord, after: ReadRecord) -> bool:
        condition = self.section.auditable.condition
        if condition is None:
            return False
        was, now = (condition.holds_for(record.values.get(condition.path)) for record in (before, after))
        return now and not was

    def _deleted(self, at: int, change: Change) -> None:
        key = self.section.key
        other = self._state.link(key, at, change.id)
        self._state.unlink(key, at, change.id)
        self._state.put_keys(key, at, change.id, ())
        pair = ((change.id, other), (other, change.id))[at]
        for side, record in enumerate(pair):
            case = self._cases.open_case(key, WAYS[side], record) if record else None
            if case is not None and case.state is CaseState.OPEN:
                state = CaseState.DELETED if side == at else CaseState.GONE
                self._cases.put_case(replace(case, state=state))

    def _evaluate(self, source: str, target: str, changes: tuple[Change | None, Change | None], now: datetime) -> None:
        one, other = (
            self._state.record(entity, record)
            for entity, record in zip(self.section.entities, (source, target), strict=True)
        )
        if one is None or other is None:
            return
        pair = self._pair((one, other), changes, now)
        if any(change is not None and change.is_found for change in changes):
            self._edits.find(pair)
            return
        case = self._cases.open_case(self.section.key, Direction.FORWARD, source)
        first = changes[0]
        if case is None and first is not None and first.before is None:
            kind = self._kind(one)
            if kind is None or (kind is CaseKind.NEW and self._came_from_target(pair)):
                return
            case = self._new_case(kind, first)
        if case is None or case.kind is CaseKind.EDIT:
            self._edits.follow(pair)
        elif case.kind is CaseKind.OUTSIDE:
            self._outside(case, pair)
        else:
            self._created(case, pair)

    def _pair(
        self, records: tuple[ReadRecord, ReadRecord], changes: tuple[Change | None, Change | None], now: datetime
    ) -> ObservedPair:
        labels, clocks = self.section.plan.labels, self._clocks
        one, other = (
            clocks.true_time(label, record.modified) if record.modified else None
            for label, record in zip(labels, records, strict=True)
        )
        doubt = clocks.doubt(labels[0]) + clocks.doubt(labels[1])
        return ObservedPair(records, changes, self._judge.outcomes(*records), now, (one, other), doubt)

    def _came_from_target(self, pair: ObservedPair) -> bool:
        """Return whether a new source record is itself the counterpart of an older target record, and equals it."""
        one, other = pair.changes
        is_older = other is None or (one is not None and other.at < one.at)
        claims = {c.id: c for c in self.section.auditable.checked_claims}
        return is_older and all(self._judge.holds(claims[claim], found) for claim, found in pair.outcomes.items())

    def _outside(self, case: Case, pair: ObservedPair) -> None:
        change = pair.changes[1]
        is_made = change is not None and change.before is None
        state = CaseState.LINKED if is_made else CaseState.ALONE
        self._cases.put_case(replace(case, state=state, counterpart=pair.ids[1]))

    def _created(self, case: Case, pair: ObservedPair) -> None:
        """Decide which values of a new record its counterpart shows; pairs that do not apply to it are no claim."""
        claims = {c.id: c for c in self.section.auditable.checked_claims if c.id in pair.outcomes}
        for one, outcome in pair.outcomes.items():
            if outcome.code is OutcomeCode.UNREADABLE:
                self._cases.add_finding(self.section.key, f"unreadable {one}", pair.ids, pair.now, outcome.detail)
        right = {one for one, claim in claims.items() if self._judge.holds(claim, pair.outcomes[one])}
        pending = tuple(sorted(claims.keys() - right))
        came = pair.changed_at(1)
        lag_s = max(0.0, (came - case.opened).total_seconds()) if case.lag_s is None or not pending else case.lag_s
        state = case.state
        if not pending:
            state = CaseState.ARRIVED
        elif state is CaseState.LOST:
            state = CaseState.PARTLY
        shown = tuple(sorted(one for one in right if pair.outcomes[one].code is OutcomeCode.SAME))
        case = replace(case, counterpart=pair.ids[1], pending=pending, arrived=shown, lag_s=lag_s)
        self._cases.put_case(replace(case, state=state))


def _missed(case: Case) -> CaseState:
    """Return the state of a case whose time is over."""
    if case.kind is CaseKind.OUTSIDE:
        return CaseState.ALONE
    if case.counterpart is None or not case.arrived:
        return CaseState.LOST
    return CaseState.PARTLY
