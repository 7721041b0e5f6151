"""One document checked in the sandbox, with a fault or without, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from fault_facts import ROOT, Place, settings_of
from msgspec import Struct

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist
from qa_sync.checklist.selection import Selection, narrow_checklist, select
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.modes.table import prepare
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import Status
from qa_sync.running.runner import RunConfig, run

TIMEOUT_S = 20.0
"""Virtual seconds that an arrival is waited for: ten cycles of the sync."""


class Outcome(Struct, frozen=True):
    """What a run found: where checks failed and what they said, what could not be found out, and how many passed."""

    failed: frozenset[Place]
    told: tuple[str, ...]
    errors: tuple[str, ...]
    passed: int
    took_s: float


def play(
    spec: Path,
    seed: str,
    *faults: str,
    timeout_s: float = TIMEOUT_S,
    max_lag_s: float | None = None,
    depth: Depth = Depth.STANDARD,
    section: int | None = None,
) -> Outcome:
    """Check a document, or one section of it, in the sandbox; times are virtual seconds."""
    began = time.perf_counter()
    settings = settings_of(spec)
    dataflows = read_all([str(spec.relative_to(ROOT) if spec.is_relative_to(ROOT) else spec)])
    connectors = connectors_of(dataflows, settings)
    dataflows = apply_configured_pairs(dataflows, connectors, settings)
    job = Job(
        dataflows, connectors, Path("cassettes"), seed, timeout_s, faults, settings, depth=depth, max_lag_s=max_lag_s
    )
    prepared = prepare("sandbox", job)
    checklists = prepared.checklists if section is None else _only(section, prepared.checklists)
    told = RunConfig("sandbox", prepared.seed, prepared.started, time.perf_counter, prepared.parallel_sections)
    try:
        results = collect_results(run(checklists, prepared.open_environment, told))
    finally:
        prepared.close()
    pairs = {c.id: c.pair for cl in checklists for plan in cl.sections for c in plan.checks}
    checks = [
        (section.ordinal, check) for found in results.specs for section in found.sections for check in section.checks
    ]
    failed = [(n, c) for n, c in checks if c.status is Status.FAILED]
    return Outcome(
        frozenset(Place(c.kind, n, (p.source, p.target) if (p := pairs[c.id]) else None) for n, c in failed),
        tuple(f"{c.id}: {c.message}" for _, c in failed),
        tuple(f"{c.id}: {c.message}" for _, c in checks if c.status is Status.ERROR),
        sum(c.status is Status.PASSED for _, c in checks),
        time.perf_counter() - began,
    )


def _only(section: int, checklists: Sequence[Checklist]) -> list[Checklist]:
    chosen = select(checklists, Selection(sections=(str(section),)))
    return [narrow_checklist(checklist, chosen, whole_sections=False) for checklist in checklists]
