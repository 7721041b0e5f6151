"""Where the user's own systems are, and a connection to each that all sections share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.modes.job import Job
from qa_sync.modes.permits import closed
from qa_sync.settings.model import FILE_NAME, values_of
from qa_sync.systems.guarded import Guarded
from qa_sync.systems.live import live_transport
from qa_sync.systems.rest import RestSystem
from qa_sync.systems.system import System


@dataclass(frozen=True, slots=True)
class Reached:
    """One live system: where it is, the way there, and its secrets."""

    job: Job
    label: str
    url: str
    secrets: Mapping[str, str]
    transport: httpx.BaseTransport

    def system(self, transport: httpx.BaseTransport | None = None) -> System:
        """Return the system over its own way out, or over one put around it; writes only when they are allowed."""
        way = transport or self.transport
        rest = RestSystem(self.label, self.job.connectors[self.label], self.url, self.secrets, way)
        why = closed(self.job.settings, self.label)
        return Guarded(rest, why) if why else rest


def labels_of(dataflows: Iterable[Dataflow]) -> tuple[str, ...]:
    """Return the systems that sections are about, in their order."""
    entities = (e for d in dataflows for s in d.sections if s.duplicate_of is None for e in (s.source, s.target))
    return tuple(dict.fromkeys(e.system for e in entities))


def has_url(job: Job, label: str) -> bool:
    """Tell whether the settings say where a system is."""
    own = job.settings.system(label)
    return bool(own and own.url)


def reach(job: Job) -> Mapping[str, Reached]:
    """Return every system of the job by label; raises UsageError that tells all that is missing."""
    found: dict[str, Reached] = {}
    problems: list[UsageError] = []
    for label in labels_of(job.dataflows):
        try:
            found[label] = _reach(job, label)
        except UsageError as problem:
            problems.append(problem)
    if len(problems) > 1:
        raise UsageError("\n".join([f"{len(problems)} systems cannot be reached:", *map(str, problems)]))
    if problems:
        raise problems[0]
    return found


def _reach(job: Job, label: str) -> Reached:
    own = job.settings.system(label)
    if own is None or own.url is None:
        near = did_you_mean(label, job.settings.systems) if own is None else None
        raise UsageError(
            f"where is {label}? its url is needed",
            location=own.location if own else None,
            hint=near or f'in {FILE_NAME}: [systems."{label}"] url = "https://..."',
        )
    secrets = values_of(own.secrets, os.environ, label)
    return Reached(job, label, own.url, secrets, live_transport())
