"""What of a checklist may be carried out when not every system may be written to; the rest is skipped with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qa_sync.checklist.model import Checklist, Edit, Expect, Insert, Scenario, SectionPlan, Side
from qa_sync.settings.model import Settings

NOT_SETTLED = "{label} is read-only: qa-sync.toml says nothing about it"


def closed(settings: Settings, label: str) -> str | None:
    """Return why nothing may be written to a system, None when something may."""
    own = settings.system(label)
    return own.closed if own else NOT_SETTLED.format(label=label)


def permitted(checklist: Checklist, settings: Settings) -> Checklist:
    """Return the checklist with each scenario cut before its first write that is not allowed."""
    return replace(checklist, sections=tuple(_permitted(plan, settings) for plan in checklist.sections))


def _permitted(plan: SectionPlan, settings: Settings) -> SectionPlan:
    labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
    reasons = {side: why for side, label in labels.items() if (why := closed(settings, label))}
    cuts = [_cut(scenario, reasons) for scenario in plan.scenarios]
    why_not = {check: why for _, lost in cuts for check, why in lost.items()}
    checks = tuple(replace(c, skip=why_not[c.id]) if c.id in why_not else c for c in plan.checks)
    return replace(plan, checks=checks, scenarios=tuple(kept for kept, _ in cuts if kept.checks))


def _cut(scenario: Scenario, reasons: Mapping[Side, str]) -> tuple[Scenario, Mapping[str, str]]:
    """Return what of a scenario can be played, and why not for each check that it then does not decide."""
    for at, step in enumerate(scenario.steps):
        if isinstance(step, Insert | Edit) and step.side in reasons:
            steps = scenario.steps[:at]
            decided = [check for s in steps if isinstance(s, Expect) for check, _ in s.claims if check]
            lost = {check: reasons[step.side] for check in scenario.checks if check not in decided}
            return replace(scenario, steps=steps, checks=tuple(decided)), lost
    return scenario, {}
