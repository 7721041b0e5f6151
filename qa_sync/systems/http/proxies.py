"""Which proxy a request goes through: one that the connector names, else one of the environment, else none.

Source: facts/SESAM.md 1.1 (`proxies`). The environment's are those of curl and pip: `HTTPS_PROXY`, `HTTP_PROXY`,
`ALL_PROXY`, but for what `NO_PROXY` names. What is on this machine is reached through none of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NoReturn
from urllib.request import getproxies, proxy_bypass

import httpx

from qa_sync.errors import UsageError
from qa_sync.systems.connectors.connection_options import PROXIES, SCHEMES

ALL_SCHEMES: Final = "all"
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
LOOPBACK: Final = re.compile(r"localhost|.*\.localhost|127(?:\.\d+){3}|::1", re.IGNORECASE)

MakeTransport = Callable[[httpx.Proxy | None], httpx.BaseTransport]
"""Makes the transport through a proxy, or through none."""


class ProxyTransport(httpx.BaseTransport):
    """Sends each request through the proxy that is meant for it.

    `own` are the urls of the connector's proxies by prefix, and win over the `environment`'s, by scheme. Raises
    UsageError, about the system `label`, when one of them is none.
    """

    def __init__(
        self, label: str, make_transport: MakeTransport, own: Mapping[str, str], environment: Mapping[str, str]
    ) -> None:
        self._direct = make_transport(None)
        self._own = {
            _proxy_key(prefix): _transport_through(make_transport, url, f"{label}: {PROXIES}")
            for prefix, url in own.items()
        }
        self._environment = {
            scheme: _transport_through(
                make_transport, url if "://" in url else f"http://{url}", f"{scheme.upper()}_PROXY", needed=False
            )
            for scheme, url in environment.items()
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, from wherever."""
        try:
            return self._transport_for(request.url).handle_request(request)
        except UnicodeError:  # a part of the host's name is empty or too long
            raise httpx.ConnectError("its host is no name that can be looked up") from None

    def close(self) -> None:
        """Let the connections go."""
        for transport in (self._direct, *self._own.values(), *self._environment.values()):
            transport.close()

    def _transport_for(self, url: httpx.URL) -> httpx.BaseTransport:
        for name in _proxy_keys(url):
            if name in self._own:
                return self._own[name]
        if not self._environment or LOOPBACK.fullmatch(url.host) or any(map(proxy_bypass, _host_names(url))):
            return self._direct
        return self._environment.get(url.scheme) or self._environment.get(ALL_SCHEMES) or self._direct


def environment_proxies() -> dict[str, str]:
    """Return the urls of the environment's proxies by scheme."""
    return {scheme: url for scheme, url in getproxies().items() if scheme in {"http", "https", ALL_SCHEMES}}


def _proxy_keys(url: httpx.URL) -> Iterator[str]:
    """Yield what a proxy for a url can be given for, the narrowest first."""
    for scheme in (url.scheme, ALL_SCHEMES):
        yield from (f"{scheme}://{place}" for place in _host_names(url))
        yield scheme


def _host_names(url: httpx.URL) -> list[str]:
    """Return the names of the place of a url: with its port, though httpx drops a usual one, then without it."""
    hosts = url.copy_with(port=None).netloc.decode(), url.host  # as it is sent, and as one reads it
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    return [*(f"{host}:{port}" for host in hosts), *hosts]


def _proxy_key(prefix: str) -> str:
    return prefix.lower().rstrip("/:")


class FailingTransport(httpx.BaseTransport):
    """A way that is not there; whoever goes it gets the error that tells why."""

    def __init__(self, error: UsageError) -> None:
        self._error = error

    def handle_request(self, request: httpx.Request) -> NoReturn:  # noqa: ARG002 - none gets anywhere
        """Raise the error."""
        raise self._error


def _transport_through(
    make_transport: MakeTransport, url: str, whose: str, *, needed: bool = True
) -> httpx.BaseTransport:
    """Return the way through a proxy; its url is not told when it is none: a password may stand in it.

    One that is not `needed` by every request is missed only by those that need it.
    """
    try:
        return make_transport(httpx.Proxy(url))
    except ModuleNotFoundError as error:
        text, hint = f"a SOCKS proxy needs {error.name}, which is not installed", "pip install 'qa-sync[socks]'"
        missing = UsageError(f"{whose}: {text}", hint=hint)
        if needed:
            raise missing from None
        return FailingTransport(missing)
    except (ValueError, httpx.InvalidURL):
        hint = f"expected SCHEME://HOST:PORT with one of: {', '.join(SCHEMES)}"
    raise UsageError(f"{whose}: that is no url of a proxy", hint=hint)
