"""Two systems of the sandbox with a sync between them, people who edit records on both sides, and a virtual clock."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette

from qa_sync.audit.planning import AuditConfig, plan_sections
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.load import load_dataflow
from qa_sync.modes.observe import ObserveContext, ObservedSystem, make_observation
from qa_sync.observe.model import ObserveOptions
from qa_sync.observe.observation import Observation
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.find import builtin_folder, connector_for
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values.paths import read

START = datetime(2026, 2, 1, 10, tzinfo=UTC)
WIX, ERP = "Wix.com", "Customerp"
BILLING = "info.addresses.items[tag=BILLING].address"
EDITED: dict[str, tuple[str, ...]] = {
    WIX: ("info.name.first", "info.name.last", "info.jobTitle"),
    ERP: ("firstName", "lastName", "title"),
}


class EventClock(VirtualClock):
    """A virtual clock that does what is due whenever somebody waits."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._is_busy = False

    def at(self, when: datetime, do: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (when, self._count, do))

    def every(self, seconds: float, do: Callable[[], None]) -> None:
        def again() -> None:
            do()
            self.at(self.now() + timedelta(seconds=seconds), again)

        self.at(self.now() + timedelta(seconds=seconds), again)

    def sleep(self, seconds: float) -> None:
        if self._is_busy:  # a wait within an event takes no part of others' time
            return
        until = self.now() + timedelta(seconds=seconds)
        while self._due and self._due[0][0] <= until:
            when, _, do = heapq.heappop(self._due)
            super().sleep(max(0.0, (when - self.now()).total_seconds()))
            self._is_busy = True
            try:
                do()
            finally:
                self._is_busy = False
        super().sleep(max(0.0, (until - self.now()).total_seconds()))  # an event may take longer than the wait


@dataclass
class Traffic:
    """The systems, the sync that runs every `cycle_s`, and a generator of edits.

    `made` counts what was done; `observed` are the systems as the observation sees them; `moments` are the times of
    creations and of edits of one side, `cycles` those of the sync.
    """

    seed: str = "observe"
    cycle_s: float = 10
    faults: tuple[str, ...] = ()
    clock: EventClock = field(default_factory=lambda: EventClock(START))
    made: Counter[str] = field(default_factory=Counter)
    moments: list[datetime] = field(default_factory=list)
    cycles: list[datetime] = field(default_factory=list)
    apps: dict[str, Starlette] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - repeatable traffic
        self.flow = load_dataflow("specs/000.txt")
        self.apps = {connector_for(label): self._app(label) for label in (WIX, ERP)}
        self.systems = {label: self._system(label) for label in (WIX, ERP)}
        self.observed: dict[str, Any] = {label: self._system(label) for label in (WIX, ERP)}
        one, other = self._system(WIX), self._system(ERP)
        faults = tuple(find_fault(name) for name in self.faults)
        self.engine = Engine(self.flow, one, other, Links(":memory:"), faults=faults)
        self.contacts: list[tuple[str, str]] = []

    def _app(self, label: str) -> Starlette:
        return VENDORS[connector_for(label)].build_app(self.clock.now, self.seed)

    def _system(self, label: str) -> RestSystem:
        name = connector_for(label)
        vendor, connector = VENDORS[name], load_connector(builtin_folder(name))
        transport = AsgiTransport(self.apps[name])
        return RestSystem(label, connector, vendor.base_url, vendor.secrets, transport, clock=self.clock)

    def begin_sync(self) -> None:
        """Let the sync run from now on."""
        self.clock.every(self.cycle_s, self._cycle)

    def _cycle(self) -> None:
        self.cycles.append(self.clock.now())
        self.engine.cycle()

    def true_lags(self) -> list[float]:
        """Return how long each creation and edit waited for the next cycle, in seconds, shortest first."""
        arrived = [(at, next((c for c in self.cycles if c >= at), None)) for at in self.moments]
        return sorted((cycle - at).total_seconds() for at, cycle in arrived if cycle is not None)

    def create(self) -> None:
        """A person creates a contact in Wix."""
        number = self.made["created"]
        self.made["created"] += 1
        self.moments.append(self.clock.now())
        values: dict[str, Any] = {
            "info.name.first": f"Åse {self._word()}",
            "info.name.last": self._word(),
            "info.company": self._word(),
            "info.birthdate": "1990-02-01",
            f"{BILLING}.addressLine": self._word(),
            f"{BILLING}.postalCode": f"0{self.rng.randrange(150, 999)}",
            f"{BILLING}.country": self.rng.choice(["NO", "SE", "DE"]),
            "info.emails.items[primary=true].email": f"{self.seed}{number}@example.test",
            "info.phones.items[primary=true].phone": f"+47 400 0{number // 1000:01} {number % 1000:03}",
        }
        self.contacts.append((WIX, self.systems[WIX].insert("contacts", values).id))

    def create_product(self) -> None:
        """A person creates a product in Wix."""
        number = self.made["products"]
        self.made["products"] += 1
        values = {
            "name": f"Kåpe {self._word()}"[:60].strip(),
            "sku": f"00{number}-{self.seed}",
            "priceData.price": self._price(),
            "visible": self.rng.random() < 0.5,
        }
        self.systems[WIX].insert("products", values)

    def edit_product(self, label: str) -> None:
        """A person edits the price of a product, or whether it is sold, in a system."""
        record = self._any(label, "products", {WIX: "products", ERP: "product"}[label])
        if record is None:
            return
        self.made[f"edited products of {label}"] += 1
        price, sold = {WIX: ("priceData.price", "visible"), ERP: ("salesPrice", "active")}[label]
        change = {price: self._price()} if self.rng.random() < 0.7 else {sold: not read(record.data, sold)}
        self.systems[label].update(record, change)

    def _price(self) -> float:
        usual, large = round(self.rng.uniform(1, 99), 2), round(self.rng.uniform(1e6, 9e6), 2)
        return self.rng.choice([usual, usual, large, self.rng.randrange(1, 99) + 0.05, 0.0])

    def edit(self, label: str) -> None:
        """A person edits one property of a contact in a system."""
        record = self._any_contact(label)
        if record is not None:
            self.made[f"edited {label}"] += 1
            self.moments.append(self.clock.now())
            self.systems[label].update(record, {self.rng.choice(EDITED[label]): self._word()})

    def edit_twice(self, label: str) -> None:
        """A person edits two properties of a contact in a system, some seconds apart."""
        record = self._any_contact(label)
        if record is None:
            return
        self.made[f"edited twice {label}"] += 1
        for path in self.rng.sample(EDITED[label], 2):
            current = self.systems[label].lookup(record.datatype, record.id)
            if current is not None:
                self.systems[label].update(current, {path: self._word()})
            VirtualClock.sleep(self.clock, 2)

    def edit_both(self) -> None:
        """Two persons edit the same property of a contact on both sides, some seconds apart."""
        record = self._any_contact(ERP)
        mail = str(record.data["email"] or "") if record else ""
        ids = self._ids(WIX, "contacts", mail) if mail else []
        others = [r for one in ids if (r := self.systems[WIX].lookup("contacts", one))]
        if record is None or len(others) != 1:
            return
        number = self.rng.randrange(3)
        sides = [(ERP, record), (WIX, others[0])]
        self.rng.shuffle(sides)
        self.made["edited on both"] += 1
        for label, one in sides:
            self.systems[label].update(one, {EDITED[label][number]: self._word()})
            VirtualClock.sleep(self.clock, 7)

    def _any_contact(self, label: str) -> Record | None:
        return self._any(label, "contacts", {WIX: "contacts", ERP: "contact"}[label])

    def _any(self, label: str, kind: str, datatype: str) -> Record | None:
        ids = self._ids(label, kind)
        return self.systems[label].lookup(datatype, self.rng.choice(ids)) if ids else None

    def _ids(self, label: str, kind: str, text: str = "") -> list[str]:
        """Return the ids of a system's records that contain a text, without listing them all."""
        db = self.apps[connector_for(label)].state.store.db
        query = "SELECT id FROM document WHERE kind = ? AND (? = '' OR instr(body, CAST(? AS BLOB))) ORDER BY seq"
        return [row[0] for row in db.execute(query, (kind, text, text))]

    def _word(self) -> str:
        long = self.rng.choice([8, 8, 8, 20, 90])
        word = "".join(self.rng.choices("abcdefghijklmnoprstuvyåø", k=long)).capitalize()
        return word + self.rng.choice(["", "", " & co", " \\ x", " \U0001f4a1", " <b>", "%41", " "])

    def people(self, count: int, over_s: float, *, share_of_edits: float = 0.8) -> None:
        """Plan what people do: `count` creates and edits, at random moments."""
        self.people_at(sorted(self.rng.uniform(0, over_s) for _ in range(count)), share_of_edits=share_of_edits)

    def people_at(self, moments: Iterable[float], *, share_of_edits: float = 0.8) -> None:
        """Plan what people do at moments, in seconds from now."""
        for number, moment in enumerate(moments):
            is_edit = number > 5 and self.rng.random() < share_of_edits
            sides = (WIX, ERP)
            edits: list[Callable[[], None]] = [partial(self.edit, side) for side in sides for _ in range(4)]
            edits += [partial(self.edit_twice, side) for side in sides]
            edits += [self.edit_both, self.edit_both]
            edits += [partial(self.edit_product, side) for _ in range(2) for side in sides]
            do = self.rng.choice(edits if is_edit else [self.create, self.create, self.create_product])
            self.clock.at(self.clock.now() + timedelta(seconds=moment), do)


