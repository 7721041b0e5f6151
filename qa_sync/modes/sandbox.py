"""`--mode sandbox`: the embedded systems and the built-in sync in one process; no sockets, no waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.modes.embedded.world import build_world
from qa_sync.modes.job import Job, PreparedRun
from qa_sync.running.environment import Environment

SEED = "sandbox"
"""The default seed: every run is the same."""


def prepare(job: Job) -> PreparedRun:
    """Prepare the job; each section gets its own systems. Raises UnknownName for a fault or system."""
    seed = job.seed or SEED
    checklists = tuple(job.compiled(d, seed) for d in job.dataflows)

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        world = build_world(job, checklist.dataflow, plan.section, f"{seed}/{plan.section.key}", lambda door: door)
        try:
            yield world.environment
        finally:
            world.close()

    return PreparedRun(checklists, open_environment, seed)
