"""The requests of a live run of both specs, counted at the transport: no request is sent twice."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cli_caller import Serve
from live_run import SPECS, go, over

from qa_sync.running.scenario import ScenarioRun
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.http.transport import TransportOptions, live_transport
from qa_sync.systems.redaction import Redactor

Request = tuple[str, str, bytes]
LOOK = "look"


class Trace:
    """What each section's thread did, in order: requests, and the start and end of each poll."""

    def __init__(self) -> None:
        self.threads: defaultdict[int, list[Request | str]] = defaultdict(list)

    def note(self, what: Request | str) -> None:
        self.threads[threading.get_ident()].append(what)

    @property
    def requests(self) -> list[Request]:
        return [one for steps in self.threads.values() for one in steps if isinstance(one, tuple)]

    def looks(self) -> Iterator[list[Request]]:
        """Yield the requests of each poll."""
        for steps in self.threads.values():
            look: list[Request] | None = None
            for one in steps:
                if isinstance(one, str):
                    if look is not None:
                        yield look
                    look = [] if look is None else None
                elif look is not None:
                    look.append(one)
            assert look is None


class Noting(httpx.BaseTransport):
    """The network; notes each request without the parts of a signature, which are never the same."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.inner = live_transport(TransportOptions("all"), Redactor())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        params = sorted((k, v) for k, v in request.url.params.multi_items() if not k.startswith("oauth_"))
        self.trace.note((request.method, f"{request.url.copy_with(query=None)} {params}", request.read()))
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    noted = Trace()
    look = ScenarioRun._check_claims

    def marked(*given: Any) -> Any:
        noted.note(LOOK)
        try:
            return look(*given)
        finally:
            noted.note(LOOK)

    def change(_label: str, connector: Connector) -> tuple[Connector, dict[str, Any]]:
        return connector, {"out": Noting(noted)}

    monkeypatch.setattr(ScenarioRun, "_check_claims", marked)
    over(monkeypatch, change)
    return noted


def reads(request: Request) -> bool:
    return request[0] == "GET" or (request[0] == "POST" and "/query " in request[1])


@pytest.mark.slow
def test_no_request_is_sent_twice(serve: Serve, trace: Trace) -> None:
    went = go("live", "counted", config=serve(*SPECS, "--every", "0.1"), parallel_sections=8)
    assert went.unwell == []
    writes = Counter(request for request in trace.requests if not reads(request))
    assert sum(writes.values()) > len(went.marks)
    assert [write for write, count in writes.items() if count > 1] == []
    looks = list(trace.looks())
    assert len(looks) > len(went.marks)
    assert [read for look in looks for read, count in Counter(look).items() if count > 1] == []
    assert all(reads(request) for look in looks for request in look)
