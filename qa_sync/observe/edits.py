"""Follows the edits of a pair of records: opens a case for each, and closes it when the other side shows the value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from qa_sync.audit.expressions.cells import EncodedCell
from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.audit.model import Claim
from qa_sync.observe.judging import Judge
from qa_sync.observe.model import Case, CaseKind, CaseState, ObservedSection
from qa_sync.observe.pair import WAYS, ObservedPair, path_of
from qa_sync.observe.planning import follows_edits
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.running.events import Direction

SAME_TIME: Final = timedelta(seconds=1)
"""Two edits so close together have no order that the times of two systems could tell."""

FEW_VALUES: Final = frozenset({"boolean", "choice"})
"""Conversions of values that people set back and forth."""
EARLIER_EDITS: Final = 4
"""How many earlier values of an edited property are remembered while the last one has not arrived."""


@dataclass(slots=True)
class _Work:
    """The case of one direction while a pair is evaluated; `opened` holds the claims edited in this tick."""

    case: Case | None
    pending: set[str] = field(default_factory=set)
    came: dict[str, datetime] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    overruled: set[str] = field(default_factory=set)
    edited: dict[str, tuple[EncodedCell, ...]] = field(default_factory=dict)
    at_once: dict[str, tuple[EncodedCell, EncodedCell]] = field(default_factory=dict)
    before: dict[str, tuple[EncodedCell, EncodedCell]] = field(default_factory=dict)
    conflict: bool = False


class EditFollower:
    """Follows the edits of a section's pairs; a value that returns within `recent` of its edit is noted."""

    def __init__(self, section: ObservedSection, cases: CaseStore, judge: Judge, recent: timedelta) -> None:
        self._section = section
        self._recent = recent
        self._cases = cases
        self._judge = judge

    def follow(self, pair: ObservedPair) -> None:
        """Open, close and replace the cases of a pair by what a tick shows."""
        work = [self._open(way, pair) for way in WAYS]
        for claim in self._section.auditable.checked_claims:
            outcome = pair.outcomes.get(claim.id)
            if outcome is None:
                continue
            if outcome.code is OutcomeCode.UNREADABLE and any(pair.has_changed(claim, at) for at in (0, 1)):
                self._cases.add_finding(self._section.key, f"unreadable {claim.id}", pair.ids, pair.now, outcome.detail)
            if self._judge.holds(claim, outcome):
                self._agrees(claim, pair, work)
            else:
                self._differs(claim, pair, work)
        for at, one in enumerate(work):
            self._store(at, one, pair)

    def find(self, pair: ObservedPair) -> None:
        """Open a case for a pair that the first read found changed, and whose values differ: the later change counts.

        Where the values agree there is no case, since it is not known when they came to.
        """
        first, second = (change.at if change else None for change in pair.changes)
        at = 0 if second is None or (first is not None and first >= second) else 1
        claims = {c.id: c for c in self._section.auditable.checked_claims if self._is_followed(c, at)}
        wrong = [
            c for one, c in claims.items() if one in pair.outcomes and not self._judge.holds(c, pair.outcomes[one])
        ]
        if wrong:
            edits = {c.id: (pair.cell(c, at),) for c in wrong}
            case = Case(self._section.key, WAYS[at], CaseKind.EDIT, pair.ids[at], pair.changed_at(at))
            other = pair.ids[1 - at]
            self._cases.put_case(replace(case, counterpart=other, pending=tuple(sorted(edits)), edits=edits))

    def _open(self, way: Direction, pair: ObservedPair) -> _Work:
        case = self._cases.open_case(self._section.key, way, pair.ids[WAYS.index(way)])
        is_edit = case is not None and case.kind is CaseKind.EDIT
        return _Work(case if is_edit else None, set(case.pending) if case and is_edit else set())

    def _agrees(self, claim: Claim, pair: ObservedPair, work: list[_Work]) -> None:
        self._cases.clear_turns(self._section.key, pair.ids[0], claim.id)
        changed = [pair.has_changed(claim, at) for at in (0, 1)]
        for at, one in enumerate(work):
            if claim.id not in one.pending or one.case is None:
                continue
            one.pending.discard(claim.id)
            is_edit = one.case.edits.get(claim.id, ())[-1:] == (pair.cell(claim, at),)
            is_newer_edit = all(changed) and pair.changed_at(at) <= pair.changed_at(1 - at)
            if is_edit or is_newer_edit or not changed[at]:
                one.came[claim.id] = pair.changed_at(1 - at)
            elif changed[1 - at] or _is_later(pair, 1 - at, one.case):
                one.overruled.add(claim.id)
            else:
                one.returned.add(claim.id)
        if all(changed) and not any(claim.id in {*one.came, *one.returned} for one in work):
            self._arrived_at_once(claim, pair, work)

    def _arrived_at_once(self, claim: Claim, pair: ObservedPair, work: list[_Work]) -> None:
        """Note an edit that was made and arrived between two reads: the earlier change is the edit."""
        first = 0 if pair.changed_at(0) <= pair.changed_at(1) else 1
        if self._is_followed(claim, first):
            self._note_reverted(claim, pair)
            work[first].at_once[claim.id] = _both_before(claim, pair)

    def _differs(self, claim: Claim, pair: ObservedPair, work: list[_Work]) -> None:
        changed = [pair.has_changed(claim, at) for at in (0, 1)]
        if all(changed):
            self._note_turns(claim, pair)
        for at in (0, 1):
            if changed[at] and not changed[1 - at]:
                self._note_reverted(claim, pair)
                self._edited(claim, pair, work, at, conflict=claim.id in work[1 - at].pending)
        if all(changed):
            self._edited_on_both(claim, pair, work)

    def _edited_on_both(self, claim: Claim, pair: ObservedPair, work: list[_Work]) -> None:
        for at in (0, 1):
            before = pair.earlier(at)
            if before is None:
                continue
            sides = (before, pair.records[1]) if at == 0 else (pair.records[0], before)
            if self._judge.is_same(claim, *sides):  # the other side got an earlier edit of this one
                self._edited(claim, pair, work, at, conflict=False)
                return
        times = pair.changed_at(0), pair.changed_at(1)
        if abs(times[0] - times[1]) <= SAME_TIME + pair.doubt:
            self._cases.add_finding(self._section.key, "undecided", pair.ids, pair.now, claim.id)
            return
        self._edited(claim, pair, work, 0 if times[0] > times[1] else 1, conflict=True)

    def _edited(self, claim: Claim, pair: ObservedPair, work: list[_Work], at: int, *, conflict: bool) -> None:
        """Note an edit of side `at` that has not arrived yet; in a conflict it overrules the other side's."""
        if not self._is_followed(claim, at):
            return
        other = work[1 - at]
        if claim.id in other.pending:
            if other.case and self._is_earlier_edit(claim, pair, at, other.case):
                return
            other.pending.discard(claim.id)
            other.overruled.add(claim.id)
        case = work[at].case
        earlier = case.edits.get(claim.id, ()) if case else ()
        work[at].edited[claim.id] = (*earlier[-EARLIER_EDITS:], pair.cell(claim, at))
        work[at].before[claim.id] = _both_before(claim, pair)
        work[at].conflict |= conflict

    def _note_reverted(self, claim: Claim, pair: ObservedPair) -> None:
        """Note an edit that had arrived, and whose former value is back; flags and choices return by themselves."""
        if claim.source.form.convert in FEW_VALUES:
            return
        for at, way in enumerate(WAYS):
            since = pair.now - self._recent
            case = self._cases.last_arrival(self._section.key, way, pair.ids[at], since)
            before = case.before.get(claim.id) if case and claim.id in case.arrived else None
            back = [side for side in (0, 1) if pair.has_changed(claim, side)]
            if before and all(pair.cell(claim, side) == before[side] for side in back):
                detail = f"{pair.ids[at]}: {path_of(claim, back[0])} has its value from before the edit again"
                self._cases.add_finding(self._section.key, "reverted", pair.ids, pair.now, detail)
                return

    def _is_earlier_edit(self, claim: Claim, pair: ObservedPair, at: int, case: Case) -> bool:
        """Return whether side `at` shows an earlier value of the other side's case, which a later one replaced."""
        earlier = case.edits.get(claim.id, ())[:-1]
        return any(self._judge.is_same(claim, *pair.with_value(claim, 1 - at, cell)) for cell in earlier)

    def _note_turns(self, claim: Claim, pair: ObservedPair) -> None:
        texts = [pair.text(claim, at) for at in (0, 1)]
        record = pair.ids[0]
        pairs = [*self._cases.turns(self._section.key, record, claim.id), texts][-4:]
        if len(pairs) == 4 and pairs[0] == pairs[2] != pairs[1] == pairs[3]:  # noqa: PLR2004 - twice there and back
            detail = f"{claim.pair.source} and {claim.pair.target} take turns between {texts[0]} and {texts[1]}"
            self._cases.add_finding(self._section.key, "echo", pair.ids, pair.now, detail)
            pairs = []
        self._cases.put_turns(self._section.key, record, claim.id, pairs)

    def _is_followed(self, claim: Claim, at: int) -> bool:
        return self._section.keeps and follows_edits(claim, WAYS[at])

    def _store(self, at: int, one: _Work, pair: ObservedPair) -> None:
        for case in _settled(one):
            self._cases.put_case(case)
        opened = pair.changed_at(at)
        new = Case(self._section.key, WAYS[at], CaseKind.EDIT, pair.ids[at], opened, counterpart=pair.ids[1 - at])
        if one.at_once:
            lag_s = max(0.0, (pair.changed_at(1 - at) - opened).total_seconds())
            done = tuple(sorted(one.at_once))
            done_case = replace(new, state=CaseState.ARRIVED, arrived=done, before=one.at_once, lag_s=lag_s)
            self._cases.put_case(done_case)
        if one.edited:
            pending = tuple(sorted(one.pending | set(one.edited)))
            edits = {**(one.case.edits if one.case else {}), **one.edited}
            before = {**(one.case.before if one.case else {}), **one.before}
            opened_case = replace(new, pending=pending, edits=edits, before=before, conflict=one.conflict)
            self._cases.put_case(opened_case)


