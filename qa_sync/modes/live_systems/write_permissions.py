"""Limits a checklist to the systems that may be written to; all other checks are skipped with a reason."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from qa_sync.checklist.claims import RecordsUnchanged
from qa_sync.checklist.model import Checklist, Scenario, SectionPlan, edits_of
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Delete, Expect, Insert, Snapshot, Step
from qa_sync.settings.model import Settings

NOT_CONFIGURED = "{label} is read-only: it is not configured in qa-sync.toml"


def read_only_reason(settings: Settings, label: str) -> str | None:
    """Return why a system is read-only, None when writes are allowed."""
    own = settings.system(label)
    return own.read_only_reason if own else NOT_CONFIGURED.format(label=label)


def limit_to_writable(checklist: Checklist, settings: Settings) -> Checklist:
    """Return the checklist with each scenario cut before its first forbidden write."""
    return replace(checklist, sections=tuple(_limit_section(plan, settings) for plan in checklist.sections))


def _limit_section(plan: SectionPlan, settings: Settings) -> SectionPlan:
    labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
    reasons = {side: why for side, label in labels.items() if (why := read_only_reason(settings, label))}
    cuts = [_cut(scenario, reasons) for scenario in plan.scenarios]
    reasons_by_check = {check: why for _, lost in cuts for check, why in lost.items()}
    checks = tuple(
        replace(c, skip=Reason(ReasonCode.READ_ONLY_SYSTEM, reasons_by_check[c.id])) if c.id in reasons_by_check else c
        for c in plan.checks
    )
    return replace(plan, checks=checks, scenarios=tuple(kept for kept, _ in cuts if kept.checks))


def _cut(scenario: Scenario, reasons: Mapping[Side, str]) -> tuple[Scenario, Mapping[str, str]]:
    """Return the runnable part of a scenario, and the reason for each check that it no longer decides."""
    scenario = _without(scenario, _only_on(scenario, set(reasons)))
    for at, step in enumerate(scenario.steps):
        if closed := next((side for side in _written_sides(step) if side in reasons), None):
            steps = scenario.steps[:at]
            decided = [check for s in steps if isinstance(s, Expect) for check, _ in s.claims if check]
            later = {c for s in scenario.steps[at:] if isinstance(s, Expect) for c, _ in s.claims}
            decided = [check for check in decided if check not in later]
            lost = {check: reasons[closed] for check in scenario.checks if check not in decided}
            return replace(scenario, steps=steps, checks=tuple(decided)), lost
    return scenario, {}


def _written_sides(step: Step) -> tuple[Side, ...]:
    return (step.side,) if isinstance(step, Insert | Delete) else tuple(edit.side for edit in edits_of(step))


def _only_on(scenario: Scenario, closed_sides: set[Side]) -> frozenset[str]:
    """Return the roles whose records are created on read-only sides only: other checks can run without them."""
    sides: dict[str, set[Side]] = {}
    for step in scenario.steps:
        if isinstance(step, Insert):
            sides.setdefault(step.role, set()).add(step.side)
    return frozenset(role for role, made in sides.items() if made <= closed_sides)


def _without(scenario: Scenario, roles: frozenset[str]) -> Scenario:
    """Return the scenario without these bystanders; a role with any other use stays."""
    busy = {s.role for s in scenario.steps if isinstance(s, Delete)}
    busy |= {edit.role for s in scenario.steps for edit in edits_of(s)}
    busy |= {
        c.role
        for s in scenario.steps
        if isinstance(s, Expect)
        for _, c in s.claims
        if not isinstance(c, RecordsUnchanged)
    }
    idle = roles - busy
    if not idle:
        return scenario
    kept = (
        _without_idle_roles(step, idle)
        for step in scenario.steps
        if not (isinstance(step, Insert) and step.role in idle)
    )
    return replace(scenario, steps=tuple(kept))


def _without_idle_roles(step: Step, idle: frozenset[str]) -> Step:
    if isinstance(step, Snapshot):
        return replace(step, roles=tuple(role for role in step.roles if role not in idle))
    if isinstance(step, Expect):
        return replace(step, claims=tuple((check, c) for check, c in step.claims if c.role not in idle))
    return step
