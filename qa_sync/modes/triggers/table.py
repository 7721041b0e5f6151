"""The table of triggers, and the trigger of a run: shared by all sections, run once at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import Lock

from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow
from qa_sync.modes.triggers.builtin import builtin
from qa_sync.modes.triggers.command import command
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.modes.triggers.gate import Gate
from qa_sync.modes.triggers.http import http
from qa_sync.modes.triggers.section_runs import SectionRuns, UnqueuedClock
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


def _as_it_is(clock: Clock) -> Clock:
    """Return a clock unchanged."""
    return clock


class SectionSync(Struct, frozen=True):
    """The sync as one section uses it: lets it work, controls it, and reads a clock without the waits for others."""

    let_sync_work: RunSync
    control: SyncControl
    unqueued: Callable[[Clock], Clock] = _as_it_is


class Triggers:
    """The trigger of each spec, created on first use."""

    def __init__(self, surroundings: TriggerContext) -> None:
        self._context = surroundings
        self._trigger = surroundings.job.settings.sync.trigger
        self._started: dict[SystemPair | None, SharedRun] = {}
        self._lock = Lock()
        self._gate = Gate()

    @contextmanager
    def for_section(self, dataflow: Dataflow, source: str, target: str) -> Iterator[SectionSync]:
        """Yield the sync between two systems for a section, which runs as long as the context is open."""
        between = SystemPair(dataflow.path, source, target)
        if self._trigger is Trigger.WAIT:
            yield self._waiting(between)
            return
        shared = self._shared_run(between)
        with shared.joined():
            runs = SectionRuns(shared)
            yield SectionSync(runs, self._control(between, runs), partial(UnqueuedClock, runs=runs))

    def _waiting(self, between: SystemPair) -> SectionSync:
        control = SyncControl(interval_s=self._context.sync.interval_s)
        return SectionSync(TRIGGERS[self._trigger](self._context, between), control)

    def _shared_run(self, between: SystemPair) -> SharedRun:
        key = between if self._trigger in PER_DOCUMENT else None
        with self._lock:
            if key not in self._started:
                self._started[key] = SharedRun(TRIGGERS[self._trigger](self._context, between), self._gate)
            return self._started[key]

    def _control(self, between: SystemPair, runs: SectionRuns) -> SyncControl:
        if self._trigger in CYCLES_UNKNOWN:
            return SyncControl(runs.hold)
        mid_cycle = self._context.mid_cycle.get(between)
        run_during = partial(mid_cycle.run, runs.next_run) if mid_cycle else runs.during
        return SyncControl(runs.hold, None, run_during)

    def problems_for(self, dataflow: Dataflow, source: str, target: str) -> tuple[SyncProblem, ...]:
        """Return what the sync between two systems could not read or write in its last cycle."""
        return self._context.problems.get(SystemPair(dataflow.path, source, target), ())

    def close(self) -> None:
        """Close what was opened."""
        self._context.exits.close()
