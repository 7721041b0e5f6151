"""Whole live runs of both specs over a network that fails one request in five: the verdicts are the same.

The served sandbox is behind a proxy on a port of its own; what it does to a request is in `fault_proxy`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import Serve
from fault_proxy import FAULTS, STALL_S, FaultProxy
from fault_server import fault_server
from live_run import SPECS, Went, base_of, by_way_of, go, left_in, over
from msgspec.structs import replace
from waits import NO_TLS

from qa_sync.clock import RealClock
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy

SHORT_STALL_S = 4.0
QUICK = RetryPolicy(first_delay_s=0.02, max_backoff_s=0.4, max_delay_s=0.05, check_delays_s=(0.02, 0.05, 0.1, 0.2))


def impatient(monkeypatch: pytest.MonkeyPatch, read_s: float, retry_policy: RetryPolicy | None) -> None:
    """Set the timeout of every connection and the retry policy of its system (None: the defaults)."""

    def change(_label: str, connector: Connector) -> tuple[Connector, dict[str, Any]]:
        service = replace(connector.service, settings={**connector.service.settings, "read_timeout": read_s})
        return replace(connector, service=service), {"retry_policy": retry_policy}

    over(monkeypatch, change)


def faulty(config: Path, seed: int, stall_s: float) -> tuple[Went, FaultProxy]:
    proxy = FaultProxy(httpx.HTTPTransport(NO_TLS), RealClock(), seed, 0.2, stall_s, at_once=8)
    with fault_server(proxy, base_of(config)) as url:
        went = go("live", f"faulty-{seed}", config=by_way_of(config, url), parallel_sections=8)
    proxy.close()
    return went, proxy


def made(proxy: FaultProxy, marks: frozenset[str]) -> Counter[tuple[str, bytes]]:
    """Count what the systems have really made for the run: each body holds the mark of one record."""
    creates = (
        requested for requested, response in proxy.answered if requested.method == "POST" and response.is_success
    )
    return Counter((r.url.path, r.content) for r in creates if any(m.encode() in r.content.lower() for m in marks))


def prove(config: Path, seed: int, stall_s: float = STALL_S) -> None:
    expected = go("sandbox", f"faulty-{seed}").verdicts
    went, proxy = faulty(config, seed, stall_s)
    assert went.unwell == []
    assert went.verdicts == expected
    assert set(proxy.failed) == set(FAULTS)
    creates = made(proxy, went.marks)
    assert len(creates) >= len(went.marks) / 2
    assert [create for create, count in creates.items() if count > 1] == []
    # A record that was created twice and not found would still exist.
    known = {lost.id for lost in went.results.leftovers}
    assert {r.id for records in left_in(config).values() for r in records} == known
    assert all("no endpoint" in lost.why or "keeps its orders" in lost.why for lost in went.results.leftovers)


@pytest.mark.slow
def test_the_verdicts_are_the_same(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch, SHORT_STALL_S / 2, QUICK)
    prove(serve(*SPECS, "--every", "0.1"), 1, SHORT_STALL_S)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(11, 16))
def test_the_verdicts_are_the_same_with_the_patience_of_every_day(serve: Serve, seed: int) -> None:
    prove(serve(*SPECS), seed)


@pytest.mark.slow
def test_the_verdicts_are_the_same_when_lists_are_late_too(serve: Serve) -> None:
    prove(serve(*SPECS, "--lag", "2s"), 31)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22])
def test_the_verdicts_are_the_same_when_a_stall_is_a_time_out(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    impatient(monkeypatch, STALL_S - 2, None)
    prove(serve(*SPECS), seed)
