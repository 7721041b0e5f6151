"""Edits a record while a cycle of the sync works."""

from __future__ import annotations

from qa_sync.checklist.steps import EditDuringCycle
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.needs import DuringCycle, Waiting
from qa_sync.running.records.scenario_records import ScenarioRecords

NOT_STARTED = "this run does not start the cycles of the sync, so it cannot edit while one is known to work"
TOO_LATE = "could not be tried: the cycle of the sync ended before the edit"


def edit_during_cycle(records: ScenarioRecords, step: EditDuringCycle) -> Waiting[Verdict | None]:
    """Let a cycle run and edit the record meanwhile; return the verdict when that was not possible, else None."""
    if records.environment.control.run_during is None:
        return Verdict(Status.SKIPPED, NOT_STARTED)
    ids = frozenset(one for key, one in records.ids.items() if key.role == step.edit.role)
    done = yield DuringCycle(lambda: _edit(records, step), ids)
    return None if done.in_time else Verdict(Status.ERROR, TOO_LATE)


def _edit(records: ScenarioRecords, step: EditDuringCycle) -> None:
    records.edit(step.edit)
