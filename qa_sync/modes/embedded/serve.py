"""Serves the embedded systems on a local port, and runs the built-in sync between them when specs are given."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import httpx
import uvicorn
from msgspec import Struct

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import QaSyncError, UsageError
from qa_sync.modes.embedded.sync_engine import make_engine
from qa_sync.sandbox.load import Load
from qa_sync.sandbox.serve import build_server_app, delayed
from qa_sync.sandbox.vendors import VENDORS, vendors_under
from qa_sync.sandbox.wix.settings import SiteSettings
from qa_sync.sandbox.woocommerce.settings import ShopSettings
from qa_sync.settings.model import Settings
from qa_sync.settings.value_types import DURATION_VALUE, RATE_VALUE
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.http.rate_limits import Rate
from qa_sync.systems.rest.rest_system import RestSystem

HOST = "127.0.0.1"
"""The embedded systems listen on the loopback interface only."""


def bind_port(port: int) -> socket.socket:
    """Return a listening socket on a port (0: any free port); raises UsageError when it is in use."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # early requests wait in the queue until the server is ready
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"port {port} cannot be used: {error}", hint="choose another with --port") from None
    return listener


def urls(port: int) -> Mapping[str, str]:
    """Return the base URL of each vendor."""
    return {name: f"http://{HOST}:{port}/{name}" for name in VENDORS}


class NetworkConditions(Struct, frozen=True):
    """Simulated network conditions: responses delayed by `delay_s`, lists by `lag_s` (seconds), and a rate limit."""

    delay_s: float = 0.0
    lag_s: float = 0.0
    rate: Rate | None = None


def network_conditions(delay_s: float, lag: str, rate: str | None) -> NetworkConditions:
    """Return the network conditions; lag and rate are texts as in the settings. Raises ValueError."""
    pace = RATE_VALUE.read(rate) if rate else None
    return NetworkConditions(delay_s, DURATION_VALUE.read(lag), Rate(pace.count, pace.seconds) if pace else None)


def serve(
    listener: socket.socket,
    inner: socket.socket,
    seed: str,
    conditions: NetworkConditions,
    settings: tuple[ShopSettings, SiteSettings],
) -> None:
    """Serve all vendors, empty at first, until SIGINT or SIGTERM; with the settings of the shop and of the site.

    The delay and the rate limit apply to `listener`; `inner` is for the built-in sync. Lists lag on both.
    """
    load = Load(timedelta(seconds=conditions.lag_s), conditions.rate, exempt_port=inner.getsockname()[1])
    vendors = vendors_under(load, *settings)
    apps = {name: vendor.build_app(lambda: datetime.now(UTC), seed) for name, vendor in vendors.items()}
    app = delayed(build_server_app(apps), listener.getsockname()[1], conditions.delay_s)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener, inner])


@contextmanager
def sync_in_background(
    dataflows: Sequence[Dataflow],
    connectors: Mapping[str, Connector],
    port: int,
    *,
    faults: Sequence[str],
    every_s: float,
    notify: Callable[[str], None],
) -> Iterator[None]:
    """Sync the specs between the served systems in the background, one cycle every `every_s` seconds."""
    where = urls(port)
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain HTTP; certificates are slow to load

    def system(label: str) -> RestSystem:
        connector = connectors[label]
        secrets = VENDORS[connector.name].secrets
        return RestSystem(label, connector, where[connector.name], secrets, httpx.HTTPTransport(no_tls))

    broken = [find_fault(name) for name in faults]
    engines = [
        make_engine(d, system(d.source), system(d.target), Links(":memory:"), Settings(), faults=broken)
        for d in dataflows
    ]
    stop = Event()

    def work(engine: Engine) -> None:
        while not stop.wait(every_s):
            for line in _cycle(engine):
                notify(f"sync: {line}")

    # Each spec has its own sync, which waits for no other.
    workers = [Thread(target=work, args=(engine,), name="sync", daemon=True) for engine in engines]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        stop.set()
        for worker in workers:
            worker.join(timeout=10)


def _cycle(engine: Engine) -> Iterator[str]:
    """Run one cycle; yield its output lines."""
    try:
        summary = engine.cycle()
    except QaSyncError as error:
        yield str(error)
        return
    for problem in summary.problems:
        yield str(problem)
    if summary.writes:
        yield f"{summary.created} created, {summary.updated} updated"
