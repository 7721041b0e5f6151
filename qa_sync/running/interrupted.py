"""Completes the events of an interrupted run: every check without a verdict is reported as not run."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.running.events import CheckFinished, Event, RunFinished, RunStarted, SectionStarted, SpecStarted
from qa_sync.running.runner import no_sign_off, not_run

if TYPE_CHECKING:
    from qa_sync.settings.sign_off import SignOff

INTERRUPTED: Final = "not run: the run was interrupted"
UNFINISHED: Final = "not run: the run had not come to it"


def completed(
    seen: Sequence[Event],
    checklists: Iterable[Checklist],
    duration_s: float,
    sign_off: Callable[[Check], SignOff | None] = no_sign_off,
    reason: str = INTERRUPTED,
) -> Iterator[Event]:
    """Yield the events of an interrupted run, then those that say what did not run, for `reason`.

    Raises ValueError for a run without a start.
    """
    if not any(isinstance(event, RunStarted) for event in seen):
        raise ValueError("the run was interrupted before it started")
    yield from seen
    specs = {event.spec for event in seen if isinstance(event, SpecStarted)}
    sections = {(event.spec, event.key) for event in seen if isinstance(event, SectionStarted)}
    decided = {(event.spec, event.id) for event in seen if isinstance(event, CheckFinished)}
    for checklist in checklists:
        spec = checklist.dataflow.path
        if spec not in specs:
            yield SpecStarted(spec, checklist.dataflow.title)
        for plan in checklist.sections:
            if (spec, plan.section.key) not in sections:
                yield _section(spec, plan)
            yield from _undecided(spec, plan, decided, sign_off, reason)
    if not any(isinstance(event, RunFinished) for event in seen):
        yield RunFinished(duration_s)


def _undecided(
    spec: str,
    plan: SectionPlan,
    decided: Container[tuple[str, str]],
    sign_off: Callable[[Check], SignOff | None],
    reason: str,
) -> Iterator[CheckFinished]:
    for check in plan.checks:
        if (spec, check.id) not in decided:
            yield not_run(spec, plan.section.key, check, sign_off, None if check.is_decided else reason)


def _section(spec: str, plan: SectionPlan) -> SectionStarted:
    s = plan.section
    ids = tuple(check.id for check in plan.checks)
    return SectionStarted(spec, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