def _is_later(pair: ObservedPair, at: int, case: Case) -> bool:
    """Return whether the other record was edited after a case's edit: syncs decide a conflict for whole records."""
    other = pair.modified[at]
    return case.conflict and other is not None and other >= case.opened - SAME_TIME - pair.doubt


def _both_before(claim: Claim, pair: ObservedPair) -> tuple[EncodedCell, EncodedCell]:
    return pair.cell_before(claim, 0), pair.cell_before(claim, 1)


def _settled(one: _Work) -> Iterator[Case]:
    """Yield the case of a direction as a tick leaves it, if it changed."""
    case = one.case
    if case is None or not (one.came or one.returned or one.overruled or one.edited):
        return
    arrived = (*case.arrived, *sorted(one.came))
    lag_s = case.lag_s
    if one.came:
        lag_s = max(lag_s or 0.0, *((came - case.opened).total_seconds() for came in one.came.values()))
    yield replace(
        case, pending=tuple(sorted(one.pending)), arrived=arrived, lag_s=lag_s, state=_state(one, case, arrived)
    )


def _state(one: _Work, case: Case, arrived: tuple[str, ...]) -> CaseState:
    if one.edited and case.state is CaseState.OPEN and one.pending:
        return CaseState.OVERTAKEN
    if one.pending:
        return CaseState.PARTLY if arrived and case.state is not CaseState.OPEN else case.state
    if arrived:
        return CaseState.ARRIVED
    if case.state is not CaseState.OPEN:
        return case.state
    return CaseState.RETURNED if one.returned else CaseState.OVERRULED
