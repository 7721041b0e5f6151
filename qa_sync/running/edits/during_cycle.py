"""Edits a record while a cycle of the sync works."""

from __future__ import annotations

from qa_sync.checklist.steps import EditDuringCycle
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import ScenarioRecords

NOT_STARTED = "this run does not start the cycles of the sync, so it cannot edit while one is known to work"
TOO_LATE = "could not be tried: the cycle of the sync ended before the edit"


def edit_during_cycle(records: ScenarioRecords, step: EditDuringCycle) -> Verdict | None:
    """Run a cycle and edit the record meanwhile; return the verdict when that was not possible, None when it was."""
    run_during = records.environment.control.run_during
    if run_during is None:
        return Verdict(Status.SKIPPED, NOT_STARTED)
    in_time = run_during(lambda: _edit(records, step))
    return None if in_time else Verdict(Status.ERROR, TOO_LATE)


def _edit(records: ScenarioRecords, step: EditDuringCycle) -> None:
    records.edit(step.edit)
