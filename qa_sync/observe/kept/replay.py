"""Judges kept cases again: compares the two records, as they were last read, with what the spec says today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.audit.model import Claim
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.observe.judging import Judge
from qa_sync.observe.kept.case import KeptCase, read_record
from qa_sync.observe.model import Case, CaseKind, CaseState, ClockNote, ObservedSection, ObserveOptions
from qa_sync.observe.reporting.results import check_ids, section_checks
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import (
    Direction,
    Event,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)


class CaseReplay(Struct, frozen=True):
    """The cases to judge again, with the sections of today's specs; `state` is an empty one in memory.

    Values are judged, not times: when something arrived says nothing of the spec.
    """

    dataflows: Sequence[Dataflow]
    sections: Sequence[ObservedSection]
    judges: Mapping[str, Judge]
    cases: Sequence[KeptCase]
    state: ObserveState

    def events(self) -> Iterator[Event]:
        """Yield the checks of the sections that have a case; raises UsageError for a case of no section."""
        for kept in self.cases:
            self._judge(kept)
        with_cases = {kept.section for kept in self.cases}
        shown = [s for s in self.sections if s.plan.section.heading in with_cases]
        started = min(kept.changed for kept in self.cases).replace(microsecond=0)
        yield RunStarted("observe", "", started, sum(len(check_ids(s)) for s in shown))
        for dataflow in self.dataflows:
            own = [s for s in shown if s.spec == dataflow.path]
            if own:
                yield SpecStarted(dataflow.path, dataflow.title)
            for one in own:
                s = one.plan.section
                yield SectionStarted(dataflow.path, s.key, s.ordinal, s.heading, s.line, None, check_ids(one))
                yield from section_checks(one, self.state, self._options, self._clocks(one))
                yield SectionFinished(dataflow.path, s.key)
        yield RunFinished(0.0)

    @property
    def _options(self) -> ObserveOptions:
        longest = timedelta(seconds=max(kept.max_lag_s for kept in self.cases))
        return ObserveOptions(longest, longest, min_cases=1)

    def _clocks(self, section: ObservedSection) -> tuple[ClockNote, ClockNote]:
        one, other = (ClockNote(label, timedelta(0), timedelta(0)) for label in section.plan.labels)
        return one, other

    def _judge(self, kept: KeptCase) -> None:
        """Store a case with the state that its records have by today's spec."""
        section = self._section(kept)
        headings = {s.plan.section.heading: s.key for s in self.sections}
        with self.state.committed():
            for link in kept.links:
                if link.section in headings:
                    self.state.put_link(headings[link.section], link.source, link.target)
            CaseStore(self.state).put_case(self._judged(kept, section))

    def _section(self, kept: KeptCase) -> ObservedSection:
        for section in self.sections:
            if section.plan.section.heading == kept.section:
                return section
        raise UsageError(
            f"no section of the spec is {kept.section!r}, which the case is about", hint="give the spec of the case"
        )

    def _judged(self, kept: KeptCase, section: ObservedSection) -> Case:
        """Return a case with the state that its records have by today's spec; what cannot be decided stays open."""
        judge, source, target = self.judges[section.key], read_record(kept.source), read_record(kept.target)
        ids = (source.id if source else None, target.id if target else None)
        record, counterpart = ids if kept.direction is Direction.FORWARD else ids[::-1]
        case = Case(section.key, kept.direction, kept.kind, record or "", kept.changed, counterpart=counterpart)
        claims = {c.id: c for c in section.auditable.checked_claims if kept.kind is CaseKind.NEW or _is_of(c, kept)}
        if not claims:
            raise UsageError(f"no pair of the case is in the spec: {', '.join(kept.pairs) or 'it has none'}")
        if source is None or target is None:
            return replace(case, state=CaseState.LOST, pending=tuple(sorted(claims)))
        outcomes = {one: found for one, found in judge.outcomes(source, target).items() if one in claims}
        for one, outcome in outcomes.items():
            if outcome.code is OutcomeCode.UNREADABLE:
                where = (source.id, target.id)
                CaseStore(self.state).add_finding(section.key, f"unreadable {one}", where, kept.changed, outcome.detail)
        decided = {one: found for one, found in outcomes.items() if found.code not in _UNDECIDED}
        right = {one for one, outcome in decided.items() if judge.holds(claims[one], outcome)}
        pending, arrived = tuple(sorted(decided.keys() - right)), tuple(sorted(right))
        return replace(case, state=_state(kept, pending, arrived), pending=pending, arrived=arrived)


_UNDECIDED: Final = frozenset({OutcomeCode.UNREADABLE, OutcomeCode.LOST})
"""A value that cannot be read, and a reference to a record whose counterpart is not known."""


def _is_of(claim: Claim, kept: KeptCase) -> bool:
    return f"{claim.pair.source} -> {claim.pair.target}" in kept.pairs


def _state(kept: KeptCase, pending: tuple[str, ...], arrived: tuple[str, ...]) -> CaseState:
    if not pending:
        return CaseState.ARRIVED if arrived else CaseState.OPEN
    return CaseState.LOST if kept.kind is CaseKind.EDIT and not arrived else CaseState.PARTLY
