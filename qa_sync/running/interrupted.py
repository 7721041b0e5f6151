"""Completes an interrupted run: every check without a verdict is reported as not run."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.running.collect_results import RunSoFar
from qa_sync.running.events import CheckFinished, Event, RunFinished, SectionStarted, SpecStarted
from qa_sync.running.runner import no_sign_off, not_run
from qa_sync.running.section_checks import NOT_RUN

if TYPE_CHECKING:
    from qa_sync.settings.sign_off import SignOff

INTERRUPTED: Final = f"{NOT_RUN}the run was interrupted"
UNFINISHED: Final = f"{NOT_RUN}the run had not come to it"


def missing_events(
    so_far: RunSoFar,
    checklists: Iterable[Checklist],
    duration_s: float,
    sign_off: Callable[[Check], SignOff | None] = no_sign_off,
    reason: str = INTERRUPTED,
) -> Iterator[Event]:
    """Yield the events that an interrupted run lacks: those that say what did not run, for `reason`.

    Raises ValueError for a run without a start.
    """
    if so_far.started is None:
        raise ValueError("the run was interrupted before it started")
    for checklist in checklists:
        spec = checklist.dataflow.path
        if spec not in so_far.specs:
            yield SpecStarted(spec, checklist.dataflow.title)
        for plan in checklist.sections:
            at = spec, plan.section.key
            if at not in so_far.sections:
                yield _section(spec, plan)
            yield from _undecided(spec, plan, so_far.decided(at), sign_off, reason)
    if so_far.duration_s is None:
        yield RunFinished(duration_s)


def _undecided(
    spec: str,
    plan: SectionPlan,
    decided: Container[str],
    sign_off: Callable[[Check], SignOff | None],
    reason: str,
) -> Iterator[CheckFinished]:
    for check in plan.checks:
        if check.id not in decided:
            yield not_run(spec, plan.section.key, check, sign_off, None if check.is_decided else reason)


def _section(spec: str, plan: SectionPlan) -> SectionStarted:
    s = plan.section
    ids = tuple(check.id for check in plan.checks)
    return SectionStarted(spec, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
