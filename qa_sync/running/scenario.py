"""Runs one scenario: steps become events, claims become verdicts, and exceptions become verdicts as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, PropertySynced, RecordsUnchanged, UnmappedUnchanged
from qa_sync.checklist.model import Check, Scenario, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import (
    EditBothSides,
    EditDuringCycle,
    Expect,
    Sleep,
    WaitCycles,
)
from qa_sync.errors import InternalError, QaSyncError
from qa_sync.running.claims.check_claim import check_claim
from qa_sync.running.claims.deadlines import ClaimState, all_final, check_latency, passing_since, timeout_verdict
from qa_sync.running.claims.missing_arrivals import MissingArrivals, PreconditionFailed
from qa_sync.running.claims.sync_problems import blame_sync
from qa_sync.running.claims.unreported import UnreportedFailures
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.edits.both_sides import edit_both_sides
from qa_sync.running.edits.during_cycle import edit_during_cycle
from qa_sync.running.edits.held_sync import HeldSync
from qa_sync.running.edits.perform import perform
from qa_sync.running.edits.rejected_edit import copies_behind, excludes_copies
from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, Looked, Status, StepStarted
from qa_sync.running.looking import look_until
from qa_sync.running.needs import Pause, Waiting
from qa_sync.running.open_checks import FAILURES, CheckResult, OpenChecks, exchanges_about
from qa_sync.running.polling import Polling, PollResult
from qa_sync.running.records.cleanup import remove_all
from qa_sync.running.records.scenario_records import RecordGone, ScenarioRecords
from qa_sync.running.scheduler import Steps
from qa_sync.running.shared_by_section import SharedBySection
from qa_sync.running.step_log import StepLog, awaited_record, describe_step

Claims = tuple[tuple[str | None, Claim], ...]


class ScenarioRun:
    """A running scenario; `failed` says that one of its checks failed or had an error."""

    def __init__(self, spec: str, plan: SectionPlan, scenario: Scenario, shared: SharedBySection) -> None:
        self.spec = spec
        self.plan = plan
        self.scenario = scenario
        self.environment = shared.environment
        self.create_verdict = shared.create_verdict
        self.missing_arrivals = MissingArrivals(plan, scenario, self.environment, self.create_verdict)
        self.records = ScenarioRecords(self.environment, scenario, shared.listed)
        self.open_checks = OpenChecks(plan.checks, scenario)
        self.unreported = UnreportedFailures(plan, scenario)
        self.step_log = StepLog()
        self.failed = False
        self._claims_by_check: defaultdict[str | None, list[Claim]] = defaultdict(list)
        for check, claim in (named for step in scenario.steps if isinstance(step, Expect) for named in step.claims):
            self._claims_by_check[check].append(claim)

    def remove(self) -> Iterator[Leftover]:
        """Delete the records; yield those that remain."""
        return remove_all(self.records, self.environment.keep.reason(failed=self.failed))

    def events(self) -> Steps[StepStarted | Looked | CheckFinished]:
        """Run the scenario; yield each of its checks exactly once in any case, and what it waits for."""
        yield from self.unreported.withhold(self._decided())
        for event in self.unreported.release():
            self.failed |= event.status in FAILURES
            yield event

    def _decided(self) -> Steps[StepStarted | Looked | CheckFinished]:
        try:
            yield from self._steps(self.records, self.open_checks)
        except InternalError:
            raise
        except PreconditionFailed as precondition:
            yield from self._blocked(precondition)
        except RecordGone as gone:
            yield from self._blocked(PreconditionFailed(Verdict(Status.FAILED, gone.message)))
        except QaSyncError as error:
            if copies := copies_behind(self.records, error):
                yield from self._rejected(copies)
                return
            unclear = Verdict(Status.ERROR, self._with_heading(str(error)))
            for check in self.open_checks.open.values():
                yield self._finished(check, CheckResult(unclear))

    def _rejected(self, copies: Verdict) -> Steps[CheckFinished]:
        """Finish the checks after a copy made a system reject an edit: those that exclude copies have failed."""
        excluding = [check for check in self.open_checks.open if excludes_copies(self._claims_by_check[check])]
        for check in excluding:
            yield self._finished(self.open_checks.open.pop(check), CheckResult(copies))
        if excluding:
            copies = replace(copies, status=Status.ERROR)
        yield from self._blocked(PreconditionFailed(copies))

    def _until_create_is_known(self) -> Waiting[None]:
        """Wait for the verdict of the scenario that creates records: it reports that none arrive."""
        while self.create_verdict.pending and self.create_verdict.pending.isdisjoint(self.scenario.checks):
            yield self.environment.cycle

    def _blocked(self, precondition: PreconditionFailed) -> Steps[CheckFinished]:
        yield from self._until_create_is_known()
        still_open = list(self.open_checks.open.values())
        for check, verdict in self.missing_arrivals.blocked(precondition.verdict, still_open):
            yield self._finished(check, CheckResult(verdict))

    def _steps(self, records: ScenarioRecords, open_checks: OpenChecks) -> Steps[StepStarted | Looked | CheckFinished]:
        with HeldSync(self.environment.control) as held:
            for step in self.scenario.steps:
                description = describe_step(records, step)
                self.step_log.note(step, description)
                yield StepStarted(self.spec, self.plan.section.key, description)
                held.before(step)
                match step:
                    case Expect():
                        yield from self._check_step(records, step, open_checks)
                    case EditBothSides() | EditDuringCycle():
                        yield from self._edit_at_moment(records, step, open_checks)
                    case Sleep():
                        yield Pause(step.seconds, held=True)
                    case WaitCycles():
                        yield from self.environment.wait_cycles(step.cycles)
                    case _:
                        perform(records, step)
        yield from (self._finished(check, result) for check, result in open_checks.untried())

    def _edit_at_moment(
        self, records: ScenarioRecords, step: EditBothSides | EditDuringCycle, open_checks: OpenChecks
    ) -> Steps[CheckFinished]:
        if step.check not in open_checks.open:
            return
        if isinstance(step, EditBothSides):
            verdict = yield from edit_both_sides(records, step)
        else:
            verdict = yield from edit_during_cycle(records, step)
        if verdict and verdict.status is not Status.ERROR:
            yield self._finished(open_checks.open.pop(step.check), CheckResult(verdict))
        elif verdict and isinstance(step, EditBothSides):
            open_checks.note_untried(step.check, verdict)
        elif verdict:
            open_checks.note(step.check, CheckResult(verdict))

    def _check_step(
        self, records: ScenarioRecords, step: Expect, open_checks: OpenChecks
    ) -> Steps[Looked | CheckFinished]:
        claims = open_checks.open_claims(step)
        if not claims:
            if step.wait:  # a failed claim ends the wait, but the next steps are another edit
                yield from self.environment.wait_cycles(1)
            return
        poll_result = yield from self._poll(records, step, claims)
        polls = poll_result.polls if step.wait else None
        results = {
            claim: self._check_result(records, claim, state, polls) for claim, state in poll_result.latest.items()
        }
        judged = [(check, claim, results[claim].verdict) for check, claim in claims]
        if any(verdict.lacks_counterpart for *_, verdict in judged):
            yield from self._until_create_is_known()
        if copies := self.unreported.find_copies(judged, records):
            raise PreconditionFailed(copies)
        for check, claim, verdict in self.missing_arrivals.judge(judged, records):
            if check is not None:
                open_checks.note(check, replace(results[claim], verdict=verdict))
        decided = open_checks.decided([check for check, _ in claims])
        yield from (self._finished(check, result) for check, result in decided)
        self.missing_arrivals.raise_unmet(judged)

    def _check_result(
        self, records: ScenarioRecords, claim: Claim, state: ClaimState, polls: int | None
    ) -> CheckResult:
        """Return the result of a claim; `polls` is None when the step did not wait."""
        if polls is None or isinstance(claim, RecordsUnchanged | UnmappedUnchanged):
            return CheckResult(state.verdict)
        verdict = timeout_verdict(state.verdict, self.environment, polls)
        verdict = blame_sync(verdict, records, claim.role, self.plan.section.key)
        if state.passing_since is None:
            return CheckResult(verdict)
        latency_s = (state.passing_since - records.written_at).total_seconds()
        self.environment.sync_speed.note(latency_s)
        direction = Direction.BACKWARD if claim.side is Side.SOURCE else Direction.FORWARD
        return CheckResult(check_latency(verdict, self.environment, latency_s), (Arrival(direction, latency_s),))

    def _poll(
        self, records: ScenarioRecords, step: Expect, claims: Claims
    ) -> Polling[Looked, Mapping[Claim, ClaimState]]:
        states: Mapping[Claim, ClaimState] = {}

        def look(at: datetime) -> Mapping[Claim, ClaimState]:
            nonlocal states
            states = self._check_claims(records, claims, states, at)
            return states

        if not step.wait:
            return PollResult(look(records.written_at), 1)
        timeout_s, what = self.environment.poll_policy.timeout_s, awaited_record(records, step)

        def progress(result: PollResult[Mapping[Claim, ClaimState]]) -> tuple[Looked]:
            progress = (what, result.polls, result.waited_s, timeout_s)
            return (Looked(self.spec, self.plan.section.key, *progress),)

        environment, written_at = self.environment, records.written_at
        return (
            yield from look_until(all_final, look, environment, written_at, at_once=step.at_once, progress=progress)
        )

    def _check_claims(
        self, records: ScenarioRecords, claims: Claims, previous: Mapping[Claim, ClaimState], at: datetime
    ) -> Mapping[Claim, ClaimState]:
        records.begin_poll()
        distinct = dict.fromkeys(
            claim for _, claim in sorted(claims, key=lambda named: isinstance(named[1], PropertySynced))
        )
        verdicts = [(claim, check_claim(records, claim)) for claim in distinct]
        return {claim: ClaimState(v, passing_since(v, previous.get(claim), at)) for claim, v in verdicts}

    def _with_heading(self, message: str | None) -> str | None:
        return f"{self.plan.section.heading}: {message}" if message else None

    def _finished(self, check: Check, result: CheckResult) -> CheckFinished:
        verdict = result.verdict
        self.create_verdict.note(self.plan, check, verdict.status)
        self.failed |= verdict.status in FAILURES
        systems = self.environment.systems.values()
        return CheckFinished(
            spec=self.spec,
            key=self.plan.section.key,
            id=check.id,
            kind=check.kind,
            title=check.title,
            line=check.line,
            status=verdict.status,
            origin=check.origin,
            message=self._with_heading(verdict.message) if verdict.status is Status.FAILED else verdict.message,
            expected=verdict.expected,
            actual=verdict.actual,
            latency_s=result.latency_s,
            records=verdict.records,
            difference=verdict.difference,
            steps=self._steps_of(check),
            exchanges=exchanges_about(verdict.records, systems) if verdict.status in FAILURES else (),
            unchanged=verdict.unchanged and verdict.status is Status.FAILED,
            arrivals=tuple(sorted(result.arrivals, key=lambda arrival: arrival.way is Direction.BACKWARD)),
        )

    def _steps_of(self, check: Check) -> tuple[str, ...]:
        return self.step_log.steps_of(check, tuple(self._claims_by_check[check.id]))
