"""The connection to one live system: opened once per run, shared by all sections."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping

import httpx
from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.auth_transport import AuthTransport
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.http.redirects import parse_url
from qa_sync.systems.http.response_limits import LimitedTransport, ResponseLimits
from qa_sync.systems.http.retrying.backoff import SharedBackoff
from qa_sync.systems.http.retrying.retries import RetryTransport
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy, read_retry_policy
from qa_sync.systems.http.retrying.silence_limit import SilenceLimit
from qa_sync.systems.http.retrying.waits import Notify, WaitReporter, ignore_notice
from qa_sync.systems.http.transport import live_transport, transport_options
from qa_sync.systems.redaction import Redactor, redact_logs, stop_redacting_logs, url_secrets
from qa_sync.systems.rest.clients import make_auth_for, references_for, with_references_resolved
from qa_sync.systems.rest.create_evidence import CreateEvidence
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.form import Json

Wrap = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""Wraps the transport of a section, for example with a recorder."""


def _unwrapped(transport: httpx.BaseTransport) -> httpx.BaseTransport:
    return transport


class LiveConnection(Struct, frozen=True):
    """One connection pool, one authentication per service, one rate limiter; sections and threads may share it.

    Authentication and retries are below `transport`, so that a recorder above it sees each request once and without
    credentials.
    """

    label: str
    connector: Connector
    base_url: str
    secrets: Mapping[str, str]
    env: Mapping[str, Json]
    transport: httpx.BaseTransport
    further: Mapping[str, httpx.BaseTransport]
    redact: Redactor
    clock: Clock
    retry_policy: RetryPolicy
    silence_limit: SilenceLimit
    create_evidence: CreateEvidence
    close: Callable[[], None]

    def system(self, wrap: Wrap = _unwrapped, clock: Clock | None = None) -> RestSystem:
        """Return a section's own `System` over the connection, with its own `clock`; closing it closes nothing."""
        return RestSystem(
            self.label,
            self.connector,
            self.base_url,
            self.secrets,
            wrap(self.transport),
            further={name: wrap(transport) for name, transport in self.further.items()},
            env=self.env,
            redact=self.redact,
            clock=clock or self.clock,
            authenticates=False,
            check_delays_s=self.retry_policy.check_delays_s,
            # A replay repeats the requests of a recording, but not its times, on which the evidence depends.
            create_evidence=self.create_evidence if wrap is _unwrapped else None,
        )


def open_connection(
    label: str,
    connector: Connector,
    base_url: str,
    secrets: Mapping[str, str],
    *,
    clock: Clock,
    redact: Redactor,
    env: Mapping[str, Json] | None = None,
    rate_limiter: RateLimiter | None = None,
    retry_policy: RetryPolicy | None = None,
    limits: ResponseLimits | None = None,
    out: httpx.BaseTransport | None = None,
    rng: random.Random | None = None,
    silence_limit: SilenceLimit | None = None,
    redirects: Collection[str] = (),
    notify: Notify = ignore_notice,
) -> LiveConnection:
    """Open the connection to a system; sends nothing yet.

    `redact` is shared by all connections of the run (a short secret of one may be part of another's); all secrets of
    this system are added to it, and logs are redacted until the connection is closed. `env` are further parameters of
    the connector. `rate_limiter` applies to all services of the system. `retry_policy` and `out`, the network
    transport, replace the settings of the services (None: as each service says); `limits` apply to each response.
    `rng` adds jitter to the delays; `silence_limit` limits waits after an interruption; reads may be redirected to the
    hosts `redirects`; `notify` takes lines about long waits.
    Raises UsageError as RestSystem does, and for a service with invalid connection settings.
    """
    redact.add_secrets(*secrets.values(), *url_secrets(base_url))
    references = references_for(label, connector, base_url, secrets, env or {})
    connector = with_references_resolved(connector, references)
    rate_limiter = rate_limiter or RateLimiter(clock)
    silence_limit, backoff = silence_limit or SilenceLimit(), SharedBackoff(clock)
    networks = [out] if out else []
    waits = WaitReporter(label, notify)

    def transport(service: Service) -> httpx.BaseTransport:
        direct = out or live_transport(transport_options(service, references), redact)
        if direct is not out:
            networks.append(direct)
        network = LimitedTransport(direct, limits or ResponseLimits())
        return RetryTransport(
            authenticated=AuthTransport(
                network, make_auth_for(service, references, redact, clock), parse_url(base_url), label
            ),
            anonymous=network,
            rate_limiter=rate_limiter,
            clock=clock,
            redact=redact,
            backoff=backoff,
            redirects=frozenset(redirects),
            silence_limit=silence_limit,
            waits=waits,
            retry_policy=retry_policy or read_retry_policy(service.settings),
            rng=rng or random.Random(),  # noqa: S311 - delays are not secret
        )

    main = transport(connector.service)
    further = {name: transport(service) for name, service in connector.further.items()}

    def close() -> None:
        for network in networks:
            network.close()
        stop_redacting_logs(redact)

    redact_logs(redact)
    return LiveConnection(
        label=label,
        connector=connector,
        base_url=base_url,
        secrets=secrets,
        env=env or {},
        transport=main,
        further=further,
        redact=redact,
        clock=clock,
        retry_policy=retry_policy or read_retry_policy(connector.service.settings),
        silence_limit=silence_limit,
        create_evidence=CreateEvidence(clock),
        close=close,
    )
