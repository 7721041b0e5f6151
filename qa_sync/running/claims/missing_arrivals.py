"""Where a missing arrival is reported: once in a scenario, by a check that the user selected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, CounterpartExists
from qa_sync.checklist.model import Check, Scenario, SectionPlan
from qa_sync.running.claims.sync_problems import blame_sync
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.environment import Environment
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import ScenarioRecords

Judged = tuple[str | None, Claim, Verdict]
"""The id of a check (None: a precondition), one of its claims, and the verdict of the claim."""


class PreconditionFailed(Exception):
    """A precondition does not hold: not an error, but later steps cannot run."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = replace(verdict, message=f"precondition not met: {verdict.message}")


class CreateVerdict:
    """Whether a reported check that records are created has failed, in any scenario of the section.

    `pending` are the checks of that kind whose scenario runs.
    """

    def __init__(self) -> None:
        self.has_failed = False
        self.pending: set[str] = set()

    def expect(self, plan: SectionPlan, scenarios: Iterable[Scenario]) -> None:
        """Note which scenarios run."""
        reported = {check.id for check in plan.checks if check.kind == "create" and plan.reports(check.id)}
        self.pending = {check for scenario in scenarios for check in scenario.checks if check in reported}

    def note(self, plan: SectionPlan, check: Check, status: Status) -> None:
        """Note the verdict of a check."""
        self.pending.discard(check.id)
        self.has_failed |= check.kind == "create" and status is Status.FAILED and plan.reports(check.id)


class MissingArrivals:
    """Decides which check of a scenario reports an arrival that did not happen.

    Nothing that was promised and did not happen may end up as only skipped checks, whatever the user selected.
    """

    def __init__(
        self, plan: SectionPlan, scenario: Scenario, environment: Environment, create_verdict: CreateVerdict
    ) -> None:
        self._plan = plan
        self._scenario = scenario
        self._environment = environment
        self._create_verdict = create_verdict
        self._told_roles: set[str] = set()
        self._unmet_role: str | None = None

    def judge(self, step: Iterable[Judged], records: ScenarioRecords) -> Iterator[tuple[str | None, Claim, Verdict]]:
        """Yield the verdicts of a step; a missing counterpart that no other check reports becomes a verdict."""
        judged = list(step)
        self._told_roles |= {
            claim.role
            for check, claim, verdict in judged
            if isinstance(claim, CounterpartExists) and verdict.status is not Status.PASSED and self._reports(check)
        }
        for check, claim, verdict in judged:
            told = self._create_verdict.has_failed or claim.role in self._told_roles
            if verdict.lacks_counterpart and not told and self._reports(check):
                self._told_roles.add(claim.role)
                yield check, claim, blame_sync(self._as_missing(verdict), records, claim.role, self._plan.section.key)
            else:
                yield check, claim, verdict

    def raise_unmet(self, judged: Iterable[Judged]) -> None:
        """Raise PreconditionFailed for the first precondition that does not hold."""
        for check, claim, verdict in judged:
            optional = isinstance(claim, CounterpartExists) and claim.optional
            if check is None and not optional and verdict.status is not Status.PASSED:
                self._unmet_role = claim.role
                raise PreconditionFailed(self._precondition(claim, verdict))

    def blocked(self, verdict: Verdict, undecided: Sequence[Check]) -> Iterator[tuple[Check, Verdict]]:
        """Yield the verdicts of the checks that cannot run; a failure is that of one check, of whole records if any."""
        reported = sorted((c for c in undecided if self._plan.reports(c.id)), key=lambda c: c.pair is not None)
        is_told = self._create_verdict.has_failed or self._unmet_role in self._told_roles
        reported_check = None if is_told else next(iter(reported), None)
        for check in undecided:
            reported_here = check is reported_check or verdict.status is Status.ERROR
            yield check, verdict if reported_here else Verdict(Status.SKIPPED, verdict.message)

    def _reports(self, check: str | None) -> bool:
        return check is not None and self._plan.reports(check)

    def _as_missing(self, verdict: Verdict) -> Verdict:
        """Return the verdict of a counterpart that has not arrived: `error` where it may still arrive."""
        known = self._environment.cycles_known or self._environment.max_lag_s is not None
        return replace(verdict, status=Status.FAILED if known else Status.ERROR, expected=1, actual=0)

    def _precondition(self, claim: Claim, verdict: Verdict) -> Verdict:
        """Return the verdict of a precondition; what another section promises is no failure of this one."""
        ordinal = self._scenario.roles[claim.role].section
        if ordinal == self._plan.section.ordinal or verdict.status is not Status.FAILED:
            return verdict
        message = f"{verdict.message}; section {ordinal} of the spec promises this record, and this check needs it"
        return replace(verdict, status=Status.ERROR, message=message)
