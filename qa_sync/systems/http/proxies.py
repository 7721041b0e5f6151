"""Selects the proxy of a request: one of the connector, else one of the environment, else none.

The environment variables are those of curl and pip: `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for the hosts
in `NO_PROXY`. Loopback addresses never use them.

Source: docs/explanation/connector-format-facts.rst, "The system".
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
"""Returns a transport through a proxy, or a direct one for None."""


class ProxyTransport(httpx.BaseTransport):
    """Sends each request through its proxy, or directly.

    `own` are the connector's proxy URLs by prefix; they take precedence over those of the `environment`, by scheme.
    Raises UsageError, with the system's `label`, for an invalid URL.
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
        """Return the response."""
        try:
            return self._transport_for(request.url).handle_request(request)
        except UnicodeError:  # a part of the host's name is empty or too long
            raise httpx.ConnectError("invalid host name") from None

    def close(self) -> None:
        """Close all connections."""
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
    """Return the proxy URLs of the environment by scheme."""
    return {scheme: url for scheme, url in getproxies().items() if scheme in {"http", "https", ALL_SCHEMES}}


def _proxy_keys(url: httpx.URL) -> Iterator[str]:
    """Yield the keys under which a proxy for a URL can be configured, the most specific first."""
    for scheme in (url.scheme, ALL_SCHEMES):
        yield from (f"{scheme}://{place}" for place in _host_names(url))
        yield scheme


def _host_names(url: httpx.URL) -> list[str]:
    """Return a URL's host with its port (httpx drops a default port) and without it, encoded and decoded."""
    hosts = url.copy_with(port=None).netloc.decode(), url.host  # encoded and decoded
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    return [*(f"{host}:{port}" for host in hosts), *hosts]


def _proxy_key(prefix: str) -> str:
    return prefix.lower().rstrip("/:")


class FailingTransport(httpx.BaseTransport):
    """A transport that cannot be used; every request raises the error that says why."""

    def __init__(self, error: UsageError) -> None:
        self._error = error

    def handle_request(self, request: httpx.Request) -> NoReturn:  # noqa: ARG002 - never sent
        """Raise the error."""
        raise self._error


def _transport_through(
    make_transport: MakeTransport, url: str, whose: str, *, needed: bool = True
) -> httpx.BaseTransport:
    """Return a transport through a proxy; messages do not contain an invalid URL, because it may hold a password.

    Unless it is `needed`, a missing package is an error only for the requests that use the proxy.
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
    raise UsageError(f"{whose}: invalid proxy URL", hint=hint)
