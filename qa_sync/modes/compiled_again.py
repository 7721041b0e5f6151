"""Compiles the steps of a spec again when it runs: of many specs they are not kept, because they take much memory."""

from __future__ import annotations

from collections.abc import Sequence

from qa_sync.checklist.model import Checklist, Scenario, SectionPlan
from qa_sync.checklist.without_steps import scenarios_with_steps
from qa_sync.modes.job import Job


class CompiledAgain:
    """The scenarios of sections when they run; those of specs without steps are compiled again, one spec at a time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._compiled: Checklist | None = None

    def scenarios(self, checklist: Checklist, plan: SectionPlan) -> Sequence[Scenario]:
        """Return the scenarios of a section with their steps."""
        if all(scenario.steps for scenario in plan.scenarios):
            return plan.scenarios
        compiled = self._compiled
        if compiled is None or compiled.dataflow != checklist.dataflow or compiled.seed != checklist.seed:
            self._compiled = compiled = self._job.compiled(checklist.dataflow, checklist.seed)
        return scenarios_with_steps(plan, compiled)
