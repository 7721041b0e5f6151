"""Runs checklists: a generator of events that always ends with RunFinished.

Sections run one after the other, or in parallel threads; the events of one section keep their order in both cases.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import datetime
from threading import Event as Flag
from typing import TYPE_CHECKING

from msgspec import Struct, field

from qa_sync.checklist.model import Check, Checklist, Scenario, SectionPlan, marks_of
from qa_sync.checklist.phases import phases
from qa_sync.running.claims.missing_arrivals import CreateVerdict
from qa_sync.running.environment import Environment
from qa_sync.running.events import (
    CheckFinished,
    Event,
    Leftover,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    Status,
)
from qa_sync.running.records.listed_records import ListedRecords
from qa_sync.running.scenario import ScenarioRun
from qa_sync.running.scheduler import Scheduler
from qa_sync.running.section_checks import STOPPED_EARLY
from qa_sync.running.shared_by_section import SharedBySection

if TYPE_CHECKING:
    from qa_sync.settings.sign_off import SignOff

OpenEnvironment = Callable[[Checklist, SectionPlan], AbstractContextManager[Environment]]
"""Opens the environment of a section, and closes it after its scenarios."""

FAILURES = frozenset({Status.FAILED, Status.ERROR})


ScenariosOf = Callable[[Checklist, SectionPlan], Sequence[Scenario]]
"""Returns the scenarios of a section, with their steps."""


def planned_scenarios(_checklist: Checklist, plan: SectionPlan) -> Sequence[Scenario]:
    """Return the scenarios of a plan that has their steps."""
    return plan.scenarios


def is_failure(event: Event) -> bool:
    """Return whether an event is the verdict of a check that failed or had an error."""
    return isinstance(event, CheckFinished) and event.status in FAILURES


def no_sign_off(_check: Check) -> SignOff | None:
    """Return no verdict for a manual check."""
    return None


def never_simulated(_spec: str) -> bool:
    """Return False: the clock is real."""
    return False


class RunConfig(Struct, frozen=True):
    """The options of a run; `stopwatch` returns real seconds.

    `parallel_sections` is the number of sections in parallel; `stop_at_first_failure` stops the run at the first
    failure or error; `stop` is set when the run is interrupted, and ends every wait; `sign_off` returns the user's
    verdicts of manual checks; `is_silent` returns whether to wait no longer for the sections of an interrupted run
    (None: wait); `is_simulated` returns whether the clock of a spec is simulated; `scenarios_of` returns the scenarios
    of a section when it runs.
    """

    mode: str
    seed: str
    started: datetime
    stopwatch: Callable[[], float]
    parallel_sections: int = 1
    stop_at_first_failure: bool = False
    stop: Flag = field(default_factory=Flag)
    sign_off: Callable[[Check], SignOff | None] = no_sign_off
    is_silent: Callable[[], bool] | None = None
    is_simulated: Callable[[str], bool] = never_simulated
    scenarios_of: ScenariosOf = planned_scenarios


def run(
    checklists: Sequence[Checklist], open_environment: OpenEnvironment, config: RunConfig
) -> Generator[Event, None, None]:
    """Run checklists; sections that repeat another are not run.

    On an interruption, the created records are deleted before the interruption is raised.
    """
    started = config.stopwatch()
    sections = [len(plan.checks) for checklist in checklists for plan in checklist.sections]
    total = sum(sections)
    clocks = {config.is_simulated(checklist.dataflow.path) for checklist in checklists}
    yield RunStarted(config.mode, config.seed, config.started, total, clocks == {True})
    is_mixed = len(clocks) > 1
    stop_early = Flag()
    try:
        if config.parallel_sections > 1:
            yield from (_spec_started(c, config, is_mixed=is_mixed) for c in checklists)
            streams = (
                _SectionRun(c, plan, open_environment, config, stop_early).events
                for c in checklists
                for plan in c.sections
            )
            from qa_sync.running.parallel import merge_streams  # noqa: PLC0415 - a replay needs no threads

            parallel = min(config.parallel_sections, len(sections))
            yield from merge_streams(streams, parallel, config.stop, config.is_silent)
        else:
            yield from _run_serially(checklists, open_environment, config, stop_early, is_mixed=is_mixed)
    except GeneratorExit:
        raise  # the caller has stopped iterating
    except BaseException:
        yield RunFinished(config.stopwatch() - started)
        raise
    yield RunFinished(config.stopwatch() - started)


def _spec_started(checklist: Checklist, config: RunConfig, *, is_mixed: bool) -> SpecStarted:
    spec = checklist.dataflow
    return SpecStarted(spec.path, spec.title, is_mixed and config.is_simulated(spec.path))


def _run_serially(
    checklists: Sequence[Checklist],
    open_environment: OpenEnvironment,
    config: RunConfig,
    stop_early: Flag,
    *,
    is_mixed: bool,
) -> Iterator[Event]:
    for checklist in checklists:
        yield _spec_started(checklist, config, is_mixed=is_mixed)
        for plan in checklist.sections:
            yield from _SectionRun(checklist, plan, open_environment, config, stop_early).events()


class _SectionRun:
    """A running section; `stop_early` is set at the first failure or error when the run stops there."""

    def __init__(
        self,
        checklist: Checklist,
        plan: SectionPlan,
        open_environment: OpenEnvironment,
        config: RunConfig,
        stop_early: Flag,
    ) -> None:
        self.checklist = checklist
        self.plan = plan
        self.open_environment = open_environment
        self.config = config
        self.stop_early = stop_early
        self.undecided: dict[str, Check] = {}
        self.create_verdict = CreateVerdict()
        self.leftovers: list[Leftover] = []

    @property
    def spec(self) -> str:
        return self.checklist.dataflow.path

    def events(self) -> Generator[Event, None, None]:
        """Yield the events; on an interruption still those of records that were not cleaned up."""
        s, checks = self.plan.section, self.plan.checks
        ids = tuple(check.id for check in checks)
        yield SectionStarted(self.spec, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
        yield from (self._not_run(check) for check in checks if check.is_decided)
        self.undecided = {check.id: check for check in checks if not check.is_decided}
        try:
            yield from self._run_scenarios()
        except KeyboardInterrupt:
            yield SectionFinished(self.spec, s.key, tuple(self.leftovers))
            raise
        if self.stop_early.is_set():
            yield from (self._not_run(check, STOPPED_EARLY) for check in self.undecided.values())
        yield SectionFinished(self.spec, s.key, tuple(self.leftovers))

    def _run_scenarios(self) -> Iterator[Event]:
        if not self.plan.scenarios or self.stop_early.is_set():
            return
        with self.open_environment(self.checklist, self.plan) as environment:
            scenarios = self.config.scenarios_of(self.checklist, self.plan)
            for phase in phases(self.checklist.dataflow.sections, scenarios):
                if not self.stop_early.is_set():
                    yield from self._run_in_parallel(environment, phase)

    def _run_in_parallel(self, environment: Environment, scenarios: Sequence[Scenario]) -> Iterator[Event]:
        self.create_verdict.expect(self.plan, scenarios)
        shared = SharedBySection(environment, ListedRecords(environment, marks_of(scenarios)), self.create_verdict)
        runs = [ScenarioRun(self.spec, self.plan, scenario, shared) for scenario in scenarios]
        scheduler: Scheduler[Event] = Scheduler(environment, [run.events() for run in runs], shared.listed.clear)
        with ExitStack() as exits:
            for run in runs:  # those of the last scenario are removed first
                exits.callback(self._remove_records, run)
            with closing(scheduler.events()) as events:
                for event in events:
                    yield event
                    if isinstance(event, CheckFinished):
                        self._note(event)
                    if self.stop_early.is_set():
                        return

    def _remove_records(self, scenario_run: ScenarioRun) -> None:
        self.leftovers.extend(scenario_run.remove())

    def _note(self, event: CheckFinished) -> None:
        self.undecided.pop(event.id, None)
        if self.config.stop_at_first_failure and is_failure(event):
            self.stop_early.set()

    def _not_run(self, check: Check, reason: str | None = None) -> CheckFinished:
        return not_run(self.spec, self.plan.section.key, check, self.config.sign_off, reason)


def not_run(
    spec: str, key: str, check: Check, sign_off: Callable[[Check], SignOff | None], reason: str | None
) -> CheckFinished:
    """Return the verdict of a check that no scenario decides: its own, or `skipped` for `reason`."""
    status = Status.ERROR if check.error else Status.SKIPPED if reason or check.skip else Status.MANUAL
    signed_off = sign_off(check) if status is Status.MANUAL else None
    if signed_off:
        status = Status.PASSED if signed_off.passed else Status.FAILED
    return CheckFinished(
        spec=spec,
        key=key,
        id=check.id,
        kind=check.kind,
        title=check.title,
        line=check.line,
        status=status,
        origin=check.origin,
        message=signed_off.summary if signed_off else _message(check, reason),
    )


def _message(check: Check, reason: str | None) -> str | None:
    """Return why a check has its verdict: its error, else why it was not run, else its own reason."""
    if check.error or not reason:
        return check.reason.text if check.reason else None
    return reason
