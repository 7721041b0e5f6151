"""A way out that fails now and then, always in the same way for the same seed: for tests of whole runs."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

import httpx

from qa_sync.clock import Clock

STALL_S = 5.0
HTML = "<html><body><h1>503 Service Unavailable</h1></body></html>"


class FaultProxy(httpx.BaseTransport):
    """Hands requests on to `inner`; of each request, `rate` is the chance that it fails in one of the ways of FAULTS.

    `asked` counts what came in, `answered` holds what `inner` did, `failed` counts the failures by name. Any number
    of threads may ask; `at_once` of them reach `inner`, and whoever is stalled holds up no one else.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Clock,
        seed: object = 0,
        rate: float = 0.2,
        stall_s: float = STALL_S,
        *,
        at_once: int = 1,
    ) -> None:
        self.inner = inner
        self.clock = clock
        self.rate = rate
        self.stall_s = stall_s
        self.asked = 0
        self.answered: list[tuple[httpx.Request, httpx.Response]] = []
        self.failed: Counter[str] = Counter()
        self._dice = random.Random(str(seed))  # noqa: S311 - chance that repeats itself
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(at_once)

    @property
    def done(self) -> int:
        return len(self.answered)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked += 1
            name = self._dice.choice(sorted(FAULTS)) if self._dice.random() < self.rate else None
            if name is not None:
                self.failed[name] += 1
        return self.answer(request) if name is None else FAULTS[name](self, request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._turns:
            response = self.inner.handle_request(request)
            response.read()
            self.answered.append((request, response))
            return response

    def close(self) -> None:
        self.inner.close()


def _refuse(_proxy: FaultProxy, _request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


def _reset_before(_proxy: FaultProxy, _request: httpx.Request) -> httpx.Response:
    raise httpx.WriteError("connection reset by peer")


def _reset_after(proxy: FaultProxy, request: httpx.Request) -> httpx.Response:
    proxy.answer(request)
    raise httpx.ReadError("connection reset by peer")


def _too_many(_proxy: FaultProxy, _request: httpx.Request) -> httpx.Response:
    return httpx.Response(429, json={"message": "too many requests"}, headers={"Retry-After": "2"})


def _unavailable(_proxy: FaultProxy, _request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, html=HTML)


def _gateway_gave_up(proxy: FaultProxy, request: httpx.Request) -> httpx.Response:
    proxy.answer(request)
    return httpx.Response(504, html=HTML)


def _cut(proxy: FaultProxy, request: httpx.Request) -> httpx.Response:
    response = proxy.answer(request)
    half = response.content[: len(response.content) // 2]
    headers = {k: v for k, v in response.headers.items() if k not in {"content-length", "transfer-encoding"}}
    return httpx.Response(response.status_code, headers=headers, content=half)


def _stall(proxy: FaultProxy, request: httpx.Request) -> httpx.Response:
    """Answer late; too late for a reader who waits less than that."""
    response = proxy.answer(request)
    patience = (request.extensions.get("timeout") or {}).get("read")
    if patience is not None and patience < proxy.stall_s:
        proxy.clock.sleep(patience)
        raise httpx.ReadTimeout("timed out")
    proxy.clock.sleep(proxy.stall_s)
    return response


FAULTS: dict[str, Callable[[FaultProxy, httpx.Request], httpx.Response]] = {
    "refused": _refuse,
    "reset before": _reset_before,
    "reset after": _reset_after,
    "429": _too_many,
    "503": _unavailable,
    "504 after": _gateway_gave_up,
    "cut": _cut,
    "stall": _stall,
}
