"""The network transport: trusted certificates and proxies.

Stricter than the format, certificates are verified by default, and a connector's own chain is trusted in addition to
the usual authorities, because token requests use the same transport.

Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import quote

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.errors import UsageError
from qa_sync.systems.connectors.auth_options import NTLM
from qa_sync.systems.connectors.connection_options import CHAIN, PROXIES, VERIFY
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.proxies import ProxyTransport, environment_proxies
from qa_sync.systems.redaction import Redactor, url_secrets
from qa_sync.systems.templates.references import REFERENCE, ReferenceResolver

KEEPALIVE_CONNECTIONS: Final = 20
"""The number of idle connections that are kept open."""


class TransportOptions(Struct, frozen=True):
    """The settings of the connections to the system `label`.

    Without `verify` certificates are not verified; `chain` is trusted in addition to the usual authorities (PEM).
    `proxies` are proxy URLs by scheme, or by scheme and host; `environment` are those of the machine by scheme.
    `connections` is the largest number of connections.
    """

    label: str
    verify: bool = True
    chain: str = ""
    proxies: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=environment_proxies)
    connections: int = 100


def transport_options(service: Service, references: ReferenceResolver) -> TransportOptions:
    """Return the connection settings of a service, with references resolved."""
    settings = service.settings
    verify = str(references.tree(settings.get(VERIFY, True))).lower() != "false"
    proxies = {prefix: _proxy_url(str(url), references) for prefix, url in (settings.get(PROXIES) or {}).items() if url}
    options = TransportOptions(references.system, verify, references.text(settings.get(CHAIN) or ""), proxies)
    return replace(options, connections=1) if service.authentication == NTLM else options


def _proxy_url(url: str, references: ReferenceResolver) -> str:
    """Return a proxy URL with its references resolved; values before the `@` are escaped."""
    credentials, at, place = url.rpartition("@")
    before = REFERENCE.sub(lambda reference: quote(references.text(reference[0]), safe=""), credentials)
    return before + at + references.text(place)


def live_transport(options: TransportOptions, redact: Redactor) -> httpx.BaseTransport:
    """Return a network transport; raises UsageError for an invalid chain or proxy URL.

    All transports share the TLS context, which is slow to create; passwords of proxies are added to `redact`.
    """
    for url in (*options.proxies.values(), *options.environment.values()):
        redact.add_secrets(*url_secrets(url))
    try:
        tls = _trust(options.verify, options.chain)
    except (ssl.SSLError, ValueError) as error:
        text = f"{options.label}: {CHAIN} cannot be read: {error}"
        raise UsageError(text, hint="expected certificates as PEM text") from None
    limits = httpx.Limits(
        max_connections=options.connections, max_keepalive_connections=min(options.connections, KEEPALIVE_CONNECTIONS)
    )

    def make_transport(proxy: httpx.Proxy | None) -> httpx.BaseTransport:
        if proxy and proxy.url.scheme.startswith("socks"):
            from qa_sync.systems.http.socks import SocksTransport  # noqa: PLC0415 - rarely needed, never by a replay

            return SocksTransport(proxy, tls, limits)
        from qa_sync.systems.http.name_lookup import NetworkTransport  # noqa: PLC0415 - not by a replay

        return NetworkTransport(tls, proxy, limits)

    return ProxyTransport(options.label, make_transport, options.proxies, options.environment)


@cache
def _trust(verify: bool, chain: str) -> ssl.SSLContext:
    context = httpx.create_ssl_context(verify=verify)  # SSL_CERT_FILE is respected
    if chain:
        context.load_verify_locations(cadata=chain)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the chain may end before a self-signed certificate
    return context
