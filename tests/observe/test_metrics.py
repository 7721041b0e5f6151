"""The metrics of an observation: Prometheus reads them, OpenTelemetry sends them, and neither is on by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from loopback import loopback
from traffic import Traffic, options, plan

from qa_sync.errors import UsageError
from qa_sync.modes.observe_outputs.metrics import LatestRead
from qa_sync.modes.observe_outputs.open_outputs import ObserveOutputs, address_of, open_outputs
from qa_sync.observe.observation import Observation
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction
from qa_sync.systems.redaction import Redactor


@pytest.fixture(scope="module")
def reads() -> Sequence[ReadProgress]:
    traffic, found = Traffic(seed="metrics", faults=("drop-update",)), list[ReadProgress]()
    traffic.begin_sync()
    traffic.people(30, 300)
    observation = plan(traffic, options(15, for_s=600), ObserveState(":memory:"))
    observation.listeners = (found.append,)
    list(observation.events())
    return found


def still() -> Observation:
    """Return an observation that reads so seldom that an exporter sends only at the end."""
    return plan(Traffic(seed="still"), options(3600, max_lag_s=7200), ObserveState(":memory:"))


def test_prometheus_reads_the_numbers_of_the_last_read(reads: Sequence[ReadProgress]) -> None:
    pytest.importorskip("prometheus_client", reason="pip install 'qa-sync[metrics]'")
    lines = list[str]()
    with open_outputs(ObserveOutputs(metrics="0"), still(), Redactor(), lines.append) as (listener,):
        url = lines[0].removeprefix("metrics: ")
        assert url.startswith("http://127.0.0.1:"), "only this machine can read them"
        before = httpx.get(url, trust_env=False).text
        for read in reads:
            listener(read)
        text = httpx.get(url, trust_env=False).text
    assert "qa_sync_observe_reads_total 0.0" in before
    assert f"qa_sync_observe_reads_total {float(len(reads))}" in text
    last = next(line for line in text.splitlines() if line.startswith("qa_sync_observe_last_read_timestamp_seconds"))
    assert float(last.split()[1]) == reads[-1].at.timestamp()
    way = next(w for w in reads[-1].directions if w.direction is Direction.FORWARD)
    labels = 'direction="forward",section="Wix.com Contacts to Customerp Contact",spec="specs/000.txt"'
    for name, value in (("arrived_cases", way.arrived), ("lost_cases", way.lost), ("open_cases", way.open)):
        assert f"qa_sync_observe_{name}{{{labels}}} {float(value)}" in text
    assert way.lost > 0
    assert f"qa_sync_observe_lag_p95_seconds{{{labels}}} {way.p95_s}" in text
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_port_in_use_is_refused() -> None:
    pytest.importorskip("prometheus_client", reason="pip install 'qa-sync[metrics]'")
    taken = loopback(lambda _: httpx.Response(200))
    with taken as server, pytest.raises(UsageError, match="Address already in use"):
        open_outputs(ObserveOutputs(metrics=str(server.port)), still(), Redactor(), pytest.fail).__enter__()


def test_opentelemetry_sends_the_numbers(reads: Sequence[ReadProgress]) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="pip install 'qa-sync[metrics]'")
    with loopback(lambda _: httpx.Response(200)) as server:
        outputs = ObserveOutputs(otlp=f"{server.url}/v1/metrics")
        with open_outputs(outputs, still(), Redactor(), pytest.fail) as (listener,):
            listener(reads[-1])
    body = b"".join(_decoded(asked) for asked in server.asked)
    assert server.lines[-1] == "POST /v1/metrics"
    assert b"qa_sync.observe.lost_cases" in body
    assert b"Wix.com Contacts to Customerp Contact" in body


def _decoded(asked: httpx.Request) -> bytes:
    return httpx.Response(200, headers=asked.headers, content=asked.content).content


def test_a_collector_that_fails_is_reported_once_and_ends_nothing(reads: Sequence[ReadProgress]) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="pip install 'qa-sync[metrics]'")
    lines = list[str]()
    with loopback(lambda _: httpx.Response(400)) as server:
        outputs = ObserveOutputs(otlp=f"{server.url}/v1/metrics")
        with open_outputs(outputs, still(), Redactor(), lines.append) as (listener,):
            listener(reads[-1])
    assert len([line for line in lines if line.startswith("the metrics were not sent: ")]) == 1


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("9464", ("127.0.0.1", 9464)),
        ("0", ("127.0.0.1", 0)),
        ("0.0.0.0:9464", ("0.0.0.0", 9464)),  # noqa: S104 - the user asks for it
        ("[::1]:80", ("::1", 80)),
        ("metrics.example.com:80", ("metrics.example.com", 80)),
    ],
)
def test_an_address_is_a_port_of_this_machine_unless_a_host_is_given(text: str, address: tuple[str, int]) -> None:
    assert address_of(text) == address


@pytest.mark.parametrize("text", [":9464", "localhost", "localhost:", "65536", "-1", "94 64", "٣"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected \[HOST:\]PORT"):
        address_of(text)


@pytest.mark.parametrize(
    ("outputs", "module"),
    [
        (ObserveOutputs(metrics="0"), "prometheus_client"),
        (ObserveOutputs(otlp="http://127.0.0.1:4318/v1/metrics"), "opentelemetry.sdk"),
    ],
)
def test_without_the_extra_the_message_says_what_to_install(
    outputs: ObserveOutputs, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, *_: Any) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("qa_sync.modes.observe_outputs.open_outputs.find_spec", missing)
    with pytest.raises(UsageError) as caught:
        open_outputs(outputs, still(), Redactor(), pytest.fail).__enter__()
    assert f"needs {module}" in str(caught.value)
    assert "pip install 'qa-sync[metrics]'" in str(caught.value)


def test_a_read_that_failed_counts_apart(reads: Sequence[ReadProgress]) -> None:
    latest = LatestRead()
    latest.handle(reads[-1])
    latest.handle(ReadProgress(reads[-1].at, 0, (), error="away"))
    assert (latest.reads, latest.failures) == (1, 1)
    assert latest.last_read_s == reads[-1].at.timestamp()


def test_nothing_is_open_by_default() -> None:
    with open_outputs(ObserveOutputs(), still(), Redactor(), pytest.fail) as listeners:
        assert listeners == ()
