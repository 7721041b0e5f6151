"""Sets up an observation: read-only live systems, the state file, and the sections that can be observed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.model import SectionPlan
from qa_sync.audit.planning import AuditConfig, plan_sections
from qa_sync.clock import Clock, RealClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import LiveSystem, connect
from qa_sync.modes.live_systems.redact_events import redact_events
from qa_sync.modes.observe_outputs.begin import check_rates, notify_begin
from qa_sync.modes.observe_outputs.open_outputs import ObserveOutputs, open_outputs
from qa_sync.observe.judging import Judge
from qa_sync.observe.model import EntityKey, ObservedSection, ObserveOptions, ReadRecord
from qa_sync.observe.observation import Observation
from qa_sync.observe.planning import needed_paths, observed_sections
from qa_sync.observe.reading import EntityReader, ReadableSystem
from qa_sync.observe.references import judges_of
from qa_sync.observe.reporting.progress import Listener
from qa_sync.observe.sections import SectionFollower
from qa_sync.observe.storage.clocks import SystemClocks
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Event
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.read_only import ReadOnlySystem
from qa_sync.systems.redaction import Redactor

STATE: Final = Path(".qa-sync", "observe.sqlite")
READ_ONLY: Final = "an observation writes to no system"


class ObservedSystem(Struct, frozen=True):
    """A system to read; `changes_only` are the datatypes whose lists can be limited to changes."""

    system: ReadableSystem
    changes_only: frozenset[str]


class ObserveContext(Struct, frozen=True):
    """What an observation needs besides the specs: the systems by label, state, options, zone and clock."""

    systems: Mapping[str, ObservedSystem]
    state: ObserveState
    options: ObserveOptions
    zone: tzinfo
    clock: Clock
    notify: Callable[[str], None]


class LiveObservation(Struct, frozen=True):
    """An observation of live systems; `redact` removes their confidential values from a text."""

    observation: Observation
    redact: Redactor

    def events(self) -> Iterator[Event]:
        """Yield the events of the observation, redacted."""
        return redact_events(self.observation.events(), self.redact)

    def outputs(
        self, options: ObserveOutputs, notify: Callable[[str], None]
    ) -> AbstractContextManager[tuple[Listener, ...]]:
        """Open what else reports the reads; raises UsageError for an option that is not valid."""
        told = partial(_notify_redacted, notify, self.redact)
        return open_outputs(options, self.observation, self.redact, told)


def _notify_redacted(notify: Callable[[str], None], redact: Redactor, text: str) -> None:
    notify(redact(text))


def make_observation(
    dataflows: Sequence[Dataflow],
    plans: Mapping[str, Sequence[SectionPlan]],
    context: ObserveContext,
    start: datetime | None = None,
) -> Observation:
    """Return the observation of all sections whose records can be matched; it follows changes from `start` on."""
    sections, state = observed_sections(dataflows, plans), context.state
    judges = judges_of(sections, context.zone, state)
    clocks = SystemClocks(state)
    index = partial(_index, sections, judges, state)
    readers = {
        entity: replace(_reader(entity, context.systems[entity.system], paths, index, clocks), start=start)
        for entity, paths in needed_paths(sections).items()
    }
    followers = [SectionFollower(one, state, clocks, judges[one.key], context.options.max_lag) for one in sections]
    return Observation(
        dataflows,
        plans,
        sections,
        followers,
        readers,
        state,
        clocks,
        context.options,
        context.clock,
        time.perf_counter,
        context.notify,
        judges,
    )


def _reader(
    entity: EntityKey,
    observed: ObservedSystem,
    paths: tuple[str, ...],
    index: Callable[[EntityKey, ReadRecord], None],
    clocks: SystemClocks,
) -> EntityReader:
    return EntityReader(entity, observed.system, paths, entity.datatype in observed.changes_only, index, clocks)


def _index(
    sections: Sequence[ObservedSection],
    judges: Mapping[str, Judge],
    state: ObserveState,
    entity: EntityKey,
    record: ReadRecord,
) -> None:
    """Store the keys of a record for each section that matches it."""
    for section in sections:
        for at, own in enumerate(section.entities):
            if own == entity:
                state.put_keys(section.key, at, record.id, judges[section.key].keys(at, record))


@contextmanager
def open_observation(
    job: Job,
    options: ObserveOptions,
    path: Path,
    *,
    from_now: bool,
    start: datetime | None = None,
    notify: Callable[[str], None],
) -> Iterator[LiveObservation]:
    """Yield the observation of the job's specs; raises UsageError for options, settings or a state that do not fit."""
    if options.max_lag < 2 * options.every:
        raise UsageError(
            f"--max-lag {_text(options.max_lag.total_seconds())} is shorter than two intervals "
            f"of {_text(options.every.total_seconds())}",
            hint="give a longer --max-lag or a shorter --every: an arrival is seen only when the lists are read",
        )
    known = AuditConfig(job.cards, job.settings.keys, frozenset(), job.settings.conditions)
    plans = {d.path: plan_sections(d, job.dataflows, known) for d in job.dataflows}
    if not observed_sections(job.dataflows, plans):
        reasons = "; ".join(f"{p.section.heading}: {p.skip_reason}" for some in plans.values() for p in some)
        raise UsageError(f"no section can be observed: {reasons or 'the spec has no section'}")
    redact = Redactor()
    live = connect(job, redact)
    try:
        with closing(ObserveState(path)) as state:
            systems = {label: _observed(job, label, one) for label, one in live.items()}
            told = partial(_notify_redacted, notify, redact)
            context = ObserveContext(systems, state, options, job.settings.zone, RealClock(), told)
            observation = make_observation(job.dataflows, plans, context, start)
            check_rates(job.settings, observation, notify)
            _begin(observation, _identity(observation, live), from_now=from_now)
            notify_begin(observation, plans, notify)
            yield LiveObservation(observation, redact)
    finally:
        for one in live.values():
            one.connection.close()


def _observed(job: Job, label: str, live: LiveSystem) -> ObservedSystem:
    system = ReadOnlySystem(live.connection.system(), READ_ONLY)
    since = frozenset(a.datatype for a in capabilities_of(job.connectors[label]) if a.since)
    return ObservedSystem(system, since)


def _identity(observation: Observation, live: Mapping[str, LiveSystem]) -> str:
    """Return a fingerprint of what a state is about: the systems, the entities, and what is read of them."""
    urls = {label: one.connection.base_url for label, one in live.items()}
    about = [(entity, urls[entity.system], sorted(r.paths)) for entity, r in sorted(observation.readers.items())]
    sections = sorted((s.key, str(s.auditable.match)) for s in observation.sections)
    return hashlib.sha256(repr((about, sections)).encode()).hexdigest()[:16]


def _begin(observation: Observation, identity: str, *, from_now: bool) -> None:
    state = observation.state
    if from_now:
        state.reset()
    if (state.about("identity") or identity) != identity:
        raise UsageError(
            "the state is that of an observation of other systems, sections or properties",
            hint="--from-now starts over, and forgets it; --state PATH keeps both",
        )
    state.set_about("identity", identity)


def _text(seconds: float) -> str:
    return f"{seconds:g}s"
