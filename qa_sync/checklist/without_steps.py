"""Checklists without the steps of their scenarios, which take most of the memory and are needed only while they run."""

from __future__ import annotations

from msgspec.structs import replace

from qa_sync.checklist.model import Checklist, Scenario, SectionPlan


def without_steps(checklist: Checklist) -> Checklist:
    """Return the checklist with the same checks and scenarios, but no steps."""
    return replace(checklist, sections=tuple(map(_without_steps, checklist.sections)))


def _without_steps(plan: SectionPlan) -> SectionPlan:
    return replace(plan, scenarios=tuple(Scenario(s.name, {}, (), s.checks) for s in plan.scenarios))


def scenarios_with_steps(plan: SectionPlan, compiled: Checklist) -> tuple[Scenario, ...]:
    """Return the scenarios of a plan with the steps that they have in the checklist of its spec."""
    whole = next(p for p in compiled.sections if p.section.ordinal == plan.section.ordinal)
    by_name = {scenario.name: scenario for scenario in whole.scenarios}
    return tuple(by_name[scenario.name] for scenario in plan.scenarios)
