"""The input of a run mode (Job) and its output (PreparedRun)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from msgspec import Struct, field

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist
from qa_sync.clock import StopFlag
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import UsageError
from qa_sync.running.environment import Keep
from qa_sync.running.events import Event, Leftover, Status
from qa_sync.running.results import Recording, Results
from qa_sync.running.runner import OpenEnvironment, ScenariosOf, planned_scenarios
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.load import Connector

EPOCH = datetime(2024, 11, 13, 9, 0, tzinfo=UTC)
"""The start of virtual time: a sandbox run does not depend on the date, and gives the same recording each time."""

EARLIER = timedelta(seconds=1)
"""How long before the start the lists of a sandbox begin: some systems list only what changed after that time."""

CYCLE_S = 2.0
"""The duration of a sync cycle in virtual seconds."""


def ignore_notice(_: str) -> None:
    """Drop a line for the user."""


class Job(Struct, frozen=True):
    """The specs to check, and the options of the run.

    `connectors` are by system label; `seed` is None when the user gave none; `cassettes` is the folder of the
    recordings; `faults` are the names of faults to inject into the built-in sync; `settings` have the live systems and
    what the specs do not say; recordings older than `max_age` fail (None: no limit); `max_lag_s` is the maximum sync
    latency in seconds for this run; `keep` says when records are not deleted; `resume` resumes an interrupted run.
    `narrow` reduces checklists to the selected sections, so that nothing is prepared for the others (None: all are).
    `notify` takes lines for the user while systems keep the run waiting.
    """

    dataflows: tuple[Dataflow, ...]
    connectors: Mapping[str, Connector]
    cassettes: Path
    seed: str | None = None
    timeout_s: float = 120.0
    faults: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    max_age: timedelta | None = None
    keep: Keep = Keep.NEVER
    resume: bool = False
    depth: Depth = Depth.STANDARD
    max_lag_s: float | None = None
    narrow: Callable[[Sequence[Checklist]], Sequence[Checklist]] | None = None
    notify: Callable[[str], None] = ignore_notice

    def compiled(self, dataflow: Dataflow, seed: str) -> Checklist:
        """Return the checklist of a spec."""
        return compile_checklist(dataflow, self.cards, seed, settings=self.settings, depth=self.depth)

    def max_lag_for(self, section: Section) -> float | None:
        """Return the maximum sync latency of a section in seconds, None for no limit."""
        return self.settings.sync.max_lag_for(section.heading) if self.max_lag_s is None else self.max_lag_s

    @property
    def cards(self) -> Mapping[str, Mapping[str, EntityCard]]:
        """The entity cards by system label."""
        return {label: connector.cards for label, connector in self.connectors.items()}


def _nothing(_: Results) -> None:
    """Do nothing at the end of a run."""


def _close_nothing() -> None:
    """Close nothing."""


def begin_nothing(_: Sequence[Checklist]) -> None:
    """Do nothing before the first section."""


def _made_nothing() -> Mapping[tuple[str, str], int]:
    """Return no records."""
    return {}


def _no_recordings() -> tuple[Recording, ...]:
    """Return no recordings."""
    return ()


def _clean_up_nothing(reported: Sequence[Leftover]) -> tuple[Leftover, ...]:
    """Delete nothing."""
    return tuple(reported)


def _record_nothing(events: Iterator[Event]) -> Iterator[Event]:
    """Record no progress."""
    return events


class PlannedRecords(Struct, frozen=True):
    """The number of records of an entity that a run creates in a system; the sync may create as many counterparts.

    `announced` says what the systems send to people about these records and their counterparts.
    """

    system: str
    url: str
    entity: str
    count: int
    announced: tuple[str, ...] = ()


def _no_writes(_: Sequence[Checklist]) -> tuple[PlannedRecords, ...]:
    """Plan no writes."""
    return ()


class PreparedRun(Struct, frozen=True):
    """A job that is ready to run: checklists, environments, seed, start time, and callbacks.

    `close` closes everything that was opened, in any case; `parallel_sections` is the default number of sections in
    parallel (where nothing waits, one is fastest); `stop` ends every wait; `recordings` returns the recordings of a
    replay after the run; `redact` redacts confidential values (None: there are none); `writes` returns the planned
    writes of checklists to the user's systems; `clean_up`, called once after all sections, gets the records that were
    not cleaned up, deletes what it can, and returns the rest; `recorded` records progress for a later run, and yields
    the events of an earlier one; `notes` are printed first; `begin` is called after the user has confirmed, before the
    first section, with the checklists to run; it raises an error when a system cannot be read; `is_silent` returns
    whether an interrupted run has waited for its systems long enough (None: it never waits for systems); `made` returns
    the number of existing records of the run, by system and entity; `release` is called last, after `finish`;
    `scenarios_of` returns the scenarios of a section when it runs; after `announce_deletions`, each deletion is said;
    `simulated_specs` are the specs with recordings of a simulated clock (None: all specs have the clock of `started`).
    """

    checklists: Sequence[Checklist]
    open_environment: OpenEnvironment
    seed: str
    started: datetime = EPOCH
    finish: Callable[[Results], None] = _nothing
    close: Callable[[], None] = _close_nothing
    parallel_sections: int = 1
    stop: StopFlag = field(default_factory=StopFlag)
    recordings: Callable[[], Sequence[Recording]] = _no_recordings
    redact: Callable[[str], str] | None = None
    clean_up: Callable[[Sequence[Leftover]], tuple[Leftover, ...]] = _clean_up_nothing
    writes: Callable[[Sequence[Checklist]], tuple[PlannedRecords, ...]] = _no_writes
    recorded: Callable[[Iterator[Event]], Iterator[Event]] = _record_nothing
    notes: tuple[str, ...] = ()
    begin: Callable[[Sequence[Checklist]], None] = begin_nothing
    is_silent: Callable[[], bool] | None = None
    made: Callable[[], Mapping[tuple[str, str], int]] = _made_nothing
    release: Callable[[], None] = _close_nothing
    scenarios_of: ScenariosOf = planned_scenarios
    announce_deletions: Callable[[], None] = _close_nothing
    simulated_specs: frozenset[str] | None = None

    def is_simulated(self, spec: str) -> bool:
        """Return whether the run of a spec, or the recorded one, has a simulated clock."""
        return self.started == EPOCH if self.simulated_specs is None else spec in self.simulated_specs


def cassette_path(cassettes: Path, dataflow: Dataflow, section: Section) -> Path:
    """Return the path of a section's recording: `cassettes/<spec stem>/<ordinal>-<section slug>.json`."""
    return cassettes / _folder_name(dataflow.path) / f"{section.key}.json"


