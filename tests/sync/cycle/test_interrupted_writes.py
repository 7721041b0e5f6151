"""Creates with a lost response: the engine and the checks search for the new record before they create it again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from fault_proxy import FaultProxy
from msgspec.structs import replace
from sync_fakes import OFFICE, FakeSystem
from sync_world import KEY, World, every, make_world

from qa_sync.checklist.model import Role, Scenario
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.errors import UncertainWrite
from qa_sync.running.environment import Environment
from qa_sync.running.records.cleanup import remove_all
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.find import builtin_folder, connector_for
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection
from qa_sync.systems.rest.unsettled_create import UnsettledCreate
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

START = datetime(2024, 11, 13, 9, 0, tzinfo=UTC)


class Forgetful(FakeSystem):
    """Creates the record but loses the response; a check that searches for it finds it at once."""

    copies = 1

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        for _ in range(self.copies):
            made = super().insert(datatype, values)
        if found is None:
            raise UnsettledCreate(UncertainWrite("no response", succeeded=False), self.clock)
        return replace(made, id=found() or "not found")


@pytest.fixture
def world() -> World:
    made = make_world()
    made.office = Forgetful("Office", OFFICE, made.office.clock)
    return made


class TestEngine:
    def test_the_new_record_is_found_and_linked(self, world: World) -> None:
        world.office.records("person")["O-0"] = {"id": "O-0", "rev": 1, "fullName": "Ada"}  # alike, but there before
        world.shop.insert("people", {"name": "Ada"})
        summary = world.engine(every()).cycle()
        assert (summary.created, summary.problems) == (1, ())
        link = world.links.by_source(KEY, "S-1")
        assert link is not None
        assert link.target == "O-1"

    def test_two_matching_records_are_a_problem(self, world: World) -> None:
        world.office.copies = 2  # type: ignore[attr-defined]
        world.shop.insert("people", {"name": "Ada"})
        summary = world.engine(every()).cycle()
        assert summary.created == 0
        assert "2 records match it: O-1, O-2" in summary.problems[0].text
        assert world.links.pending_create(KEY, "S-1") is not None


class TestJudge:
    def scene(self, world: World) -> ScenarioRecords:
        environment = Environment(
            {Side.SOURCE: world.shop, Side.TARGET: world.office}, world.office.clock, lambda: None, START
        )
        card = OFFICE["person"]
        cast = {"subject": Role(1, card, card)}
        return ScenarioRecords(environment, Scenario("create", cast, (), ()))

    def test_the_new_record_is_found_by_its_mark_and_removed_in_the_end(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for system in (world.office, world.shop):
            monkeypatch.setattr(system, "list", lambda datatype, _since=None, of=system: FakeSystem.list(of, datatype))
        world.office.records("person")["O-0"] = {"id": "O-0", "rev": 1, "fullName": "Ada"}
        scene = self.scene(world)
        scene.insert(Insert("subject", Side.TARGET, {"fullName": "Ada qa7"}, "qa7"))
        assert scene.ids[RecordKey("subject", Side.TARGET)] == "O-1"
        assert list(remove_all(scene)) == []
        assert set(world.office.records("person")) == {"O-0"}


SPEC = "specs/003.txt"
PEOPLE = 12


def test_over_a_faulty_network_every_record_gets_one_counterpart(pytestconfig: pytest.Config) -> None:
    dataflow = read_dataflow((pytestconfig.rootpath / SPEC).read_text(encoding="utf-8"), SPEC)
    made = {seed: synced(dataflow, seed, rate) for seed, rate in ((0, 0.0), (1, 0.2), (2, 0.2))}
    assert made[0] == [(f"name {n}", f"buyer-{n:02}@example.test") for n in range(PEOPLE)]
    assert made[1] == made[2] == made[0]


def synced(dataflow: Dataflow, seed: int, rate: float) -> list[tuple[str, str]]:
    """Return the webshop's customers after the engine synchronized those of WooCommerce."""
    clock = VirtualClock(START)
    source, target = (opened(label, clock, seed, rate) for label in (dataflow.source, dataflow.target))
    shop = source.system()
    for number in range(PEOPLE):
        mail = f"buyer-{number:02}@example.test"
        values = {"email": mail, "first_name": f"name {number}", "last_name": "Berg"}
        shop.insert("customer", values, lambda mail=mail: by_mail(source, mail))  # type: ignore[misc]
    engine = Engine(dataflow, shop, target.system(), Links())
    for _ in range(4):
        engine.cycle()
        clock.sleep(2)
    left = [(str(r.data["firstName"]), str(r.data["email"])) for r in target.system().list("customer")]
    source.close()
    target.close()
    return sorted(left, key=lambda each: each[1])


def by_mail(line: LiveConnection, mail: str) -> str | None:
    return next((r.id for r in line.system().list("customer") if r.data["email"] == mail), None)


def opened(label: str, clock: VirtualClock, seed: int, rate: float) -> LiveConnection:
    name = connector_for(label)
    vendor = VENDORS[name]
    proxy = FaultProxy(AsgiTransport(vendor.build_app(clock.now, "1")), clock, f"{label}{seed}", rate)
    connector = load_connector(builtin_folder(name))
    rng = random.Random(seed)  # noqa: S311 - chance that repeats itself
    return open_connection(
        label, connector, vendor.base_url, vendor.secrets, clock=clock, redact=Redactor(), out=proxy, rng=rng
    )
