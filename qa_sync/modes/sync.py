"""`qa-sync sync`: runs the built-in sync on the systems of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.clock import MonotonicClock, StopFlag
from qa_sync.dataflow.model import Dataflow
from qa_sync.dataflow.section_names import section_filter
from qa_sync.errors import NoVerdict, SpecError, UnknownName, UsageError
from qa_sync.location import Location
from qa_sync.modes.embedded.sync_engine import make_engine
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import LiveSystem, connect
from qa_sync.modes.live_systems.preflight import Preflight
from qa_sync.modes.live_systems.specimen_values import values_of_rows
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.sync.cycle.read_changes import Stopped
from qa_sync.sync.dry_run import DryRunWriter, PlannedWrite, ReadOnlyView
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.store.database import readable_errors
from qa_sync.sync.store.links import Links
from qa_sync.sync.store.system_urls import check_system_urls
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import EntityCard, find_card
from qa_sync.systems.read_only import ReadOnlySystem
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

LINKS: Final = Path(".qa-sync", "links.sqlite")
"""The default path of the link store."""

ReportPlannedWrite = Callable[[PlannedWrite], None]


class RunnableSync(Struct, frozen=True):
    """A sync that is ready to run, and the reasons of its read-only systems."""

    engine: Engine
    read_only_reasons: tuple[str, ...]


class StoppableClock(MonotonicClock):
    """A monotonic clock whose waits end when `stop` is set, so that workers can stop."""

    def __init__(self, stop: StopFlag) -> None:
        super().__init__()
        self._stop = stop

    def sleep(self, seconds: float) -> None:
        """Wait; raises Stopped when `stop` is set meanwhile.

        The next run resolves a write without a response.
        """
        if self._stop.wait(seconds):
            raise Stopped


class ReadOnlyCards(ReadOnlySystem):
    """A read-only system whose cards say so, so that the sync tries no writes."""

    def __init__(self, system: System, why: str) -> None:
        super().__init__(system, why)
        self.cards = {name: _read_only_card(card, why) for name, card in system.cards.items()}


def _read_only_card(card: EntityCard, why: str) -> EntityCard:
    return replace(card, cannot={**card.cannot, "insert": why, "update": why})


@contextmanager
def open_sync(
    job: Job,
    links: Path | None,
    sections: Sequence[str],
    stop: StopFlag,
    *,
    writer: Writer | None = None,
    dry_run: ReportPlannedWrite | None = None,
    moved: bool = False,
    preflight: bool = True,
) -> Iterator[RunnableSync]:
    """Open the sync of the job's only spec, and close everything afterwards.

    `links` is the store (None: LINKS), `sections` are the sections to sync (empty: all), `stop` ends the work between
    two writes; `writer` performs the writes (None: a plain one); with `dry_run` nothing is written, neither to a system
    nor to the store; `moved` says that the systems have new URLs; `preflight` first renders an example of each write
    and reads each entity once. Raises UsageError when both systems are read-only, or when the store is damaged or
    belongs to other systems, UnknownName for a section or a fault, and the errors of Preflight.
    """
    (dataflow,) = job.dataflows
    _reject_unread(dataflow)
    only = selected_sections(dataflow, sections)
    faults = [find_fault(name) for name in job.faults]
    with readable_errors(links or LINKS), ExitStack() as exits:
        clock = StoppableClock(stop)
        live_systems = connect(job, Redactor(), clock)
        for each in live_systems.values():
            exits.callback(each.connection.close)
        if preflight:
            _look_before_writing(job, live_systems, tuple(_entity_pairs(job, dataflow, only)))
        source, target, why = _usable_systems(job, dataflow, live_systems, dry_run)
        store = _links_copy(links) if dry_run else _open_links(links)
        exits.callback(store.close)
        check_system_urls(
            store.state, {label: each.connection.base_url for label, each in live_systems.items()}, moved=moved
        )
        yield RunnableSync(
            make_engine(
                dataflow,
                source,
                target,
                store,
                job.settings,
                faults=faults,
                only=only,
                clock=clock,
                writer=DryRunWriter(dry_run) if dry_run else writer,
                stop=stop.is_set,
            ),
            why,
        )


def _look_before_writing(job: Job, live_systems: Mapping[str, LiveSystem], sections: Sequence[EntityPair]) -> None:
    """Render an example of each request that writes, and read each entity once.

    Raises NoVerdict when `stop` was set during a wait, and the errors of Preflight.
    """
    preflight = Preflight(live_systems)
    values = values_of_rows(sections)
    preflight.render({place: own for place, own in values.items() if not read_only_reason(job.settings, place[0])})
    try:
        preflight.read(values)
    except Stopped:
        raise NoVerdict("interrupted before the first write; nothing was written") from None


def _reject_unread(dataflow: Dataflow) -> None:
    """Raise SpecError for everything in the spec that is not understood: nothing is written by half a spec."""
    unread = [finding for section in dataflow.sections for finding in section.unread]
    if unread:
        lines = [f"{Location(dataflow.path, finding.line)}: {finding.message}" for finding in unread]
        text = "\n  ".join([f"{len(unread)} part{'s' if len(unread) > 1 else ''} of the spec not understood:", *lines])
        raise SpecError(text, location=Location(dataflow.path), hint="qa-sync lint explains each; nothing was written")


def selected_sections(dataflow: Dataflow, wanted: Sequence[str]) -> frozenset[str] | None:
    """Return the keys of the sections that are meant by the names in `wanted`; None for all sections."""
    if not wanted:
        return None
    return frozenset(section.key for section in filter(section_filter(wanted, dataflow.sections), dataflow.sections))


def _entity_pairs(job: Job, dataflow: Dataflow, only: frozenset[str] | None) -> Iterator[EntityPair]:
    """Yield the entities of the sections to sync."""
    for section in dataflow.sections:
        if section.duplicate_of is None and (only is None or section.key in only):
            with suppress(UnknownName):  # the engine reports the section
                ends = ((end, job.cards[end.system]) for end in (section.source, section.target))
                source, target = (find_card(cards, end.entity, end.system) for end, cards in ends)
                yield EntityPair(section, source, target)


def _usable_systems(
    job: Job, dataflow: Dataflow, live_systems: Mapping[str, LiveSystem], dry_run: ReportPlannedWrite | None
) -> tuple[System, System, tuple[str, ...]]:
    """Return both systems, read-only where the settings say so, and the reasons for that."""
    first = next(section for section in dataflow.sections if section.duplicate_of is None)
    labels = first.source.system, first.target.system
    systems: list[System] = [live_systems[label].connection.system() for label in labels]
    reasons = [read_only_reason(job.settings, label) for label in labels]
    if dry_run and all(reasons):
        return ReadOnlyView(systems[0]), ReadOnlyView(systems[1]), ()
    if dry_run:
        systems = [ReadOnlyView(system) for system in systems]
    if all(reasons):
        text = "\n".join(dict.fromkeys(str(why) for why in reasons))
        raise UsageError(f"no system can be written to\n{text}", hint="--dry-run shows what would be written")
    source, target = (ReadOnlyCards(s, why) if why else s for s, why in zip(systems, reasons, strict=True))
    return source, target, tuple(why for why in reasons if why)


def _open_links(path: Path | None) -> Links:
    if path is None:
        LINKS.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Links(path or LINKS)


def _links_copy(path: Path | None) -> Links:
    """Return an in-memory copy of the store, an empty one when there is no store yet."""
    path = path or LINKS
    if not path.exists():
        return Links()
    store = Links(path)
    try:
        return Links(state=store.state.copy_in_memory())
    finally:
        store.close()
