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

ANY: Final = "all"
PORTS: Final = {"http": 80, "https": 443}
HERE: Final = re.compile(r"localhost|.*\.localhost|127(?:\.\d+){3}|::1", re.IGNORECASE)

Way = Callable[[httpx.Proxy | None], httpx.BaseTransport]
"""Makes the transport through a proxy, or through none."""


class Proxied(httpx.BaseTransport):
    """Sends each request through the proxy that is meant for it.

    `own` are the urls of the connector's proxies by prefix, and win over the `environment`'s, by scheme. Raises
    UsageError, about the system `label`, when one of them is none.
    """

    def __init__(self, label: str, way: Way, own: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._direct = way(None)
        self._own = {_key(prefix): _through(way, url, f"{label}: {PROXIES}") for prefix, url in own.items()}
        self._environment = {
            scheme: _through(way, url if "://" in url else f"http://{url}", f"{scheme.upper()}_PROXY", needed=False)
            for scheme, url in environment.items()
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, from wherever."""
        try:
            return self._way_to(request.url).handle_request(request)
        except UnicodeError:  # a part of the host's name is empty or too long
            raise httpx.ConnectError("its host is no name that can be looked up") from None

    def close(self) -> None:
        """Let the connections go."""
        for transport in (self._direct, *self._own.values(), *self._environment.values()):
            transport.close()

    def _way_to(self, url: httpx.URL) -> httpx.BaseTransport:
        for name in _names(url):
            if name in self._own:
                return self._own[name]
        if not self._environment or HERE.fullmatch(url.host) or any(map(proxy_bypass, _places(url))):
            return self._direct
        return self._environment.get(url.scheme) or self._environment.get(ANY) or self._direct


def environment_proxies() -> dict[str, str]:
    """Return the urls of the environment's proxies by scheme."""
    return {scheme: url for scheme, url in getproxies().items() if scheme in {"http", "https", ANY}}


def _names(url: httpx.URL) -> Iterator[str]:
    """Yield what a proxy for a url can be given for, the narrowest first."""
    for scheme in (url.scheme, ANY):
        yield from (f"{scheme}://{place}" for place in _places(url))
        yield scheme


def _places(url: httpx.URL) -> list[str]:
    """Return the names of the place of a url: with its port, though httpx drops a usual one, then without it."""
    hosts = url.copy_with(port=None).netloc.decode(), url.host  # as it is sent, and as one reads it
    port = url.port or PORTS.get(url.scheme)
    return [*(f"{host}:{port}" for host in hosts), *hosts]


def _key(prefix: str) -> str:
    return prefix.lower().rstrip("/:")


class Missing(httpx.BaseTransport):
    """A way that is not there; whoever goes it gets the error that tells why."""

    def __init__(self, error: UsageError) -> None:
        self._error = error

    def handle_request(self, request: httpx.Request) -> NoReturn:  # noqa: ARG002 - none gets anywhere
        """Raise the error."""
        raise self._error


def _through(way: Way, url: str, whose: str, *, needed: bool = True) -> httpx.BaseTransport:
    """Return the way through a proxy; its url is not told when it is none: a password may stand in it.

    One that is not `needed` by every request is missed only by those that need it.
    """
    try:
        return way(httpx.Proxy(url))
    except ModuleNotFoundError as error:
        text, hint = f"a SOCKS proxy needs {error.name}, which is not installed", "pip install 'qa-sync[socks]'"
        missing = UsageError(f"{whose}: {text}", hint=hint)
        if needed:
            raise missing from None
        return Missing(missing)
    except (ValueError, httpx.InvalidURL):
        hint = f"expected SCHEME://HOST:PORT with one of: {', '.join(SCHEMES)}"
    raise UsageError(f"{whose}: that is no url of a proxy", hint=hint)
