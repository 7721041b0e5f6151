"""The way out to systems that really are somewhere else: whose certificates are trusted, and which proxy is on it.

Source: facts/SESAM.md 1.1 (`verify_ssl`, `custom_ca_pem_chain`, `proxies`). Stricter than the format, certificates are
verified where a connector says nothing of it, and its own chain is trusted beside the usual authorities: the same way
leads to the place where tokens are fetched.
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
"""How many connections are kept for later."""


class TransportOptions(Struct, frozen=True):
    """What is known of the connections to `label`.

    Without `verify` certificates are not looked at; `chain` is trusted beside the usual ones (PEM); `proxies` are urls
    by the scheme, or the scheme and host, of what is asked, `environment` those of the machine by scheme. `connections`
    is how many are had at once.
    """

    label: str
    verify: bool = True
    chain: str = ""
    proxies: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=environment_proxies)
    connections: int = 100


def transport_options(service: Service, references: ReferenceResolver) -> TransportOptions:
    """Return what a service says of its connections, filled in."""
    told = service.settings
    verify = str(references.tree(told.get(VERIFY, True))).lower() != "false"
    proxies = {prefix: _proxy_url(str(url), references) for prefix, url in (told.get(PROXIES) or {}).items() if url}
    options = TransportOptions(references.system, verify, references.text(told.get(CHAIN) or ""), proxies)
    return replace(options, connections=1) if service.authentication == NTLM else options


def _proxy_url(url: str, references: ReferenceResolver) -> str:
    """Fill the url of a proxy in; what is filled in before its `@` is a value, whatever it holds, no piece of url."""
    credentials, at, place = url.rpartition("@")
    before = REFERENCE.sub(lambda reference: quote(references.text(reference[0]), safe=""), credentials)
    return before + at + references.text(place)


def live_transport(options: TransportOptions, redact: Redactor) -> httpx.BaseTransport:
    """Return a transport over the network; raises UsageError when a chain or a proxy is none.

    All of them share what is slow to make, their trust; `redact` learns the passwords of proxies.
    """
    for url in (*options.proxies.values(), *options.environment.values()):
        redact.add_secrets(*url_secrets(url))
    try:
        tls = _trust(options.verify, options.chain)
    except (ssl.SSLError, ValueError) as error:
        text = f"{options.label}: {CHAIN} cannot be read: {error}"
        raise UsageError(text, hint="give certificates as PEM text") from None
    limits = httpx.Limits(
        max_connections=options.connections, max_keepalive_connections=min(options.connections, KEEPALIVE_CONNECTIONS)
    )

    def make_transport(proxy: httpx.Proxy | None) -> httpx.BaseTransport:
        if proxy and proxy.url.scheme.startswith("socks"):
            from qa_sync.systems.http.socks import SocksTransport  # noqa: PLC0415 - few ways are like that; a replay has none

            return SocksTransport(proxy, tls, limits)
        return httpx.HTTPTransport(verify=tls, proxy=proxy, limits=limits)

    return ProxyTransport(options.label, make_transport, options.proxies, options.environment)


@cache
def _trust(verify: bool, chain: str) -> ssl.SSLContext:
    context = httpx.create_ssl_context(verify=verify)  # SSL_CERT_FILE is respected
    if chain:
        context.load_verify_locations(cadata=chain)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it may end before a certificate that signs itself
    return context
