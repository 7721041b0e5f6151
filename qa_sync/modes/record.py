"""`--mode record`: run, and write one cassette per section with the requests and responses of the checks.

The run is as in `live` when the settings have the URLs of the systems, else as in `sandbox`.

Cassettes are written after the whole run, and only when no check has an error; each replaces the old one atomically.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.embedded.world import build_world
from qa_sync.modes.job import EPOCH, Job, PreparedRun, cassette_path, check_distinct_recordings, fingerprint, has_errors
from qa_sync.modes.live_systems.connections import has_url, labels_of
from qa_sync.modes.recording_locks import lock_recordings
from qa_sync.modes.sandbox import SEED
from qa_sync.running.environment import Environment
from qa_sync.running.results import Results
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.recording.cassettes import CassetteLabel
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport


def prepare(job: Job) -> PreparedRun:
    """Prepare the job for recording; raises UsageError when faults are injected into the sync."""
    if job.faults:
        raise UsageError("a sync with injected faults cannot be recorded", hint="use --mode sandbox with --fault")
    check_distinct_recordings(job.dataflows)
    if any(has_url(job, label) for label in labels_of(job.dataflows)):
        from qa_sync.modes.record_live import prepare_live  # noqa: PLC0415 - only needed here

        return prepare_live(job)
    seed = job.seed or SEED
    checklists = tuple(job.compiled(d, seed) for d in job.dataflows)
    tapes: dict[Path, CassetteRecorder] = {}
    locks = ExitStack()

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        path = cassette_path(job.cassettes, checklist.dataflow, plan.section)
        cassette = tapes[path] = CassetteRecorder(path, _label(job, checklist, plan), _secrets(job))

        def wire(door: httpx.BaseTransport) -> httpx.BaseTransport:
            return RecordingTransport(door, cassette)

        world = build_world(job, checklist.dataflow, plan.section, f"{seed}/{plan.section.key}", wire)
        try:
            yield world.environment
        finally:
            world.close()

    def finish(results: Results) -> None:
        if has_errors(results):
            raise NoVerdict("nothing was recorded, because some checks had errors")
        for cassette in tapes.values():
            cassette.save()

    return PreparedRun(
        checklists,
        open_environment,
        seed,
        finish=finish,
        begin=lambda chosen: lock_recordings(job, chosen, locks),
        release=locks.close,
    )


def _label(job: Job, checklist: Checklist, plan: SectionPlan) -> CassetteLabel:
    names = {
        job.connectors[e.system].name: job.connectors[e.system] for e in (plan.section.source, plan.section.target)
    }
    return CassetteLabel(
        seed=checklist.seed,
        started=EPOCH,
        connectors={name: connector.fingerprint for name, connector in names.items()},
        spec=fingerprint(job, plan.section),
        urls={name: VENDORS[name].base_url for name in names},
    )


def _secrets(job: Job) -> list[str]:
    return [secret for c in job.connectors.values() for secret in VENDORS[c.name].secrets.values()]
