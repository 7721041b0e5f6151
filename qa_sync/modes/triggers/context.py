"""The input of a trigger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field

from qa_sync.checklist.model import Checklist
from qa_sync.checklist.steps import Insert
from qa_sync.clock import Clock
from qa_sync.modes.embedded.mid_cycle import MidCycle
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import LiveSystem
from qa_sync.running.environment import SyncProblem
from qa_sync.settings.model import SyncSettings
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

RunSync: TypeAlias = Callable[[], None]
"""Triggers the sync once; raises NoVerdict when it fails."""


def _unwrapped(system: System) -> System:
    """Use no journal."""
    return system


class SystemPair(Struct, frozen=True):
    """A spec, and the labels of the two systems that it synchronizes."""

    spec: str
    source: str
    target: str


class TriggerContext(Struct, frozen=True):
    """The run of a trigger; `exits` closes what it opens, `redact` redacts its output.

    `wrap` adds the run's journal to a system; `problems` has what the sync of each pair of systems could not read or
    write in its last cycle; `mid_cycle` has the built-in syncs in whose cycles the run can act.
    """

    job: Job
    clock: Clock
    live_systems: Mapping[str, LiveSystem]
    checklists: tuple[Checklist, ...]
    since: datetime
    exits: ExitStack = field(default_factory=ExitStack)
    redact: Redactor = field(default_factory=Redactor)
    wrap: Callable[[System], System] = _unwrapped
    problems: dict[SystemPair, tuple[SyncProblem, ...]] = field(default_factory=dict)
    mid_cycle: dict[SystemPair, MidCycle] = field(default_factory=dict)

    @property
    def sync(self) -> SyncSettings:
        """The `[sync]` settings."""
        return self.job.settings.sync

    @property
    def marks(self) -> frozenset[str]:
        """The marks of all records that the run creates."""
        scenarios = (s for checklist in self.checklists for plan in checklist.sections for s in plan.scenarios)
        return frozenset(step.mark for s in scenarios for step in s.steps if isinstance(step, Insert))
