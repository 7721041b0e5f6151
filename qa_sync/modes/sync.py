"""`qa-sync sync`: the built-in engine on the systems of the settings, for as long as somebody wants it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Final

from qa_sync.clock import MonotonicClock, RealClock
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.embedded.sync_engine import engine_of
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import Reached, reach
from qa_sync.modes.live_systems.write_permissions import closed
from qa_sync.sync.cycle.read_changes import Stopped
from qa_sync.sync.dry_run import PlannedWrite, Rehearsal, Untouched
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.store.database import told
from qa_sync.sync.store.links import Links
from qa_sync.sync.store.system_urls import settle
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.read_only import ReadOnlySystem
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.system import System

LINKS: Final = Path(".qa-sync", "links.sqlite")
"""Where links are kept when nobody says otherwise."""

Tell = Callable[[PlannedWrite], None]


@dataclass(frozen=True, slots=True)
class Worked:
    """An engine that can work, and why nothing is written to a system, for each that is read only."""

    engine: Engine
    closed: tuple[str, ...]


class StoppableClock(MonotonicClock):
    """An even clock; once `stop` is set nobody waits any more, so that a worker that is told to end does."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    def sleep(self, seconds: float) -> None:
        """Wait; raises Stopped when told to stop meanwhile.

        A write that was not answered until then is looked into by the next run.
        """
        if self._stop.wait(seconds):
            raise Stopped


class Closed(ReadOnlySystem):
    """A system that is read only, and whose cards say so: nothing is tried there."""

    def __init__(self, system: System, why: str) -> None:
        super().__init__(system, why)
        self.cards = {name: _closed(card, why) for name, card in system.cards.items()}


def _closed(card: EntityCard, why: str) -> EntityCard:
    return replace(card, cannot={**card.cannot, "insert": why, "update": why})


@contextmanager
def working(
    job: Job,
    links: Path | None,
    sections: Sequence[str],
    stop: Event,
    *,
    rehearse: Tell | None = None,
    moved: bool = False,
) -> Iterator[Worked]:
    """Make the engine of the job's one document ready, and let go of everything afterwards.

    `links` is the store (None: LINKS), `sections` are those that are carried out (none: all), `stop` ends the work
    between two writes; with `rehearse` nothing is written, neither to a system nor to the store; `moved` says that the
    systems are at new addresses. Raises UsageError when neither system may be written to, when the store is damaged or
    of other systems, and UnknownName for a section or a fault.
    """
    (dataflow,) = job.dataflows
    only = chosen(dataflow, sections)
    faults = [find_fault(name) for name in job.faults]
    with told(links or LINKS), ExitStack() as exits:
        reached = reach(job, Redactor(), StoppableClock(stop))
        for each in reached.values():
            exits.callback(each.connection.close)
        source, target, why = _ends(job, dataflow, reached, rehearse)
        store = _rehearsed(links) if rehearse else _opened(links)
        exits.callback(store.close)
        settle(store.state, {label: each.connection.base_url for label, each in reached.items()}, moved=moved)
        yield Worked(
            engine_of(
                dataflow,
                source,
                target,
                store,
                job.settings,
                faults=faults,
                only=only,
                clock=RealClock(),
                writer=Rehearsal(rehearse) if rehearse else None,
                stop=stop.is_set,
            ),
            why,
        )


def chosen(dataflow: Dataflow, wanted: Sequence[str]) -> frozenset[str] | None:
    """Return the keys of the sections that are meant by number, key or heading; None for all of them."""
    if not wanted:
        return None
    names: dict[str, Section] = {}
    for section in dataflow.sections:
        for name in (str(section.ordinal), section.key, _folded(section.heading)):
            names.setdefault(name, section)
    unknown = [text for text in wanted if _folded(text) not in names]
    if unknown:
        raise UnknownName("section", unknown[0], (s.heading for s in dataflow.sections))
    return frozenset(names[_folded(text)].key for text in wanted)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _ends(
    job: Job, dataflow: Dataflow, reached: Mapping[str, Reached], rehearse: Tell | None
) -> tuple[System, System, tuple[str, ...]]:
    """Return both systems as they may be used, and why they may not be written to."""
    first = next(section for section in dataflow.sections if section.duplicate_of is None)
    labels = first.source.system, first.target.system
    systems: list[System] = [reached[label].connection.system() for label in labels]
    reasons = [closed(job.settings, label) for label in labels]
    if rehearse and all(reasons):
        return Untouched(systems[0]), Untouched(systems[1]), ()
    if rehearse:
        systems = [Untouched(system) for system in systems]
    if all(reasons):
        told = "\n".join(dict.fromkeys(str(why) for why in reasons))
        raise UsageError(f"nothing may be written\n{told}", hint="--dry-run tells what would be written")
    source, target = (Closed(s, why) if why else s for s, why in zip(systems, reasons, strict=True))
    return source, target, tuple(why for why in reasons if why)


def _opened(path: Path | None) -> Links:
    if path is None:
        LINKS.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Links(path or LINKS)


def _rehearsed(path: Path | None) -> Links:
    """Return a copy of the store in memory, an empty one when there is none yet."""
    path = path or LINKS
    if not path.exists():
        return Links()
    store = Links(path)
    try:
        return Links(state=store.state.copied())
    finally:
        store.close()


@contextmanager
def stopped_by_signals() -> Iterator[Event]:
    """Yield what is set by the first SIGINT or SIGTERM; the second one interrupts at once."""
    stop = Event()
    before: dict[int, object] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def set_stop(_number: int, _frame: object) -> None:
        stop.set()
        restore()

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, set_stop)
    try:
        yield stop
    finally:
        restore()
