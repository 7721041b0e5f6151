"""`--mode live`: the user's own systems at the URLs of the settings, and the user's sync.

The clock is real, the seed is new for each run (it is printed, and `--seed` repeats it), and a system is written to
only if its settings allow it.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from msgspec import Struct

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.checklist.side import Side
from qa_sync.clock import InterruptibleClock, RecordingClock
from qa_sync.modes.job import Job, PreparedRun
from qa_sync.modes.live_systems.connections import LiveSystem, connect
from qa_sync.modes.live_systems.preflight import Preflight
from qa_sync.modes.live_systems.resume import (
    ProgressRecorder,
    clean_up_interrupted,
    find_interrupted_run,
    next_seed,
    section_fingerprints,
    skip_known,
)
from qa_sync.modes.live_systems.run_journal import SKEW, RunJournal, open_run_journal, planned_records
from qa_sync.modes.live_systems.write_permissions import limit_to_writable
from qa_sync.modes.triggers.context import TriggerContext
from qa_sync.modes.triggers.table import CYCLES_UNKNOWN, Triggers
from qa_sync.running.environment import Environment
from qa_sync.running.polling import EVEN_PAUSES
from qa_sync.settings.model import SyncSettings, Trigger
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

PARALLEL_SECTIONS = 8
LONGEST_FIRST_PAUSE_S = 1.0

SHORTEST_PAUSE_S = 0.5
"""The shortest pause between two looks where the sync runs by itself, unless its cycle is shorter."""


class LiveSession(Struct, frozen=True):
    """A run against live systems; `since` limits the lists that are searched for counterparts.

    `redact` has all confidential values.
    """

    job: Job
    seed: str
    started: datetime
    since: datetime
    clock: InterruptibleClock
    checklists: tuple[Checklist, ...]
    live_systems: Mapping[str, LiveSystem]
    triggers: Triggers
    redact: Redactor
    journal: RunJournal
    recorder: ProgressRecorder
    begin: Callable[[Sequence[Checklist]], None]

    @contextmanager
    def environment(
        self,
        checklist: Checklist,
        plan: SectionPlan,
        systems: Mapping[str, System],
        recording: RecordingClock | None = None,
    ) -> Iterator[Environment]:
        """Yield the environment of a section; `systems` are by label, `recording` replaces the clock of the run."""
        labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
        with self.triggers.for_section(checklist.dataflow, *labels.values()) as sync:
            unqueued = sync.unqueued(self.clock)
            yield Environment(
                systems={side: systems[label] for side, label in labels.items()},
                clock=recording or self.clock,
                let_sync_work=sync.let_sync_work,
                since=self.since,
                timeout_s=self.job.timeout_s,
                zone=self.job.settings.zone,
                first_pause_s=_first_pause_s(self.job.settings.sync),
                cycles_known=self.cycles_known,
                max_lag_s=self.job.max_lag_for(plan.section),
                jitter=_jittered,
                keep=self.job.keep,
                control=sync.control,
                sync_problems=partial(self.triggers.problems_for, checklist.dataflow, *labels.values()),
                unqueued=recording.beside(unqueued) if recording else unqueued,
            )

    @property
    def urls(self) -> Mapping[str, str]:
        """The URLs of the systems by label."""
        return {label: one.connection.base_url for label, one in self.live_systems.items()}

    @property
    def cycles_known(self) -> bool:
        """Whether every trigger of the sync returns only after a completed cycle."""
        return self.job.settings.sync.trigger not in CYCLES_UNKNOWN

    def is_silent(self) -> bool:
        """Return whether the run is interrupted and every system was silent for too long since."""
        left = [each.connection.silence_limit.remaining_s() for each in self.live_systems.values()]
        return all(seconds is not None and seconds <= 0 for seconds in left)

    def close(self) -> None:
        """Close all connections."""
        self.triggers.close()
        self.journal.close()
        for one in self.live_systems.values():
            one.connection.close()


def _first_pause_s(sync: SyncSettings) -> float:
    """Return the pause after the first look; where the sync runs by itself, a part of its cycle."""
    if sync.trigger is not Trigger.WAIT:
        return min(sync.interval_s, LONGEST_FIRST_PAUSE_S)
    return min(sync.interval_s, max(SHORTEST_PAUSE_S, sync.interval_s / EVEN_PAUSES))


def _jittered(pause_s: float) -> float:
    """Return a random pause of at least half the length, so that sections do not poll at the same time."""
    return pause_s * random.uniform(0.5, 1)  # noqa: S311 - not used for security


def open_session(job: Job) -> LiveSession:
    """Connect all systems of the job and compile the checklists; raises one UsageError for all that is missing."""
    earlier = find_interrupted_run(job) if job.resume else None
    seed = next_seed(earlier.seed) if earlier else job.seed or secrets.token_hex(4)
    redact = Redactor()
    clock = InterruptibleClock()
    live_systems = connect(job, redact, stop=clock.stop)
    started = clock.now().replace(microsecond=0)
    compiled = (job.compiled(dataflow, seed) for dataflow in job.dataflows)
    checklists = tuple(limit_to_writable(checklist, job.settings) for checklist in compiled)
    prints = section_fingerprints(checklists)
    known = earlier.known_sections(prints) if earlier else {}
    checklists = tuple(skip_known(checklist, known) for checklist in checklists)
    since = started - SKEW
    journal = open_run_journal(
        job,
        seed,
        started=started,
        since=since,
        checklists=checklists,
        live_systems=live_systems,
        redact=redact,
        stop=clock.stop,
    )
    triggers = Triggers(TriggerContext(job, clock, live_systems, checklists, since, redact=redact, wrap=journal.wrap))
    recorder = ProgressRecorder(journal, prints, known)
    preflight = Preflight(live_systems, sync_creates=job.settings.sync.trigger is Trigger.BUILTIN)

    def begin(chosen: Sequence[Checklist]) -> None:
        preflight(chosen)
        if earlier:
            clean_up_interrupted(earlier, journal)

    return LiveSession(
        job, seed, started, since, clock, checklists, live_systems, triggers, redact, journal, recorder, begin
    )


def prepare(job: Job) -> PreparedRun:
    """Prepare the job; all sections share one connection to each system."""
    session = open_session(job)
    systems = {
        label: session.journal.wrap(live_systems.system()) for label, live_systems in session.live_systems.items()
    }

    @contextmanager
    def open_environment(checklist: Checklist, plan: SectionPlan) -> Iterator[Environment]:
        with session.environment(checklist, plan, systems) as environment:
            yield environment

    return PreparedRun(
        session.checklists,
        open_environment,
        session.seed,
        session.started,
        close=session.close,
        parallel_sections=PARALLEL_SECTIONS,
        stop=session.clock.stop,
        redact=session.redact,
        clean_up=session.journal.clean_up,
        writes=partial(planned_records, session.urls),
        recorded=session.recorder,
        notes=session.recorder.notes,
        begin=session.begin,
        is_silent=session.is_silent,
        made=session.journal.made,
        announce_deletions=session.journal.announce_deletions,
    )
