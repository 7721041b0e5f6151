"""A spec of one section, two systems in memory, and a small sync that a test can break in any way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.checklist.selection import Selection, narrow_checklist, select
from qa_sync.checklist.side import Side
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.running.collect_results import collect_results
from qa_sync.running.environment import Environment, SyncControl
from qa_sync.running.events import CheckFinished, Event
from qa_sync.running.filter import filter_events
from qa_sync.running.needs import DuringCycle
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, run
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Form, Json

START = datetime(2026, 1, 1, tzinfo=UTC)

SPEC = """\
==================
Left to Right Dataflow
==================

Generated: 2026-01-01 00:00:00

Introduction
------------

Words.

Left Thing to Right Thing
-------------------------
Every Left Thing will be synchronized with a Right Thing.

Once a link between a Left Thing and a Right Thing is established, it will keep in sync between the two systems, \
regardless of where it is edited.

The following properties are synchronized between a Left Thing and a Right Thing:

.. list-table::
   :header-rows: 1

   * - Left Thing Property
     - Right Thing Property
     - Right Data Type
   * - name
     - title
     - "string"
   * - count
     - number
     - "integer"

""".replace("=" * 18, "=" * 22)

CARDS = {
    "Left": {
        "thing": EntityCard(
            "left",
            "thing",
            ("Thing",),
            "id",
            {
                "name": PropertyCard("name", Form(), concept="name"),
                "count": PropertyCard("count", Form(type="integer", convert="integer"), concept="count"),
            },
            modified="changed",
        )
    },
    "Right": {
        "thing": EntityCard(
            "right",
            "thing",
            ("Thing",),
            "id",
            {
                "title": PropertyCard("title", Form(), concept="name"),
                "number": PropertyCard("number", Form(type="integer", convert="integer"), concept="count"),
            },
            modified="changed",
        )
    },
}

Store = dict[str, dict[str, Json]]


@dataclass(eq=False)
class Memory:
    """A system that stores what is sent; `before` may raise, `keep` may change a value before it is stored."""

    label: str
    cards: Mapping[str, EntityCard]
    records: Store = field(default_factory=dict)
    before: Callable[[str], None] = lambda _operation: None
    keep: Callable[[str, Json], Json] = lambda _path, value: value
    made: int = 0
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        self.before("list")
        assert since == START
        yield from [Record(self.label, datatype, key, copy.deepcopy(data)) for key, data in self.records.items()]

    def lookup(self, datatype: str, id: str) -> Record | None:
        self.before("lookup")
        data = self.records.get(id)
        return Record(self.label, datatype, id, copy.deepcopy(data)) if data else None

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        del found  # no response is lost here
        self.before("insert")
        assert datatype in self.cards
        self.made += 1
        self.records[f"{self.label}-{self.made}"] = {"id": f"{self.label}-{self.made}"}
        self.put(f"{self.label}-{self.made}", values)
        return Record(self.label, datatype, f"{self.label}-{self.made}", {})

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        self.before("update")
        self.put(record.id, values)

    def delete(self, datatype: str, id: str) -> None:
        self.before("delete")
        assert datatype in self.cards
        self.records.pop(id, None)

    def put(self, id: str, values: Mapping[str, Json]) -> None:
        for path, value in values.items():
            self.records[id] = paths.write(self.records[id], path, self.keep(path, value))
        if values:
            self.records[id] = {**self.records[id], "changed": self.clock.now().isoformat()}


@dataclass
class World:
    """Both systems and the sync between them; `sync` is replaced by a test that wants a broken one."""

    left: Memory = field(default_factory=lambda: Memory("Left", CARDS["Left"]))
    right: Memory = field(default_factory=lambda: Memory("Right", CARDS["Right"]))
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    links: dict[str, str] = field(default_factory=dict)
    synced: dict[str, dict[str, Json]] = field(default_factory=dict)
    first_names: dict[str, Json] = field(default_factory=dict)
    sync: Callable[[World], None] = lambda world: world.carry()
    timeout_s: float = 20.0
    alone: bool = True
    spec: str = SPEC
    erases: bool = False
    cycles_known: bool = True

    def __post_init__(self) -> None:
        self.left.clock = self.right.clock = self.clock

    def carry(self) -> None:
        """Create missing records and synchronize the last edit of each property, as a healthy sync does."""
        for a in list(self.left.records):
            if a not in self.links:
                self.links[a] = self.right.insert("thing", forth(self.left.records[a])).id
                self.synced[a] = forth(self.left.records[a])
        for a, b in self.links.items():
            if a in self.left.records and b in self.right.records:
                self.keep(a, b)

    def keep(self, a: str, b: str) -> None:
        left, right, synced = forth(self.left.records[a]), self.right.records[b], self.synced[a]
        newer = self.right if right["changed"] > self.left.records[a]["changed"] else self.left
        for there, here in (("title", "name"), ("number", "count")):
            edited = [
                system
                for system, shown in ((self.left, left[there]), (self.right, right.get(there)))
                if shown != synced[there] and (shown is not None or self.erases)
            ]
            winner = newer if newer in edited else next(iter(edited), None)
            if winner is self.left:
                self.right.put(b, {there: left[there]})
            elif winner is self.right:
                self.left.put(a, {here: right[there]})
        self.synced[a] = forth(self.left.records[a])

    def checklist(self) -> Checklist:
        return compile_checklist(read_dataflow(self.spec, "left-right.rst"), CARDS, "seed")

    def work(self) -> None:
        self.clock.sleep(1)
        self.sync(self)

    def work_during(self, needs: Sequence[DuringCycle]) -> Sequence[bool]:
        """Run a cycle, and act at its end, when it has written."""
        self.work()
        for need in needs:
            need.action()
        return [True] * len(needs)

    def control(self) -> SyncControl:
        return SyncControl(run_at_once=lambda: self.sync(self), run_during=self.work_during)

    def events(self) -> Iterator[Event]:
        systems = {Side.SOURCE: self.left, Side.TARGET: self.right}

        @contextmanager
        def open_environment(_checklist: Checklist, _plan: SectionPlan) -> Iterator[Environment]:
            yield Environment(
                systems,
                self.clock,
                self.work,
                START,
                self.timeout_s,
                cycles_known=self.cycles_known,
                exclusive=self.alone,
                control=self.control(),
            )

        return run([self.checklist()], open_environment, RunConfig("test", "seed", START, lambda: 0.0))

    def results(self) -> Results:
        return collect_results(self.events())

    def by_kind(self) -> dict[str, list[CheckFinished]]:
        found: dict[str, list[CheckFinished]] = {}
        for check in self.results().checks:
            found.setdefault(check.kind, []).append(check)
        return found


def forth(record: Mapping[str, Json]) -> dict[str, Json]:
    """A left record as the right side shows it."""
    return {"title": record.get("name"), "number": record.get("count")}


@dataclass
class SelectedWorld(World):
    """A world that runs only the selected checks; `whole_sections` as in a replay."""

    kinds: tuple[str, ...] = ()
    whole_sections: bool = False

    def checklist(self) -> Checklist:
        whole = super().checklist()
        ids = select([whole], Selection(kinds=self.kinds))
        return narrow_checklist(whole, ids, whole_sections=self.whole_sections)

    def results(self) -> Results:
        ids = select([super().checklist()], Selection(kinds=self.kinds))
        return collect_results(filter_events(self.events(), ids))
