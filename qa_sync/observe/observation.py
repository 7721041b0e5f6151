"""An observation from start to end: reads the lists at every interval, follows the changes, and yields the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from qa_sync.audit.model import SectionPlan
from qa_sync.audit.unread import unread_of, unread_results
from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import NoVerdict
from qa_sync.observe.judging import Judge
from qa_sync.observe.model import Case, Change, ClockNote, EntityKey, ObservedSection, ObserveOptions
from qa_sync.observe.reading import EntityReader
from qa_sync.observe.reporting.observed import observed_of
from qa_sync.observe.reporting.progress import DirectionProgress, Listener, ReadProgress, newly_missed, progress_of
from qa_sync.observe.reporting.results import check_ids, not_observed, section_checks
from qa_sync.observe.sections import SectionFollower
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.clocks import SystemClocks
from qa_sync.observe.storage.state import UNREAD, ObserveState
from qa_sync.running.events import (
    Event,
    Observed,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)


@dataclass(slots=True)
class Observation:
    """The observation of the sections of one or more specs.

    `plans` are those of all sections by the path of the spec, also of the ones that cannot be observed; `readers` are
    by entity; `notify` takes lines for the user; `seconds` returns elapsed real time; `stopped` is set when the user
    ends it before its duration is over; `reads` counts the complete reads, `unread` is why the last other one failed;
    `listeners` get the progress after each read.
    """

    dataflows: Sequence[Dataflow]
    plans: Mapping[str, Sequence[SectionPlan]]
    sections: Sequence[ObservedSection]
    followers: Sequence[SectionFollower]
    readers: Mapping[EntityKey, EntityReader]
    state: ObserveState
    clocks: SystemClocks
    options: ObserveOptions
    clock: Clock
    seconds: Callable[[], float]
    notify: Callable[[str], None]
    judges: Mapping[str, Judge]
    stopped: bool = False
    reads: int = 0
    unread: NoVerdict | None = None
    listeners: tuple[Listener, ...] = ()

    def events(self) -> Iterator[Event]:
        """Observe until the duration is over or the user interrupts, and yield the events of the run."""
        begun, started = self.seconds(), self.clock.now()
        total = sum(len(self._ids(d, s)) for d in self.dataflows for s in d.sections)
        yield RunStarted("observe", "", started.replace(microsecond=0), total)
        for dataflow in self.dataflows:
            yield SpecStarted(dataflow.path, dataflow.title)
            for s in dataflow.sections:
                ids = self._ids(dataflow, s)
                yield SectionStarted(dataflow.path, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
        self._run(started)
        if not self.reads and self.unread is not None:
            raise self.unread  # nothing was reached, which is no absence of traffic
        for dataflow in self.dataflows:
            for section in dataflow.sections:
                yield from self._verdicts(dataflow, section)
                yield SectionFinished(dataflow.path, section.key, observed=self._observed_of(dataflow, section))
        yield RunFinished(self.seconds() - begun)

    def _verdicts(self, dataflow: Dataflow, section: Section) -> Iterator[Event]:
        yield from unread_results(dataflow, section)
        plan = self._plan(dataflow, section)
        if observed := self._observed(plan):
            yield from section_checks(observed, self.state, self.options, self._doubts(observed))
        elif plan is not None:
            yield not_observed(dataflow.path, plan)

    def _ids(self, dataflow: Dataflow, section: Section) -> tuple[str, ...]:
        plan = self._plan(dataflow, section)
        observed = self._observed(plan)
        own = check_ids(observed) if observed else (not_observed(dataflow.path, plan).id,) if plan else ()
        return (*(check.id for check in unread_of(dataflow, section)), *own)

    def _plan(self, dataflow: Dataflow, section: Section) -> SectionPlan | None:
        """Return the plan of a section, None for a copy of an earlier one."""
        return next((p for p in self.plans[dataflow.path] if p.section.ordinal == section.ordinal), None)

    def _observed(self, plan: SectionPlan | None) -> ObservedSection | None:
        return next((one for one in self.sections if one.plan is plan), None)

    def _observed_of(self, dataflow: Dataflow, section: Section) -> Observed | None:
        found = self._observed(self._plan(dataflow, section))
        if found is None:
            return None
        return observed_of(found, self.state, self.options, self._late_after_s(found))

    def _doubts(self, section: ObservedSection) -> tuple[ClockNote, ClockNote]:
        """Return what is known of the times of a section's source and target."""
        one, other = (self._doubt(entity) for entity in section.entities)
        return one, other

    def _doubt(self, entity: EntityKey) -> ClockNote:
        reader = self.readers[entity]
        interval = self.options.every if reader.since else full_list_interval(self.options)
        unstamped = timedelta(0) if reader.card.modified else interval
        return ClockNote(entity.system, self.clocks.offset(entity.system), self.clocks.doubt(entity.system) + unstamped)

    def _run(self, started: datetime) -> None:
        try:
            while True:
                self._tick_or_tell()
                if self.options.duration is not None and self.clock.now() - started >= self.options.duration:
                    return
                self.clock.sleep(self.options.every.total_seconds())
        except KeyboardInterrupt:
            self.stopped = True
            self.notify("Stopped: these are the verdicts so far; the next observation goes on from here.")

    def _tick_or_tell(self) -> None:
        try:
            changes = self.tick()
        except NoVerdict as error:
            self.unread = error
            with self.state.committed():
                self.state.count(UNREAD)
            self.notify(f"{self.clock.now():%H:%M:%S} UTC: not read, tried again in {self._every}: {error}")
            self._tell(ReadProgress(self.clock.now(), 0, self._directions(), error=str(error)))
            return
        self._tell(ReadProgress(self.clock.now(), changes, self._directions(), tuple(self._missed())))
        with self.state.committed():  # after a kill, a case may be reported again, and none is kept back
            self.state.set_about("reported", str(self.state.tick))

    def _tell(self, progress: ReadProgress) -> None:
        for listener in self.listeners:
            listener(progress)

    def _directions(self) -> tuple[DirectionProgress, ...]:
        if not self.listeners:
            return ()
        return tuple(one for s in self.sections for one in progress_of(self.state, s, self._late_after_s(s)))

    def _missed(self) -> Iterator[Case]:
        reported, limits = int(self.state.about("reported") or 0), {s.key: self._late_after_s(s) for s in self.sections}
        for case in CaseStore(self.state).touched_since(reported):
            yield from newly_missed([case], reported, limits[case.section])

    def _late_after_s(self, section: ObservedSection) -> float:
        """Return after how many seconds an arrival is late: the maximum lag, and what the clocks leave open."""
        return (self.options.max_lag + sum((c.doubt for c in self._doubts(section)), timedelta(0))).total_seconds()

    @property
    def _every(self) -> str:
        return f"{self.options.every.total_seconds():g} s"

    def tick(self) -> int:
        """Read every list that is due and follow the changes; all of it is stored, or nothing.

        Returns the number of changes; raises what the systems raise.
        """
        now = self.clock.now()
        self.clocks.load()
        with self.state.committed():
            self.state.begin_read()
            number = self.state.next_tick()
            changes = {entity: self._read(reader, now, number) for entity, reader in self.readers.items()}
            self.state.end_first_read()
            for follower in self.followers:
                one, other = (changes[entity] for entity in follower.section.entities)
                follower.follow((one, other), now)
            for follower in self.followers:
                follower.close_overdue(self._look_up(follower, now, number), now)
        self.reads += 1
        self.readers = {entity: replace(reader, start=None) for entity, reader in self.readers.items()}
        return sum(map(len, changes.values()))

    def _read(self, reader: EntityReader, now: datetime, tick: int) -> list[Change]:
        last = self.state.read_since(reader.entity)
        is_due = reader.since or last is None or now - last >= full_list_interval(self.options) - timedelta(seconds=0.5)
        return reader.read(self.state, now, tick) if is_due else []

    def _look_up(self, follower: SectionFollower, now: datetime, tick: int) -> Callable[[int, str], Change | None]:
        def look_up(at: int, id: str) -> Change | None:
            return self.readers[follower.section.entities[at]].look_up(self.state, id, now, tick)

        return look_up


def full_list_interval(options: ObserveOptions) -> timedelta:
    """Return how often a list is read that cannot be limited to changes: more rarely, but twice within the lag."""
    return max(options.every, min(10 * options.every, options.max_lag / 2))