def plan(
    traffic: Traffic,
    options: ObserveOptions,
    state: ObserveState,
    lines: list[str] | None = None,
    start: datetime | None = None,
) -> Observation:
    """Return the observation of the traffic's systems; its lines for the user go to `lines`."""
    cards = {label: system.cards for label, system in traffic.systems.items()}
    plans = {traffic.flow.path: plan_sections(traffic.flow, [traffic.flow], AuditConfig(cards))}
    systems = {label: ObservedSystem(system, SINCE) for label, system in traffic.observed.items()}
    notify = ([] if lines is None else lines).append
    context = ObserveContext(systems, state, options, UTC, traffic.clock, notify)
    return make_observation([traffic.flow], plans, context, start)


def observe(traffic: Traffic, options: ObserveOptions, state: ObserveState) -> Results:
    """Observe the traffic and return the results."""
    return collect_results(plan(traffic, options, state).events())


def options(every_s: float = 30, *, for_s: float = 600, max_lag_s: float = 150) -> ObserveOptions:
    return ObserveOptions(timedelta(seconds=every_s), timedelta(seconds=max_lag_s), timedelta(seconds=for_s))


SINCE = frozenset({"contacts", "contact", "orders", "order", "products", "product"})
"""The datatypes of the two systems; all of them have a list of changes."""


def failed(results: Results) -> set[str]:
    """Return the failed checks as kind and direction (`arrives/forward`), or as kind alone."""
    found = (c for c in results.checks if c.status is Status.FAILED)
    return {"/".join(c.id.split("/")[2:4]) if c.kind in {"arrives", "lag"} else c.kind for c in found}


def verdict(results: Results, name: str, section: int = 1) -> CheckFinished:
    """Return a check of a section by the end of its id."""
    return next(c for c in results.checks if c.id.split("/")[1].startswith(f"{section}-") and c.id.endswith(f"/{name}"))
