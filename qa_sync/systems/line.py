"""The line to one live system: opened once for the whole run, shared by all its sections."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.answers import Answers
from qa_sync.systems.auth.identity import Identity
from qa_sync.systems.auth.making import make_auth
from qa_sync.systems.confidential import Filler, Hider, userinfo
from qa_sync.systems.connector import Connector
from qa_sync.systems.limits import Limits
from qa_sync.systems.live import live_transport
from qa_sync.systems.logs import hide_in_logs, show_in_logs
from qa_sync.systems.manners import PoliteTransport
from qa_sync.systems.pauses import patience_of
from qa_sync.systems.rest import RestSystem
from qa_sync.systems.signing import SigningTransport

Wrap = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""What stands between a section and the line: nothing, or a recorder."""


def _bare(transport: httpx.BaseTransport) -> httpx.BaseTransport:
    return transport


@dataclass(frozen=True, slots=True)
class Line:
    """One pool of connections, one identity, one set of limits; any number of sections and threads may use it.

    What goes over it is signed and repeated beneath `transport`, so that a recorder above it sees each request once and
    no credentials that are a kind of authentication.
    """

    label: str
    connector: Connector
    base_url: str
    secrets: Mapping[str, str]
    transport: httpx.BaseTransport
    hide: Hider
    clock: Clock
    close: Callable[[], None]

    def system(self, wrap: Wrap = _bare) -> RestSystem:
        """Return a section's own `System` over the line; closing it leaves the line open."""
        return RestSystem(
            self.label,
            self.connector,
            self.base_url,
            self.secrets,
            wrap(self.transport),
            hide=self.hide,
            clock=self.clock,
            signs=False,
        )


def open_line(
    label: str,
    connector: Connector,
    base_url: str,
    secrets: Mapping[str, str],
    *,
    clock: Clock,
    hide: Hider,
    limits: Limits | None = None,
    out: httpx.BaseTransport | None = None,
    dice: random.Random | None = None,
) -> Line:
    """Open the line to a system; nothing is sent yet.

    `hide` is the run's (one for all its lines: a short secret of one may be part of another's), and learns everything
    confidential about this system; until the line is closed, the logs are kept clean. `limits` are the system's; `out`
    is the way to the network, `dice` spread the pauses. Raises UsageError for a secret that is missing.
    """
    hide.learn(*secrets.values(), *userinfo(base_url))
    hide_in_logs(hide)
    filler = Filler(label, {"base_url": base_url.rstrip("/")}, secrets)
    identity = Identity(connector.service, filler, hide, clock, Answers(label=label, hide=hide))
    network = out or live_transport()
    transport = PoliteTransport(
        signed=SigningTransport(network, make_auth(identity)),
        plain=network,
        limits=limits or Limits(clock),
        clock=clock,
        hide=hide,
        patience=patience_of(connector.service.settings),
        dice=dice or random.Random(),  # noqa: S311 - pauses are no secret
    )

    def close() -> None:
        network.close()
        show_in_logs(hide)

    return Line(label, connector, base_url, secrets, transport, hide, clock, close)
