"""The table of triggers, and the trigger of a run: shared by all sections, run once at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock

from qa_sync.dataflow.model import Dataflow
from qa_sync.modes.triggers.builtin import builtin
from qa_sync.modes.triggers.command import command
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.modes.triggers.gate import Gate
from qa_sync.modes.triggers.http import http
from qa_sync.modes.triggers.sesam import sesam
from qa_sync.modes.triggers.shared_run import SharedRun
from qa_sync.modes.triggers.wait import wait
from qa_sync.running.environment import SyncControl, SyncProblem
from qa_sync.settings.model import Trigger

TRIGGERS: Mapping[Trigger, Callable[[TriggerContext, SystemPair], RunSync]] = {
    Trigger.WAIT: wait,
    Trigger.BUILTIN: builtin,
    Trigger.HTTP: http,
    Trigger.COMMAND: command,
    Trigger.SESAM: sesam,
}
"""Triggers by name: a function of the run and the pair of systems that returns a function that triggers the sync."""

PER_DOCUMENT = frozenset({Trigger.BUILTIN})
"""Triggers for the two systems of one spec; the others do not depend on the spec."""


CYCLES_UNKNOWN = frozenset({Trigger.WAIT, Trigger.HTTP})
"""Triggers that may return before a cycle of the sync is complete: a sync behind a URL may continue afterwards."""

SOON_S = 0.25
"""How long `wait` waits before it looks for an arrival that is to be seen at once."""


class Triggers:
    """The trigger of each spec, created on first use."""

    def __init__(self, surroundings: TriggerContext) -> None:
        self._context = surroundings
        self._trigger = surroundings.job.settings.sync.trigger
        self._started: dict[SystemPair | None, RunSync] = {}
        self._lock = Lock()
        self._gate = Gate()

    def for_systems(self, dataflow: Dataflow, source: str, target: str) -> RunSync:
        """Return a thread-safe function that triggers the sync between two systems."""
        between = SystemPair(dataflow.path, source, target)
        key = between if self._trigger in PER_DOCUMENT else None
        with self._lock:
            if key not in self._started:
                work = TRIGGERS[self._trigger](self._context, between)
                self._started[key] = work if self._trigger is Trigger.WAIT else SharedRun(work, self._gate)
            return self._started[key]

    def control_for(self, dataflow: Dataflow, source: str, target: str) -> SyncControl:
        """Return what a section can do with the sync between its two systems."""
        if self._trigger is Trigger.WAIT:
            pause_s = min(self._context.sync.interval_s, SOON_S)
            return SyncControl(run_at_once=lambda: self._context.clock.sleep(pause_s))
        run_sync = self.for_systems(dataflow, source, target)
        if self._trigger in CYCLES_UNKNOWN or not isinstance(run_sync, SharedRun):
            return SyncControl(self._gate.edit)
        mid_cycle = self._context.mid_cycle.get(SystemPair(dataflow.path, source, target))
        return SyncControl(self._gate.edit, None, partial(mid_cycle.run, run_sync) if mid_cycle else run_sync.during)

    def problems_for(self, dataflow: Dataflow, source: str, target: str) -> tuple[SyncProblem, ...]:
        """Return what the sync between two systems could not read or write in its last cycle."""
        return self._context.problems.get(SystemPair(dataflow.path, source, target), ())

    def close(self) -> None:
        """Close what was opened."""
        self._context.exits.close()
