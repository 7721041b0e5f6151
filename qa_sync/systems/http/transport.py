"""The way out to systems that really are somewhere else: whose certificates are trusted, and which proxy is on it.

Source: facts/SESAM.md 1.1 (`verify_ssl`, `custom_ca_pem_chain`, `proxies`). Stricter than the format, certificates are
verified where a connector says nothing of it, and its own chain is trusted beside the usual authorities: the same way
leads to the place where tokens are fetched.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final
from urllib.parse import quote

import httpx

from qa_sync.errors import UsageError
from qa_sync.systems.connectors.auth_options import NTLM
from qa_sync.systems.connectors.connection_options import CHAIN, PROXIES, VERIFY
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.proxies import Proxied, environment_proxies
from qa_sync.systems.redaction import Hider, userinfo
from qa_sync.systems.templates.references import REFERENCE, Filler

KEPT: Final = 20
"""How many connections are kept for later."""


@dataclass(frozen=True, slots=True)
class Outlet:
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


def outlet_of(service: Service, filler: Filler) -> Outlet:
    """Return what a service says of its connections, filled in."""
    told = service.settings
    verify = str(filler.tree(told.get(VERIFY, True))).lower() != "false"
    proxies = {prefix: _proxy_url(str(url), filler) for prefix, url in (told.get(PROXIES) or {}).items() if url}
    outlet = Outlet(filler.system, verify, filler.text(told.get(CHAIN) or ""), proxies)
    return replace(outlet, connections=1) if service.authentication == NTLM else outlet


def _proxy_url(url: str, filler: Filler) -> str:
    """Fill the url of a proxy in; what is filled in before its `@` is a value, whatever it holds, no piece of url."""
    credentials, at, place = url.rpartition("@")
    before = REFERENCE.sub(lambda reference: quote(filler.text(reference[0]), safe=""), credentials)
    return before + at + filler.text(place)


def live_transport(outlet: Outlet, hide: Hider) -> httpx.BaseTransport:
    """Return a transport over the network; raises UsageError when a chain or a proxy is none.

    All of them share what is slow to make, their trust; `hide` learns the passwords of proxies.
    """
    for url in (*outlet.proxies.values(), *outlet.environment.values()):
        hide.learn(*userinfo(url))
    try:
        tls = _trust(outlet.verify, outlet.chain)
    except (ssl.SSLError, ValueError) as error:
        text = f"{outlet.label}: {CHAIN} cannot be read: {error}"
        raise UsageError(text, hint="give certificates as PEM text") from None
    limits = httpx.Limits(max_connections=outlet.connections, max_keepalive_connections=min(outlet.connections, KEPT))

    def way(proxy: httpx.Proxy | None) -> httpx.BaseTransport:
        if proxy and proxy.url.scheme.startswith("socks"):
            from qa_sync.systems.http.socks import SocksTransport  # noqa: PLC0415 - few ways are like that; a replay has none

            return SocksTransport(proxy, tls, limits)
        return httpx.HTTPTransport(verify=tls, proxy=proxy, limits=limits)

    return Proxied(outlet.label, way, outlet.proxies, outlet.environment)


@cache
def _trust(verify: bool, chain: str) -> ssl.SSLContext:
    context = httpx.create_ssl_context(verify=verify)  # SSL_CERT_FILE is respected
    if chain:
        context.load_verify_locations(cadata=chain)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it may end before a certificate that signs itself
    return context
