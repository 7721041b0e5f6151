"""A long piece of work over a network that fails one request in five: the same comes of it as over a good one."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fault_proxy import FAULTS, FaultProxy
from msgspec import Struct, field

from qa_sync.clock import VirtualClock
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.http.rate_limits import Rate, RateLimiter
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import open_connection
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Json

START = datetime(2024, 11, 13, 9, 0, tzinfo=UTC)
THINGS = 20


class Kind(Struct, frozen=True):
    """What is written to a vendor, by write path; most of it is not unique, so that no one refuses a second copy."""

    datatype: str
    mark: str
    other: str
    more: Mapping[str, Json] = field(default_factory=dict)

    def values(self, number: int) -> dict[str, Json]:
        more = {path: value.format(number) if isinstance(value, str) else value for path, value in self.more.items()}
        return {self.mark: f"mark-{number:03}@example.test", self.other: f"text {number}", **more}


COST = "meta_data[key=cost_price].value"
KINDS = {
    "wix contacts": Kind("contacts", "info.emails.items[primary=true].email", "info.name.first"),
    "wix products": Kind("products", "name", "description", {"priceData.price": 10}),
    "woocommerce product": Kind("product", "name", COST),
    "customerp contact": Kind("contact", "email", "firstName", {"lastName": "Berg"}),
    "customerp product": Kind("product", "name", "brand", {"itemNumber": "N-{}"}),
    "customwebshop product": Kind("product", "title", "description"),
}


@dataclass
class Worker:
    """Does the work; `outcome` is what the system holds in the end, as a good line shows it."""

    system: RestSystem
    kind: Kind

    def work(self) -> None:
        made = [self.create(number) for number in range(THINGS)]
        for number, one in enumerate(made):
            if number % 2:
                self.system.update(self.read(one), {self.kind.other: f"changed {number}"})
            if number % 5 == 0:
                self.system.delete(self.kind.datatype, one)
            if number % 7 == 0:
                assert len(list(self.system.list(self.kind.datatype))) == THINGS - number // 5 - 1

    def create(self, number: int) -> str:
        values = self.kind.values(number)
        return self.system.insert(self.kind.datatype, values, lambda: self.found(values[self.kind.mark])).id

    def found(self, mark: str) -> str | None:
        listed = self.system.list(self.kind.datatype)
        return next((r.id for r in listed if mark in json.dumps(r.data, default=str)), None)

    def read(self, id: str) -> Record:
        record = self.system.lookup(self.kind.datatype, id)
        assert record is not None
        return record


def worked(which: str, seed: int, rate: float) -> tuple[list[tuple[str, str]], FaultProxy]:
    name, kind, clock = which.partition(" ")[0], KINDS[which], VirtualClock(START)
    vendor = VENDORS[name]
    app = AsgiTransport(vendor.build_app(clock.now, "1"))
    proxy = FaultProxy(app, clock, seed, rate)
    rate_limiter = RateLimiter(clock, Rate(120, 60)) if name == "wix" else RateLimiter(clock)
    connector = load_connector(builtin_folder(name))
    connection = open_connection(
        name,
        connector,
        vendor.base_url,
        vendor.secrets,
        clock=clock,
        redact=Redactor(),
        rate_limiter=rate_limiter,
        out=proxy,
        rng=random.Random(seed),  # noqa: S311 - chance that repeats itself
    )
    Worker(connection.system(), kind).work()
    proxy.rate = 0
    left = list(connection.system().list(kind.datatype))
    connection.close()
    card = connector.cards[kind.datatype]
    shown = {p.write_path: p.path for p in card.properties.values()}
    return sorted((read(r, shown[kind.mark]), read(r, shown[kind.other])) for r in left), proxy


def read(record: Record, path: str) -> str:
    return str(paths.read(record.data, path))


@pytest.mark.parametrize("which", KINDS)
def test_the_same_comes_of_it(which: str) -> None:
    expected, good = worked(which, 0, 0)
    assert len(expected) == THINGS - THINGS // 5
    assert good.asked == good.done
    seen: Counter[str] = Counter()
    for seed in range(3):
        outcome, proxy = worked(which, seed, 0.2)
        assert outcome == expected
        seen += proxy.failed
    assert set(seen) == set(FAULTS)
    assert 0.15 < sum(seen.values()) / (3 * good.asked) < 0.5


def test_a_line_without_faults_asks_no_more_than_the_bare_system() -> None:
    vendor, clock = VENDORS["customerp"], VirtualClock(START)
    bare = FaultProxy(AsgiTransport(vendor.build_app(clock.now, "1")), clock, rate=0)
    connector = load_connector(builtin_folder("customerp"))
    Worker(RestSystem("customerp", connector, vendor.base_url, vendor.secrets, bare), KINDS["customerp contact"]).work()
    bare.close()
    _, connection = worked("customerp contact", 0, 0)
    assert connection.asked == bare.asked + 1  # the last look at the outcome


def test_the_proxy_fails_in_the_same_way_for_the_same_seed() -> None:
    first, second = (worked("customwebshop product", 7, 0.2)[1] for _ in range(2))
    assert (first.asked, first.done, first.failed) == (second.asked, second.done, second.failed)
    assert worked("customwebshop product", 8, 0.2)[1].failed != first.failed


def test_a_stall_longer_than_one_waits_is_a_time_out() -> None:
    clock = VirtualClock(START)
    proxy = FaultProxy(httpx.MockTransport(lambda _: httpx.Response(200)), clock, rate=1, stall_s=5)
    faults: dict[str, Any] = {"stall": FAULTS["stall"]}
    with httpx.Client(transport=proxy, timeout=2) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr("fault_proxy.FAULTS", faults)
        with pytest.raises(httpx.ReadTimeout):
            client.get("https://x.test")
        assert client.get("https://x.test", timeout=10).status_code == 200
    assert (clock.now() - START).total_seconds() == 7
    assert proxy.done == 2
