"""`builtin`: the built-in sync in this process, on the live systems, limited to the records of the run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime

from qa_sync.errors import NoVerdict
from qa_sync.modes.embedded.mid_cycle import ActingSystem, MidCycle
from qa_sync.modes.embedded.sync_engine import make_engine, reported_problems
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.sync.store.links import Links
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class OwnRecordsOnly:
    """A system that lists only the records with one of the run's marks.

    Otherwise the engine would create a counterpart of every existing record of a real system.
    """

    def __init__(self, system: System, marks: frozenset[str], since: datetime) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system
        self._marks = marks
        self._since = since

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the run's own records."""
        for record in self._system.list(datatype, since or self._since):
            text = json.dumps(record.data, default=str).casefold()
            if any(mark in text for mark in self._marks):
                yield record

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id."""
        return self._system.lookup(datatype, id)

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        """Create a record."""
        return self._system.insert(datatype, values, found)

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        """Change a record."""
        return self._system.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record."""
        self._system.delete(datatype, id)


def builtin(context: TriggerContext, between: SystemPair) -> RunSync:
    """Return a function that runs one cycle of the engine, with half an interval before and after it.

    Time passes before and after the cycle, so that no edit of the run has the time of an edit of the engine.
    """
    (dataflow,) = (d for d in context.job.dataflows if d.path == between.spec)
    mid_cycle = context.mid_cycle[between] = MidCycle()
    source, target = (
        ActingSystem(
            OwnRecordsOnly(context.wrap(context.live_systems[label].system()), context.marks, context.since), mid_cycle
        )
        for label in (between.source, between.target)
    )
    links = context.exits.enter_context(closing(Links(":memory:")))
    engine = make_engine(dataflow, source, target, links, context.job.settings)
    pause = context.sync.interval_s / 2

    def cycle() -> None:
        context.clock.sleep(pause)
        problems = engine.cycle().problems
        context.problems[between] = reported_problems(problems)
        refused = [p.text for p in problems if "failed" in p.text and "read-only" in p.text]
        if refused:
            raise NoVerdict(f"the built-in sync has no write access: {refused[0]}")
        context.clock.sleep(pause)

    return cycle
