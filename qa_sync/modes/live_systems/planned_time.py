"""How long a live run will take, estimated before its first write, from its waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from qa_sync.checklist.model import Checklist, SectionPlan
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
    plans = [plan for checklist in checklists for plan in checklist.sections if plan.scenarios]
    usual = [_waits_s(plan, interval_s, interval_s) for plan in plans]
    longest = [_waits_s(plan, interval_s, timeout_s) for plan in plans]
    if not any(longest):
        return None
    return PlannedTime(interval_s, _together(usual, parallel), _together(longest, parallel))


def _waits_s(plan: SectionPlan, cycle_s: float, arrival_s: float) -> float:
    total = 0.0
    for step in (step for scenario in plan.scenarios for step in scenario.steps):
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
