"""The transport through a SOCKS5 proxy.

That of httpx waits for the proxy's answers without a time-out, and takes one that comes in pieces for none. This one
is what httpx does with httpcore, over tunnels that are either there within the connect time-out or never were.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from qa_sync.systems.tunnels import Tunnels


class SocksTransport(httpx.BaseTransport):
    """Sends requests through a SOCKS5 proxy, which also looks up the names of hosts; raises as HTTPTransport does."""

    def __init__(self, proxy: httpx.Proxy, tls: ssl.SSLContext, limits: httpx.Limits) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=Tunnels(proxy.url.raw_host.decode(), proxy.url.port, proxy.raw_auth),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body unread."""
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx_tells():
            told = self._pool.handle_request(asked)
        return httpx.Response(told.status, headers=told.headers, stream=_Body(told), extensions=told.extensions)

    def close(self) -> None:
        """Let the connections go."""
        self._pool.close()


@dataclass(frozen=True, slots=True)
class _Body(httpx.SyncByteStream):
    told: httpcore.Response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx_tells():
            yield from self.told.iter_stream()

    def close(self) -> None:
        self.told.close()


@contextmanager
def _as_httpx_tells() -> Iterator[None]:
    """Raise the errors of httpcore as those of httpx, which have the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
