"""Runs one scenario: steps become events, claims become verdicts, and exceptions become verdicts as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping

from msgspec.structs import replace

from qa_sync.checklist.claims import Claim, PropertySynced, RecordsUnchanged, UnmappedUnchanged
from qa_sync.checklist.model import Check, Scenario, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import (
    Action,
    AddUnmappedValues,
    Delete,
    Edit,
    EditBothSides,
    EditDuringCycle,
    Expect,
    Insert,
    Sleep,
    Snapshot,
    WaitCycles,
)
from qa_sync.errors import InternalError, QaSyncError
from qa_sync.running.claims.check_claim import check_claim
from qa_sync.running.claims.deadlines import ClaimState, all_final, check_latency, passing_since, timeout_verdict
from qa_sync.running.claims.missing_arrivals import MissingArrivals, PreconditionFailed
from qa_sync.running.claims.sync_problems import blame_sync
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.edits.both_sides import edit_both_sides
from qa_sync.running.edits.during_cycle import edit_during_cycle
from qa_sync.running.edits.given_more import give_more
from qa_sync.running.edits.held_sync import HeldSync
from qa_sync.running.edits.rejected_edit import checks_with_copies
from qa_sync.running.environment import Environment
from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, Looked, Status, StepStarted
from qa_sync.running.looking import look_until
from qa_sync.running.open_checks import FAILURES, CheckResult, OpenChecks
from qa_sync.running.polling import PollResult
from qa_sync.running.records.cleanup import remove_all
from qa_sync.running.records.scenario_records import RecordGone, RecordKey, ScenarioRecords
from qa_sync.running.step_log import StepLog, awaited_record, describe_step
from qa_sync.systems.responses.exchange_log import exchange_log_of
from qa_sync.systems.system import ExchangeSummary

Claims = tuple[tuple[str | None, Claim], ...]


class ScenarioRun:
    """A running scenario; `leftovers` are complete after the last event.

    `create_failed`: a reported check that records are created has failed already; the caller sets `failed` at a failure
    or error.
    """

    def __init__(
        self, spec: str, plan: SectionPlan, scenario: Scenario, environment: Environment, *, create_failed: bool = False
    ) -> None:
        self.spec = spec
        self.plan = plan
        self.scenario = scenario
        self.environment = environment
        self.missing_arrivals = MissingArrivals(plan, scenario, environment, create_failed=create_failed)
        self.leftovers: list[Leftover] = []
        self.step_log = StepLog()
        self.failed = False
        self._claims_by_check: defaultdict[str | None, list[Claim]] = defaultdict(list)
        for check, claim in (named for step in scenario.steps if isinstance(step, Expect) for named in step.claims):
            self._claims_by_check[check].append(claim)

    def events(self) -> Generator[StepStarted | Looked | CheckFinished, None, None]:
        """Run the scenario; yield each of its checks exactly once in any case, and then clean up."""
        open_checks = OpenChecks(self.plan.checks, self.scenario)
        records = ScenarioRecords(self.environment, self.scenario)
        try:
            yield from self._steps(records, open_checks)
        except InternalError:
            raise
        except PreconditionFailed as precondition:
            yield from self._blocked(precondition, open_checks)
        except RecordGone as gone:
            yield from self._blocked(PreconditionFailed(Verdict(Status.FAILED, gone.message)), open_checks)
        except QaSyncError as error:
            claims_by_check = {check: self._claims_by_check[check] for check in open_checks.open}
            copies = checks_with_copies(records, claims_by_check, error)
            unclear = Verdict(Status.ERROR, self._with_heading(str(error)))
            yield from (self._finished(c, CheckResult(copies.get(c.id, unclear))) for c in open_checks.open.values())
        finally:
            self.leftovers.extend(remove_all(records, self.environment.keep.reason(failed=self.failed)))

    def _blocked(self, precondition: PreconditionFailed, open_checks: OpenChecks) -> Iterator[CheckFinished]:
        for check, verdict in self.missing_arrivals.blocked(precondition.verdict, list(open_checks.open.values())):
            yield self._finished(check, CheckResult(verdict))

    def _steps(
        self, records: ScenarioRecords, open_checks: OpenChecks
    ) -> Iterator[StepStarted | Looked | CheckFinished]:
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
                    case _:
                        self._perform(records, step)
        yield from (self._finished(check, result) for check, result in open_checks.untried())

    def _edit_at_moment(
        self, records: ScenarioRecords, step: EditBothSides | EditDuringCycle, open_checks: OpenChecks
    ) -> Iterator[CheckFinished]:
        if step.check not in open_checks.open:
            return
        if isinstance(step, EditBothSides):
            verdict = edit_both_sides(records, step)
        else:
            verdict = edit_during_cycle(records, step)
        if verdict and verdict.status is not Status.ERROR:
            yield self._finished(open_checks.open.pop(step.check), CheckResult(verdict))
        elif verdict and isinstance(step, EditBothSides):
            open_checks.note_untried(step.check, verdict)
        elif verdict:
            open_checks.note(step.check, CheckResult(verdict))

    def _perform(self, records: ScenarioRecords, step: Action) -> None:
        match step:
            case Insert():
                records.insert(step)
            case Edit():
                records.edit(step)
            case AddUnmappedValues():
                give_more(records, step)
            case Delete():
                records.delete(RecordKey(step.role, step.side))
            case Sleep():
                self.environment.clock.sleep(step.seconds)
            case WaitCycles():
                self.environment.wait_cycles(step.cycles)
            case Snapshot():
                records.take_snapshots(step.roles)

    def _check_step(
        self, records: ScenarioRecords, step: Expect, open_checks: OpenChecks
    ) -> Iterator[Looked | CheckFinished]:
        claims = open_checks.open_claims(step)
        if not claims:
            if step.wait:  # a failed claim ends the wait, but the next steps are another edit
                self.environment.wait_cycles(1)
            return
        poll_result = yield from self._poll(records, step, claims)
        polls = poll_result.polls if step.wait else None
        results = {
            claim: self._check_result(records, claim, state, polls) for claim, state in poll_result.latest.items()
        }
        judged = [(check, claim, results[claim].verdict) for check, claim in claims]
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
    ) -> Generator[Looked, None, PollResult[Mapping[Claim, ClaimState]]]:
        states: Mapping[Claim, ClaimState] = {}
        if not step.wait:
            return PollResult(self._check_claims(records, claims, states), 1)

        def look() -> Mapping[Claim, ClaimState]:
            nonlocal states
            states = self._check_claims(records, claims, states)
            return states

        timeout_s, what = self.environment.poll_policy.timeout_s, awaited_record(records, step)
        for poll_result in look_until(all_final, look, self.environment, records.written_at, at_once=step.at_once):
            if not poll_result.is_last:
                progress = (what, poll_result.polls, poll_result.waited_s, timeout_s)
                yield Looked(self.spec, self.plan.section.key, *progress)
        return poll_result

    def _check_claims(
        self, records: ScenarioRecords, claims: Claims, previous: Mapping[Claim, ClaimState]
    ) -> Mapping[Claim, ClaimState]:
        records.begin_poll()
        now = self.environment.sync_clock.now()
        distinct = dict.fromkeys(
            claim for _, claim in sorted(claims, key=lambda named: isinstance(named[1], PropertySynced))
        )
        verdicts = [(claim, check_claim(records, claim)) for claim in distinct]
        return {claim: ClaimState(v, passing_since(v, previous.get(claim), now)) for claim, v in verdicts}

    def _with_heading(self, message: str | None) -> str | None:
        return f"{self.plan.section.heading}: {message}" if message else None

    def _finished(self, check: Check, result: CheckResult) -> CheckFinished:
        verdict = result.verdict
        self.missing_arrivals.note_create(check, verdict.status)
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
            exchanges=self._exchanges(verdict) if verdict.status in FAILURES else (),
            unchanged=verdict.unchanged and verdict.status is Status.FAILED,
            arrivals=tuple(sorted(result.arrivals, key=lambda arrival: arrival.way is Direction.BACKWARD)),
        )

    def _exchanges(self, verdict: Verdict) -> tuple[ExchangeSummary, ...]:
        exchange_logs = dict.fromkeys(exchange_log_of(system) for system in self.environment.systems.values())
        ids = {record.id for record in verdict.records}
        return tuple(found for one in exchange_logs for found in one.mentioning(ids))

    def _steps_of(self, check: Check) -> tuple[str, ...]:
        return self.step_log.steps_of(check, tuple(self._claims_by_check[check.id]))
