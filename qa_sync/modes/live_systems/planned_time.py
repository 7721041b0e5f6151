"""How long a live run will take, estimated before its first write, from its waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from qa_sync.checklist.model import Checklist, Scenario
from qa_sync.checklist.phases import phases
from qa_sync.checklist.steps import Expect, Sleep, WaitCycles


class PlannedTime(Struct, frozen=True):
    """The seconds of a run when each change arrives within `interval_s`, and when every wait ends at its timeout."""

    interval_s: float
    usual_s: float
    longest_s: float


def planned_time(
    checklists: Iterable[Checklist], *, interval_s: float, timeout_s: float, parallel: int
) -> PlannedTime | None:
    """Return the planned time of a run with `parallel` sections at once; None when nothing waits."""
    sections = [
        phases(checklist.dataflow.sections, plan.scenarios)
        for checklist in checklists
        for plan in checklist.sections
        if plan.scenarios
    ]
    usual = [_section_s(found, interval_s, interval_s) for found in sections]
    longest = [_section_s(found, interval_s, timeout_s) for found in sections]
    if not any(longest):
        return None
    return PlannedTime(interval_s, _together(usual, parallel), _together(longest, parallel))


def _section_s(found: Iterable[Sequence[Scenario]], cycle_s: float, arrival_s: float) -> float:
    """Return the time of a section: in each phase that of the longest scenario."""
    return sum(max(_waits_s(scenario, cycle_s, arrival_s) for scenario in phase) for phase in found)


def _waits_s(scenario: Scenario, cycle_s: float, arrival_s: float) -> float:
    total = 0.0
    for step in scenario.steps:
        match step:
            case Expect(wait=True):
                total += arrival_s
            case WaitCycles(cycles):
                total += cycles * cycle_s
            case Sleep(seconds):
                total += seconds
            case _:
                pass
    return total


def _together(sections_s: Sequence[float], parallel: int) -> float:
    """Return the time of sections that run in parallel: that of the longest, or of an even share."""
    return max(*sections_s, sum(sections_s) / max(1, parallel))
