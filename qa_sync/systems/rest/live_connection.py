"""The line to one live system: opened once for the whole run, shared by all its sections."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.auth_transport import SigningTransport
from qa_sync.systems.http.rate_limits import Limits
from qa_sync.systems.http.retries import PoliteTransport
from qa_sync.systems.http.retry_policy import Patience, patience_of
from qa_sync.systems.http.transport import live_transport, outlet_of
from qa_sync.systems.redaction import Hider, hide_in_logs, show_in_logs, userinfo
from qa_sync.systems.rest.clients import auth_of, filler_for, with_figures
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.form import Json

Wrap = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""What stands between a section and the line: nothing, or a recorder."""


def _bare(transport: httpx.BaseTransport) -> httpx.BaseTransport:
    return transport


@dataclass(frozen=True, slots=True)
class Line:
    """One pool of connections, an identity for each service, one set of limits; many sections and threads may use it.

    What goes over it is signed and repeated beneath `transport`, so that a recorder above it sees each request once and
    no credentials that are a kind of authentication.
    """

    label: str
    connector: Connector
    base_url: str
    secrets: Mapping[str, str]
    env: Mapping[str, Json]
    transport: httpx.BaseTransport
    further: Mapping[str, httpx.BaseTransport]
    hide: Hider
    clock: Clock
    patience: Patience
    close: Callable[[], None]

    def system(self, wrap: Wrap = _bare, clock: Clock | None = None) -> RestSystem:
        """Return a section's own `System` over the line, by its own `clock`; closing it leaves the line open."""
        return RestSystem(
            self.label,
            self.connector,
            self.base_url,
            self.secrets,
            wrap(self.transport),
            further={name: wrap(transport) for name, transport in self.further.items()},
            env=self.env,
            hide=self.hide,
            clock=clock or self.clock,
            signs=False,
            pauses_s=self.patience.looks_s,
        )


def open_line(
    label: str,
    connector: Connector,
    base_url: str,
    secrets: Mapping[str, str],
    *,
    clock: Clock,
    hide: Hider,
    env: Mapping[str, Json] | None = None,
    limits: Limits | None = None,
    patience: Patience | None = None,
    out: httpx.BaseTransport | None = None,
    dice: random.Random | None = None,
) -> Line:
    """Open the line to a system; nothing is sent yet.

    `hide` is the run's (one for all its lines: a short secret of one may be part of another's), and learns everything
    confidential about this system; until the line is closed, the logs are kept clean. `env` are further parameters that
    the connector asks for, `limits` are the system's, however many services it has, `patience` is had with it (None: as
    each service of the connector says); `out` is the way to the network (None: as each service says), `dice` spread the
    pauses. Raises UsageError as RestSystem does, and for a service whose connections cannot be made as it says.
    """
    hide.learn(*secrets.values(), *userinfo(base_url))
    filler = filler_for(label, connector, base_url, secrets, env or {})
    connector = with_figures(connector, filler)
    limits = limits or Limits(clock)
    networks = [out] if out else []

    def transport(service: Service) -> httpx.BaseTransport:
        network = out or live_transport(outlet_of(service, filler), hide)
        if network is not out:
            networks.append(network)
        return PoliteTransport(
            signed=SigningTransport(network, auth_of(service, filler, hide, clock)),
            plain=network,
            limits=limits,
            clock=clock,
            hide=hide,
            patience=patience or patience_of(service.settings),
            dice=dice or random.Random(),  # noqa: S311 - pauses are no secret
        )

    main = transport(connector.service)
    further = {name: transport(service) for name, service in connector.further.items()}

    def close() -> None:
        for network in networks:
            network.close()
        show_in_logs(hide)

    hide_in_logs(hide)
    return Line(
        label=label,
        connector=connector,
        base_url=base_url,
        secrets=secrets,
        env=env or {},
        transport=main,
        further=further,
        hide=hide,
        clock=clock,
        patience=patience or patience_of(connector.service.settings),
        close=close,
    )
