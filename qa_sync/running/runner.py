"""Checklists -> Events: the run is a generator that speaks in past-tense values and always ends with RunFinished."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from qa_sync.checklist.model import Check, Checklist, SectionPlan
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
from qa_sync.running.play import Play
from qa_sync.running.stage import Stage

OpenStage = Callable[[Checklist, SectionPlan], AbstractContextManager[Stage]]
"""Sets a section's stage up, and takes it down when its scenarios have been played."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is told beside its checklists; `stopwatch` returns real seconds."""

    mode: str
    seed: str
    started: datetime
    stopwatch: Callable[[], float]


def run(checklists: Sequence[Checklist], open_stage: OpenStage, told: Run) -> Iterator[Event]:
    """Carry checklists out one after the other, a section at a time; sections that repeat another are not run."""
    began = told.stopwatch()
    total = sum(len(plan.checks) for checklist in checklists for plan in checklist.sections)
    yield RunStarted(told.mode, told.seed, told.started, total)
    try:
        for checklist in checklists:
            yield SpecStarted(checklist.dataflow.path, checklist.dataflow.title)
            for plan in checklist.sections:
                yield from _section(checklist, plan, open_stage)
    except GeneratorExit:
        raise  # nobody listens any more
    except BaseException:
        yield RunFinished(told.stopwatch() - began)
        raise
    yield RunFinished(told.stopwatch() - began)


def _section(checklist: Checklist, plan: SectionPlan, open_stage: OpenStage) -> Iterator[Event]:
    spec, section = checklist.dataflow.path, plan.section
    ids = tuple(check.id for check in plan.checks)
    yield SectionStarted(spec, section.key, section.ordinal, section.heading, section.line, section.duplicate_of, ids)
    yield from (_unplayed(spec, section.key, check) for check in plan.checks if check.skip or check.manual)
    leftovers: list[Leftover] = []
    if plan.scenarios:
        with open_stage(checklist, plan) as stage:
            yield from _scenarios(spec, plan, stage, leftovers)
    yield SectionFinished(spec, section.key, tuple(leftovers))


def _scenarios(spec: str, plan: SectionPlan, stage: Stage, leftovers: list[Leftover]) -> Iterator[Event]:
    create_failed = False
    for scenario in plan.scenarios:
        play = Play(spec, plan, scenario, stage, create_failed)
        for event in play.events():
            yield event
            if isinstance(event, CheckFinished) and event.kind == "create" and event.status is Status.FAILED:
                create_failed = True
        leftovers += play.leftovers


def _unplayed(spec: str, key: str, check: Check) -> CheckFinished:
    status = Status.SKIPPED if check.skip else Status.MANUAL
    message = check.skip or check.manual
    return CheckFinished(spec, key, check.id, check.kind, check.title, check.line, status, check.origin, message)
