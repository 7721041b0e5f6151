"""`--mode record` against live systems: as `live`, and records the requests, responses and times of the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.clock import RecordingClock
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.job import Job, PreparedRun, cassette_path, fingerprint, has_errors
from qa_sync.modes.live import PARALLEL_SECTIONS, LiveSession, open_session
from qa_sync.modes.live_systems.connections import labels_of
from qa_sync.modes.live_systems.run_journal import planned_records
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.modes.recording_locks import lock_recordings
from qa_sync.running.environment import Environment
from qa_sync.running.results import Results
from qa_sync.systems.recording.cassettes import CassetteLabel
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport
from qa_sync.systems.secret_values import reject_unrecordable_secrets


def prepare_live(job: Job) -> PreparedRun:
    """Prepare the job; raises UsageError when a system is read-only or not configured, or redaction would spoil it."""
    if why := next((why for label in labels_of(job.dataflows) if (why := read_only_reason(job.settings, label))), None):
        raise UsageError(f"a recording needs write access to both systems: {why}")
    session = open_session(job)
    _reject_unrecordable_secrets(session)
    tapes: dict[Path, tuple[CassetteRecorder, RecordingClock]] = {}
    locks = ExitStack()

    def begin(chosen: Sequence[Checklist]) -> None:
        lock_recordings(job, chosen, locks)
        session.begin(chosen)

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        path = cassette_path(job.cassettes, checklist.dataflow, plan.section)
        cassette = CassetteRecorder(path, _label(session, plan), session.redact)
        clock = RecordingClock(session.clock, session.started)
        tapes[path] = cassette, clock
        labels = dict.fromkeys((plan.section.source.system, plan.section.target.system))

        def wrap(way: httpx.BaseTransport) -> httpx.BaseTransport:
            return RecordingTransport(way, cassette)

        systems = {label: session.journal.wrap(session.live_systems[label].system(wrap, clock)) for label in labels}
        with session.environment(checklist, plan, systems, clock) as environment:
            yield environment

    def finish(results: Results) -> None:
        if has_errors(results):
            raise NoVerdict("nothing was recorded, because some checks had errors")
        for cassette, clock in tapes.values():
            cassette.label = replace(cassette.label, times=tuple(clock.times))
            cassette.save()

    return PreparedRun(
        session.checklists,
        open_environment,
        session.seed,
        session.started,
        finish,
        session.close,
        PARALLEL_SECTIONS,
        session.clock.stop,
        redact=session.redact,
        clean_up=session.journal.clean_up,
        writes=partial(planned_records, session.urls),
        begin=begin,
        release=locks.close,
        is_silent=session.is_silent,
        made=session.journal.made,
        announce_deletions=session.journal.announce_deletions,
    )


def _reject_unrecordable_secrets(session: LiveSession) -> None:
    try:
        for label, live in session.live_systems.items():
            reject_unrecordable_secrets(label, live.connection.connector, live.connection.secrets)
    except UsageError:
        session.close()
        raise


def _label(session: LiveSession, plan: SectionPlan) -> CassetteLabel:
    labels = dict.fromkeys((plan.section.source.system, plan.section.target.system))
    connectors = [session.job.connectors[label] for label in labels]
    return CassetteLabel(
        seed=session.seed,
        started=session.started,
        connectors={c.name: c.fingerprint for c in connectors},
        spec=fingerprint(session.job, plan.section),
        urls={label: session.live_systems[label].connection.base_url for label in labels},
        since=session.since,
        cycles_known=session.cycles_known,
    )
