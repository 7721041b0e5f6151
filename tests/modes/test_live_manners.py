"""The requests of a whole live run: one connection per system, limits shared by all sections, and invalid responses."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any

import httpx
import pytest
from cli_caller import ROOT
from live_run import SPECS, go, over
from waits import GUARD_S

from qa_sync.clock import VirtualClock
from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.embedded.settings_text import environment, settings_text
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import LiveSystem, connect
from qa_sync.modes.table import prepare
from qa_sync.settings.read import load_settings
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.redaction import Redactor

START = datetime(2026, 3, 1, tzinfo=UTC)
LABELS = {"Wix.com": "wix", "Customerp": "customerp", "WooCommerce": "woocommerce", "Custom Webshop": "customwebshop"}


def job(tmp_path: Path, wix: str) -> Job:
    """Return a job of both specs; `wix` are further settings of Wix."""
    config = tmp_path / "qa-sync.toml"
    text = settings_text(LABELS, dict.fromkeys(LABELS.values(), "http://somewhere.test"), 1)
    config.write_text(text.replace('connector = "wix"', f'connector = "wix"\n{wix}'), encoding="utf-8")
    settings, dataflows = load_settings(config), read_all([str(ROOT / spec) for spec in SPECS])
    return Job(dataflows, connectors_of(dataflows, settings), tmp_path, settings=settings, seed="s")


class Network(httpx.BaseTransport):
    """Serves one contact; with a `gate`, a response waits until as many requests arrived as the gate has places."""

    def __init__(self, places: int = 1) -> None:
        self.gate = Barrier(places)
        self.lock = Lock()
        self.under_way = 0
        self.most = 0
        self.asked = 0

    def handle_request(self, _request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.asked += 1
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            self.gate.wait(GUARD_S)
        except BrokenBarrierError:
            self.gate.reset()
        with self.lock:
            self.under_way -= 1
        return httpx.Response(200, json={"contact": {"id": "1", "revision": 1}})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    virtual = VirtualClock(START)
    for name in ("RealClock", "MonotonicClock"):
        monkeypatch.setattr(f"qa_sync.modes.live_systems.connections.{name}", lambda: virtual)
    for variable, value in environment(LABELS).items():
        monkeypatch.setitem(os.environ, variable, value)
    return virtual


def go_out_by(monkeypatch: pytest.MonkeyPatch, network: httpx.BaseTransport) -> None:
    def change(_label: str, connector: Connector) -> tuple[Connector, dict[str, Any]]:
        return connector, {"out": network}

    over(monkeypatch, change)


def reached(monkeypatch: pytest.MonkeyPatch, network: Network, the_job: Job) -> LiveSystem:
    go_out_by(monkeypatch, network)
    return connect(the_job, Redactor())["Wix.com"]


def test_the_rate_of_the_settings_is_everybody_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
    one = reached(monkeypatch, Network(), job(tmp_path, 'rate = "60/min"'))
    sections = [one.system() for _ in range(4)]
    for number in range(126):
        assert sections[number % 4].lookup("contacts", "1")
    # 6 at once, and 60 - 6 + 1 tokens a minute after that.
    assert (clock.now() - START).total_seconds() == pytest.approx(120 * 60 / 55)


def test_without_a_rate_no_request_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: VirtualClock) -> None:
    one = reached(monkeypatch, Network(), job(tmp_path, ""))
    for _ in range(100):
        one.system().lookup("contacts", "1")
    assert clock.now() == START


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("said", "most"), [("", 8), ("concurrency = 3", 3), ("concurrency = 1", 1)])
def test_that_many_sections_send_requests_in_parallel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, most: int
) -> None:
    network = Network(places=most)
    one = reached(monkeypatch, network, job(tmp_path, said))
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: one.system().lookup("contacts", "1"), range(24)))
    assert all(found)
    assert (network.most, network.asked) == (most, 24)


@pytest.mark.usefixtures("clock")
def test_a_run_opens_one_line_a_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: Counter[str] = Counter()
    networks: list[Network] = []

    def change(label: str, connector: Connector) -> tuple[Connector, dict[str, Any]]:
        opened[label] += 1
        networks.append(Network())
        return connector, {"out": networks[-1]}

    over(monkeypatch, change)
    with closing(prepare("live", job(tmp_path, ""))) as prepared:
        for checklist in prepared.checklists:
            for plan in checklist.sections:
                with prepared.open_environment(checklist, plan):
                    pass
    assert opened == dict.fromkeys(LABELS, 1)
    assert [network.asked for network in networks] == [0] * 4


@pytest.mark.usefixtures("clock")
def test_a_run_knows_what_its_systems_send_about_the_records_and_their_counterparts(tmp_path: Path) -> None:
    with closing(prepare("live", job(tmp_path, ""))) as prepared:
        told = {(p.system, p.entity): p.announced for p in prepared.writes(prepared.checklists)}
    assert told["Custom Webshop", "Order"] == told["WooCommerce", "Order"]
    assert "WooCommerce: mails the customer and the shop about each order" in told["WooCommerce", "Order"][0]
    assert told["Wix.com", "Contacts"] == ()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            httpx.Response(503, html="<h1>Maintenance</h1>"),
            "status 503, text/html; charset=utf-8, beginning '<h1>Maintenance</h1>'",
        ),
        (
            httpx.Response(200, text='<b>Notice</b>: x{"id": 1}', headers={"Content-Type": "application/json"}),
            "not JSON: status 200, application/json, beginning '<b>Notice</b>: x{\"id\": 1}'",
        ),
    ],
)
def test_a_body_that_is_not_json_is_an_error_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, told: str
) -> None:
    go_out_by(monkeypatch, httpx.MockTransport(lambda _: answer))
    job(tmp_path, "")
    went = go("live", "nonsense", config=tmp_path / "qa-sync.toml", parallel_sections=8)
    assert went.results.exit_code == 3
    played = [check for check in went.results.checks if check.status not in {"skipped", "manual"}]
    assert {check.status.value for check in played} == {"error"}
    assert {check.message for check in played if told not in str(check.message)} == set()
