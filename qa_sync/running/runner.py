"""Checklists -> Events: the run is a generator that speaks in past-tense values and always ends with RunFinished.

Sections run one after the other, or side by side in threads; a section's own events keep their order in both cases.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import field
from datetime import datetime
from threading import Event as Flag

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.frozen import dataclass
from qa_sync.running.environment import Stage
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
from qa_sync.running.scenario import Play
from qa_sync.settings.sign_off import SignOff

OpenStage = Callable[[Checklist, SectionPlan], AbstractContextManager[Stage]]
"""Sets a section's stage up, and takes it down when its scenarios have been played."""

NOT_WELL = frozenset({Status.FAILED, Status.ERROR})
CUT_SHORT = "not tried: the run was told to end at the first check that is not well (-x)"


def nobody(_check: Check) -> SignOff | None:
    """Say nothing about a check that only a person can decide."""
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is told beside its checklists; `stopwatch` returns real seconds.

    `side_by_side` sections run at once; `first_only` ends the run at the first check that failed or could not be found
    out; `stop` is set when the run is interrupted, and ends whatever waits; `answer` speaks for the person who decides
    manual checks.
    """

    mode: str
    seed: str
    started: datetime
    stopwatch: Callable[[], float]
    side_by_side: int = 1
    first_only: bool = False
    stop: Flag = field(default_factory=Flag)
    answer: Callable[[Check], SignOff | None] = nobody


def run(checklists: Sequence[Checklist], open_stage: OpenStage, told: Run) -> Generator[Event, None, None]:
    """Carry checklists out; sections that repeat another are not run.

    When the run is interrupted, whatever was made is removed before the interruption is raised.
    """
    began = told.stopwatch()
    total = sum(len(plan.checks) for checklist in checklists for plan in checklist.sections)
    yield RunStarted(told.mode, told.seed, told.started, total)
    enough = Flag()
    try:
        if told.side_by_side > 1:
            yield from (SpecStarted(c.dataflow.path, c.dataflow.title) for c in checklists)
            sections = [_Section(c, plan, open_stage, told, enough) for c in checklists for plan in c.sections]
            from qa_sync.running.parallel import side_by_side  # noqa: PLC0415 - a replay needs no threads

            yield from side_by_side([section.events for section in sections], told.side_by_side, told.stop)
        else:
            yield from _in_turn(checklists, open_stage, told, enough)
    except GeneratorExit:
        raise  # nobody listens any more
    except BaseException:
        yield RunFinished(told.stopwatch() - began)
        raise
    yield RunFinished(told.stopwatch() - began)


def _in_turn(checklists: Sequence[Checklist], open_stage: OpenStage, told: Run, enough: Flag) -> Iterator[Event]:
    for checklist in checklists:
        yield SpecStarted(checklist.dataflow.path, checklist.dataflow.title)
        for plan in checklist.sections:
            yield from _Section(checklist, plan, open_stage, told, enough).events()


class _Section:
    """A section on its way; `enough` is set when a run that is told so has met its first check that is not well."""

    def __init__(self, checklist: Checklist, plan: SectionPlan, open_stage: OpenStage, told: Run, enough: Flag) -> None:
        self.checklist = checklist
        self.plan = plan
        self.open_stage = open_stage
        self.told = told
        self.enough = enough
        self.undecided: dict[str, Check] = {}
        self.create_failed = False
        self.leftovers: list[Leftover] = []

    @property
    def spec(self) -> str:
        return self.checklist.dataflow.path

    def events(self) -> Generator[Event, None, None]:
        """Yield what happens; an interruption still tells what could not be removed."""
        s, checks = self.plan.section, self.plan.checks
        ids = tuple(check.id for check in checks)
        yield SectionStarted(self.spec, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
        yield from (self._unplayed(check) for check in checks if check.skip or check.manual)
        self.undecided = {check.id: check for check in checks if not check.skip and not check.manual}
        try:
            yield from self._played()
        except KeyboardInterrupt:
            yield SectionFinished(self.spec, s.key, tuple(self.leftovers))
            raise
        if self.enough.is_set():
            yield from (self._unplayed(check, CUT_SHORT) for check in self.undecided.values())
        yield SectionFinished(self.spec, s.key, tuple(self.leftovers))

    def _played(self) -> Iterator[Event]:
        if not self.plan.scenarios or self.enough.is_set():
            return
        with self.open_stage(self.checklist, self.plan) as stage:
            for scenario in self.plan.scenarios:
                if not self.enough.is_set():
                    play = Play(self.spec, self.plan, scenario, stage, create_failed=self.create_failed)
                    yield from self._scenario(play)

    def _scenario(self, play: Play) -> Iterator[Event]:
        try:
            with closing(play.events()) as events:
                for event in events:
                    yield event
                    if isinstance(event, CheckFinished):
                        self._note(event)
                        play.unwell |= event.status in NOT_WELL
                    if self.enough.is_set():
                        return
        finally:
            self.leftovers += play.leftovers

    def _note(self, event: CheckFinished) -> None:
        self.undecided.pop(event.id, None)
        self.create_failed |= event.kind == "create" and event.status is Status.FAILED
        if self.told.first_only and event.status in NOT_WELL:
            self.enough.set()

    def _unplayed(self, check: Check, why: str | None = None) -> CheckFinished:
        status = Status.SKIPPED if why or check.skip else Status.MANUAL
        signed = self.told.answer(check) if status is Status.MANUAL else None
        if signed:
            status = Status.PASSED if signed.passed else Status.FAILED
        return CheckFinished(
            spec=self.spec,
            key=self.plan.section.key,
            id=check.id,
            kind=check.kind,
            title=check.title,
            line=check.line,
            status=status,
            origin=check.origin,
            message=signed.told if signed else why or check.skip or check.manual,
        )
