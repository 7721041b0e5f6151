"""The triggers, one explicit line each, and the one of a run: asked by many sections, run by one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from qa_sync.dataflow.model import Dataflow
from qa_sync.modes.triggers.builtin import builtin
from qa_sync.modes.triggers.command import command
from qa_sync.modes.triggers.context import Between, Surroundings, Work
from qa_sync.modes.triggers.http import http
from qa_sync.modes.triggers.sesam import sesam
from qa_sync.modes.triggers.shared_run import Together
from qa_sync.modes.triggers.wait import wait
from qa_sync.settings.model import Trigger

TRIGGERS: Mapping[Trigger, Callable[[Surroundings, Between], Work]] = {
    Trigger.WAIT: wait,
    Trigger.BUILTIN: builtin,
    Trigger.HTTP: http,
    Trigger.COMMAND: command,
    Trigger.SESAM: sesam,
}
"""Each is given the run and what is to be kept in sync, and returns what gives the sync one chance to work."""

APART = frozenset({Trigger.BUILTIN})
"""Those that keep one document's two systems in sync; the others know nothing of documents."""


class Triggers:
    """What moves the sync of each document on; made when a section asks for it first."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._trigger = surroundings.job.settings.sync.trigger
        self._made: dict[Between | None, Work] = {}
        self._lock = Lock()

    def of(self, dataflow: Dataflow, source: str, target: str) -> Work:
        """Return what gives the sync between two systems one chance to work; safe to be called side by side."""
        between = Between(dataflow.path, source, target)
        key = between if self._trigger in APART else None
        with self._lock:
            if key not in self._made:
                work = TRIGGERS[self._trigger](self._surroundings, between)
                self._made[key] = work if self._trigger is Trigger.WAIT else Together(work)
            return self._made[key]

    def close(self) -> None:
        """Let go of what was opened."""
        self._surroundings.exits.close()
