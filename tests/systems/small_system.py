"""A system with one kind of thing, its connector written on the spot, and a line to it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from qa_sync.clock import VirtualClock
from qa_sync.systems.connectors.load import Connector, load_connector
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection

START = datetime(2024, 11, 13, 9, 0, tzinfo=UTC)
URL = "https://small.test"
CARDS = """
[thing]
names = ["Thing"]
key = "id"
revision = { read = "rev", header = "If-Match" }
[thing.properties]
name = { concept = "name" }
"""
OPERATIONS = {
    "thing-list": {"url": "things/query", "method": "POST"},
    "thing-lookup": {"url": "things/{{ entity.id }}", "method": "GET"},
    "thing-insert": {"url": "things", "method": "POST"},
    "thing-update": {"url": "things/{{ entity.id }}", "method": "PATCH"},
    "thing-delete": {"url": "things/{{ entity.id }}", "method": "DELETE"},
}

Handler = Callable[[httpx.Request], httpx.Response]


def connector(place: Path, **system: Any) -> Connector:
    folder = place / "small"
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {"additional_parameters": {"base_url": {}}, "datatypes": {"thing": {}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    template = {"url_pattern": "{{@ base_url @}}/%s", "operations": OPERATIONS, **system}
    (folder / "templates" / "system.json").write_text(json.dumps(template))
    (folder / "entities.toml").write_text(CARDS)
    return load_connector(folder)


@dataclass
class Server:
    """Answers with a function, or one after the other with what it was told; counts what it was asked."""

    handler: Handler | None = None
    script: list[Any] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        # A copy: a request that is sent again has other headers then.
        self.asked.append(httpx.Request(request.method, request.url, headers=request.headers, content=request.content))
        if self.handler:
            return self.handler(request)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def lines(self) -> list[str]:
        return [f"{r.method} {r.url.path}" for r in self.asked]


@dataclass
class Small:
    server: Server
    clock: VirtualClock
    connection: LiveConnection
    told: list[str] = field(default_factory=list)

    @property
    def waited(self) -> float:
        return (self.clock.now() - START).total_seconds()


def small(
    place: Path,
    *script: Any,
    handler: Handler | None = None,
    url: str = URL,
    secrets: dict[str, str] | None = None,
    rate_limiter: Callable[[VirtualClock], RateLimiter] = RateLimiter,
    out: Callable[[Handler, VirtualClock], httpx.BaseTransport] = lambda server, _clock: httpx.MockTransport(server),
    redact: Redactor | None = None,
    redirects: Sequence[str] = (),
    **system: Any,
) -> Small:
    server, clock = Server(handler, list(script)), VirtualClock(START)
    told: list[str] = []
    connection = open_connection(
        "Small",
        connector(place, **system),
        url,
        secrets or {},
        clock=clock,
        redact=redact or Redactor(),
        rate_limiter=rate_limiter(clock),
        out=out(server, clock),
        rng=random.Random(1),  # noqa: S311 - chance that repeats itself
        redirects=redirects,
        notify=told.append,
    )
    return Small(server, clock, connection, told)


def opened(
    place: Path,
    url: str,
    clock: VirtualClock,
    secrets: dict[str, str],
    *,
    redirects: Sequence[str] = (),
    **system: Any,
) -> LiveConnection:
    """Open a line to such a system where it really is; of the secrets it is given those that it asks for."""
    made = connector(place, **system)
    asked_for = {name: secrets[name] for name in made.secrets}
    return open_connection("Small", made, url, asked_for, clock=clock, redact=Redactor(), redirects=redirects)
