"""What checks that were not selected show about those that were: none must pass on a wrong record, or on nothing.

In a whole run `create`, `unique` and `stable` report a second counterpart, and the checks of updates an edit that never
arrives. A run of other checks alone would pass on an arbitrary one of two records, or on an edit that changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeAlias

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, CounterpartExists, NoDuplicate, RecordsUnchanged
from qa_sync.checklist.model import Scenario, SectionPlan
from qa_sync.errors import QaSyncError
from qa_sync.running.claims.counterparts import check_counterpart_exists
from qa_sync.running.claims.missing_arrivals import Judged
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import CheckFinished, Looked, Status, StepStarted
from qa_sync.running.needs import Need
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.running.scheduler import Steps

COPIES_SHOWN_BY = frozenset({"create", "unique", "connected", "matching"})
"""The kinds that report a second counterpart of a new record."""

UPDATES = ("update-forward", "update-backward")

NEED_EDITS = frozenset({"stable", "isolated"})
"""The kinds that say nothing about a sync that carries no edit."""

Happening: TypeAlias = StepStarted | Looked | CheckFinished


class UnreportedFailures:
    """Withholds what passes in a selection of checks until nothing that was not selected shows it to be unearned."""

    def __init__(self, plan: SectionPlan, scenario: Scenario) -> None:
        kinds = {check.kind for check in plan.checks if plan.reports(check.id) and not check.skip}
        self._plan = plan
        self._scenario = scenario
        self._copies_told = bool(kinds & COPIES_SHOWN_BY)
        self._later_copies_told = "stable" in kinds
        tells_all = self._copies_told and self._later_copies_told
        self._selects = not (tells_all and all(plan.reports(check.id) for check in plan.checks))
        self._withheld: list[CheckFinished] = []
        self._updates: list[CheckFinished] = []
        self._copies: Verdict | None = None
        self._told = False

    def find_copies(self, judged: Iterable[Judged], records: ScenarioRecords) -> Verdict | None:
        """Return the verdict of a claim that there is a second counterpart, if no selected check reports it."""
        for check, claim, verdict in judged:
            if check is None or not self._plan.reports(check):
                found = self._counted(claim, verdict, records)
                if found and _is_copy(found):
                    self._copies = found
                    return found
        return None

    def _counted(self, claim: Claim, verdict: Verdict, records: ScenarioRecords) -> Verdict | None:
        """Return the verdict of a claim about the number of records; None if it is about none, or is reported."""
        if isinstance(claim, RecordsUnchanged):
            return None if self._later_copies_told else verdict
        if self._copies_told or not isinstance(claim, CounterpartExists | NoDuplicate):
            return None
        if isinstance(claim, NoDuplicate):
            return verdict
        own = self._scenario.roles[claim.role].section == self._plan.section.ordinal
        key = RecordKey(claim.role, claim.side)
        return check_counterpart_exists(records, key, exactly_one=True) if own else None

    def withhold(self, steps: Steps[Happening]) -> Steps[Happening]:
        """Yield the events and needs but selected checks that pass."""
        resume: Callable[[], Happening | Need] = partial(next, steps)
        with closing(steps):
            while True:
                try:
                    event = resume()
                except StopIteration:
                    return
                resume = partial(next, steps)
                if self._withholds(event):
                    continue
                try:
                    answer = yield event
                except QaSyncError as error:
                    resume = partial(steps.throw, error)
                else:
                    resume = partial(steps.send, answer)

    def _withholds(self, event: object) -> bool:
        """Note a check that is decided, and return whether it is reported only at the end."""
        if not isinstance(event, CheckFinished):
            return False
        if event.kind in UPDATES and event.status is not Status.SKIPPED:
            self._updates.append(event)
        reported = self._plan.reports(event.id)
        if self._selects and reported and event.status is Status.PASSED:
            self._withheld.append(event)
            return True
        self._told |= reported and event.status is Status.FAILED
        return False

    def release(self) -> Iterator[CheckFinished]:
        """Yield the checks that were withheld, as passed if they earned it; one of the others tells why not."""
        unarrived = self._unarrived()
        for event in sorted(self._withheld, key=lambda event: event.kind not in NEED_EDITS):
            if self._copies:
                yield self._unearned(event, self._copies.message, self._copies)
            elif unarrived and event.kind in NEED_EDITS:
                yield self._unearned(event, f"no edit arrived: {unarrived.message}", unarrived)
            else:
                yield event

    def _unearned(self, event: CheckFinished, why: str | None, shown: Verdict | CheckFinished) -> CheckFinished:
        status = Status.SKIPPED if self._told else Status.FAILED
        self._told = True
        message = f"{self._plan.section.heading}: precondition not met: {why}"
        told = replace(event, status=status, message=message, latency_s=None, arrivals=())
        return replace(told, expected=shown.expected, actual=shown.actual, records=shown.records)

    def _unarrived(self) -> CheckFinished | None:
        """Return the first of the updates in a direction in which nothing arrives, if none of them is reported."""
        for kind in UPDATES:
            tried = [event for event in self._updates if event.kind == kind]
            if tried and not any(self._plan.reports(e.id) or not e.unchanged for e in tried):
                return tried[0]
        return None


def _is_copy(verdict: Verdict) -> bool:
    """Return whether a claim failed because there are more records than expected."""
    counted = isinstance(verdict.expected, int) and isinstance(verdict.actual, int)
    return verdict.status is not Status.PASSED and counted and verdict.actual > verdict.expected
