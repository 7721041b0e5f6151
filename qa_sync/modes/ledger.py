"""The journal of a live run: opened when something is to be written, asked at every write, swept at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from qa_sync.checklist.model import Checklist, Insert, Scenario, SectionPlan, Side
from qa_sync.clock import RealClock
from qa_sync.errors import QaSyncError
from qa_sync.modes.job import Job, Planned
from qa_sync.modes.permits import closed
from qa_sync.modes.reach import Reached
from qa_sync.running.events import Leftover
from qa_sync.running.keep import KEPT
from qa_sync.settings.model import Settings
from qa_sync.systems.confidential import Hider
from qa_sync.systems.journal import NAME, Entry, Journal, Place
from qa_sync.systems.journaled import Journaled
from qa_sync.systems.owned import Owned
from qa_sync.systems.sweeping import Sweep
from qa_sync.systems.system import System

SKEW = timedelta(minutes=10)
"""How far a system's clock may be from ours before a new record is no longer found among the changed ones."""

NAMELESS = "(no id)"
"""How a record is told of which nobody knows the id."""


def journal_path(settings: Settings) -> Path:
    """Return where the journal is: below the folder of the settings, else below the working folder."""
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


@dataclass(slots=True)
class Ledger:
    """What one run writes down; without `owned` it writes to no system, and nothing down."""

    job: Job
    reached: Mapping[str, Reached]
    hide: Hider
    owned: Owned | None = None
    swept: bool = False

    def around(self, system: System) -> System:
        """Return a system whose writes are noted; one that is read only as it is."""
        if self.owned is None or closed(self.job.settings, system.label):
            return system
        return Journaled(system, self.reached[system.label].system(), self.owned)

    def sweep(self, told: Sequence[Leftover]) -> tuple[Leftover, ...]:
        """Look for what is still there, and remove it; return what is left of `told`, and what else is left."""
        if self.owned is None:
            return tuple(told)
        self.swept = True
        kept = {(lost.system, lost.id) for lost in told if lost.why.startswith(KEPT)}
        spared = {e.mark for e in self.owned.entries() if (e.place.system, self.hide(e.id or "")) in kept}
        interval_s = self.job.settings.sync.interval_s
        sweep = Sweep(
            self.owned,
            lambda place: self.reached[place.system].system(),
            lambda: RealClock().sleep(interval_s),
            frozenset(spared),
        )
        found = {(lost.system, lost.entity, lost.id): lost for lost in leftovers(sweep(), self.hide)}
        known = [(lost.system, lost.entity, lost.id) for lost in told]
        still = [lost for at, lost in zip(known, told, strict=True) if at in found or lost.why.startswith(KEPT)]
        return (*still, *(lost for at, lost in found.items() if at not in known))

    def close(self) -> None:
        """Note how the run ended; when nobody has swept yet, that is done now."""
        if self.owned is None:
            return
        with suppress(QaSyncError):
            if not self.swept:
                self.sweep(())
            self.owned.journal.end(self.owned.run.id)
        self.owned.journal.close()


def leftovers(entries: Iterable[Entry], hide: Hider) -> Iterator[Leftover]:
    """Yield records that are left as reports tell them."""
    for entry in entries:
        why = entry.why or "nobody has tried to remove it"
        yield Leftover(entry.place.system, entry.place.entity, hide(entry.id or NAMELESS), hide(why))


def open_ledger(
    job: Job,
    seed: str,
    *,
    started: datetime,
    since: datetime,
    checklists: Sequence[Checklist],
    reached: Mapping[str, Reached],
    hide: Hider,
) -> Ledger:
    """Return the ledger of a run that begins; without anything to be made there is no journal."""
    ledger = Ledger(job, reached, hide)
    marks = {step.mark for _, scenario in _scenarios(checklists) for step in _inserts(scenario)}
    if marks:
        places = dict.fromkeys(_places(checklists, reached))
        journal = Journal(journal_path(job.settings))
        run = journal.begin(seed, [c.dataflow.path for c in checklists], started, places)
        ledger.owned = Owned(journal, run, marks, since)
    return ledger


def planned(checklists: Sequence[Checklist], reached: Mapping[str, Reached]) -> tuple[Planned, ...]:
    """Return what the checklists make, by system and entity."""
    return planned_at(checklists, {label: one.line.base_url for label, one in reached.items()})


def planned_at(checklists: Sequence[Checklist], urls: Mapping[str, str]) -> tuple[Planned, ...]:
    """Return what the checklists make in systems at those urls, by system and entity."""
    count = Counter(
        (_label(plan, step.side), scenario.cast[step.role].card(step.side).names[0])
        for plan, scenario in _scenarios(checklists)
        for step in _inserts(scenario)
    )
    return tuple(Planned(label, urls[label], entity, n) for (label, entity), n in count.items())


def _places(checklists: Sequence[Checklist], reached: Mapping[str, Reached]) -> Iterator[Place]:
    for plan, scenario in _scenarios(checklists):
        for cast in scenario.cast.values():
            for side in Side:
                label, card = _label(plan, side), cast.card(side)
                yield Place(label, reached[label].line.base_url, card.datatype, card.names[0])


def _scenarios(checklists: Sequence[Checklist]) -> Iterator[tuple[SectionPlan, Scenario]]:
    yield from ((plan, scenario) for c in checklists for plan in c.sections for scenario in plan.scenarios)


def _inserts(scenario: Scenario) -> Iterator[Insert]:
    yield from (step for step in scenario.steps if isinstance(step, Insert))


def _label(plan: SectionPlan, side: Side) -> str:
    return (plan.section.source if side is Side.SOURCE else plan.section.target).system