def _folder_name(spec: str) -> str:
    """Return the folder name of a spec's recordings: its stem, except for `...txt`, whose stem is a parent folder."""
    stem = PurePath(spec).stem
    return stem if stem.strip(".") else PurePath(spec).name


def check_distinct_recordings(dataflows: Iterable[Dataflow]) -> None:
    """Raise UsageError when two specs with the same name would share their recordings."""
    taken: dict[str, str] = {}
    for path in (dataflow.path for dataflow in dataflows):
        other = taken.setdefault(_folder_name(path), path)
        if other != path:
            raise UsageError(
                f"{other} and {path} have the same name, so their recordings would overwrite each other",
                hint="rename one, or give each its own --cassettes",
            )


def fingerprint(job: Job, section: Section) -> str:
    """Return a fingerprint of everything that a recording of the section depends on, except the connectors.

    It covers the words of the spec without line numbers, and the settings that complete them.
    """
    pairs = [(p.source, p.target, p.type, p.source_when, p.target_when) for p in section.pairs]
    criteria = [(c.source, c.target) for c in section.criteria]
    settled = job.settings.condition(section.heading)
    from_settings = (
        job.depth.value,
        job.settings.policies,
        job.settings.literals,
        settled and (settled.property, settled.values),
    )
    words = (section.heading, [(s.kind.value, s.text) for s in section.statements], criteria, pairs, from_settings)
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12]


def has_errors(results: Results) -> bool:
    """Return whether a check has the status `error`."""
    return results.totals[Status.ERROR] > 0
