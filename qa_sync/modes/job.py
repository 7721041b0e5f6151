"""What a mode is given, and what it makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from threading import Event as Flag

from msgspec import Struct, field

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import UsageError
from qa_sync.running.environment import Keep
from qa_sync.running.events import Event, Leftover, Status
from qa_sync.running.results import Recording, Results
from qa_sync.running.runner import OpenEnvironment
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.load import Connector

EPOCH = datetime(2024, 11, 13, 9, 0, tzinfo=UTC)
"""When virtual time begins: in the sandbox nothing depends on the day, and the same run gives the same recording."""

CYCLE_S = 2.0
"""Virtual seconds that each cycle of the sync takes."""


class Job(Struct, frozen=True):
    """What is to be checked and how.

    `connectors` are keyed by system label; `seed` is None when the user gave none; `cassettes` is the folder of the
    recordings; `faults` are names of faults that the built-in engine is to have; `settings` tell where the live systems
    are, and what the documents do not say; recordings older than `max_age` are not trusted (None: all are); `max_lag_s`
    is a promise about time for this run; `keep` says when records are not removed, `resume` that an interrupted run is
    taken up again.
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

    def compiled(self, dataflow: Dataflow, seed: str) -> Checklist:
        """Return a document's checklist."""
        return compile_checklist(dataflow, self.cards, seed, settings=self.settings, depth=self.depth)

    def max_lag_for(self, section: Section) -> float | None:
        """Return how late an arrival in a section may be, None when nothing is promised."""
        return self.settings.sync.max_lag_for(section.heading) if self.max_lag_s is None else self.max_lag_s

    @property
    def cards(self) -> Mapping[str, Mapping[str, EntityCard]]:
        """The entity cards by system label."""
        return {label: connector.cards for label, connector in self.connectors.items()}


def _nothing(_: Results) -> None:
    """Do nothing at the end of a run."""


def _close_nothing() -> None:
    """Have nothing to let go of."""


def begin_nothing() -> None:
    """Have nothing to do before the first section."""


def _no_recordings() -> tuple[Recording, ...]:
    """Have played from no recording."""
    return ()


def _clean_up_nothing(told: Sequence[Leftover]) -> tuple[Leftover, ...]:
    """Have nothing else to remove."""
    return tuple(told)


def _record_nothing(events: Iterator[Event]) -> Iterator[Event]:
    """Keep nothing of what happens."""
    return events


class PlannedRecords(Struct, frozen=True):
    """So many records of an entity are to be made in a system; as many counterparts may come of them."""

    system: str
    url: str
    entity: str
    count: int


def _no_writes(_: Sequence[Checklist]) -> tuple[PlannedRecords, ...]:
    """Make nothing in a system of the user's."""
    return ()


class PreparedRun(Struct, frozen=True):
    """A job that can be run: checklists, stages, the seed and the start, and what is done with the results.

    `close` lets go of what was opened, whatever happened; `parallel_sections` is how many sections run at once when
    nobody says otherwise (where nothing is waited for, one after the other is quickest); `stop` ends every wait;
    `recordings` tells after the run what it was played from; `redact` takes confidential values out of what is told
    (None: there are none, for nobody was shown any). `writes` tells what checklists make in systems of the user's;
    `clean_up`, called once when all sections have ended, is given what they told as left, removes what it can, and
    returns what is left; `recorded` keeps what happens for a later run, and tells what an earlier one has kept; `notes`
    are told before anything else, `begin` is called when all is agreed to, before the first section.
    """

    checklists: tuple[Checklist, ...]
    open_environment: OpenEnvironment
    seed: str
    started: datetime = EPOCH
    finish: Callable[[Results], None] = _nothing
    close: Callable[[], None] = _close_nothing
    parallel_sections: int = 1
    stop: Flag = field(default_factory=Flag)
    recordings: Callable[[], tuple[Recording, ...]] = _no_recordings
    redact: Callable[[str], str] | None = None
    clean_up: Callable[[Sequence[Leftover]], tuple[Leftover, ...]] = _clean_up_nothing
    writes: Callable[[Sequence[Checklist]], tuple[PlannedRecords, ...]] = _no_writes
    recorded: Callable[[Iterator[Event]], Iterator[Event]] = _record_nothing
    notes: tuple[str, ...] = ()
    begin: Callable[[], None] = begin_nothing


def cassette_path(cassettes: Path, dataflow: Dataflow, section: Section) -> Path:
    """Return where a section's recording stands: `cassettes/<spec stem>/<ordinal>-<section slug>.json`."""
    return cassettes / _folder_name(dataflow.path) / f"{section.key}.json"


def _folder_name(spec: str) -> str:
    """Return the name of a document's folder: its stem, but `...txt` has one that would lead out of the recordings."""
    stem = PurePath(spec).stem
    return stem if stem.strip(".") else PurePath(spec).name


def check_distinct_recordings(dataflows: Iterable[Dataflow]) -> None:
    """Raise UsageError when two documents of the same name would share their recordings."""
    taken: dict[str, str] = {}
    for path in (dataflow.path for dataflow in dataflows):
        other = taken.setdefault(_folder_name(path), path)
        if other != path:
            raise UsageError(
                f"{other} and {path} have the same name, so their recordings would have the same place",
                hint="rename one, or give each its own --cassettes",
            )


def fingerprint(job: Job, section: Section) -> str:
    """Return what a recording of the section depends on beside the connectors.

    That is the document's words, not the lines they stand on, and what the settings say instead of them.
    """
    pairs = [(p.source, p.target, p.type, p.source_when, p.target_when) for p in section.pairs]
    criteria = [(c.source, c.target) for c in section.criteria]
    settled = job.settings.condition(section.heading)
    told = (
        job.depth.value,
        job.settings.policies,
        job.settings.literals,
        settled and (settled.property, settled.values),
    )
    words = (section.heading, [(s.kind.value, s.text) for s in section.statements], criteria, pairs, told)
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12]


def has_errors(results: Results) -> bool:
    """Whether any verdict is missing."""
    return results.totals[Status.ERROR] > 0
