"""Bounds what the HTTP library waits for without a limit: the lookup of a name, and a response as a whole.

The lookup of the C library has no timeout and cannot be interrupted by a signal. Here a thread waits for it that ends
with the process at the latest. The timeout for reading holds for each piece of a response: one byte a minute would be a
response without end, in its headers too.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextvars import ContextVar
from math import inf
from typing import Any, Final

import httpcore
import httpx

DEADLINE: Final = ContextVar("deadline", default=inf)
"""The monotonic time at which the response that this thread reads must be complete."""

DEFAULT_S: Final = 60.0
"""The seconds to wait for a lookup when the request has no timeout."""


IPV6_PARTS: Final = 4


class LookupBackend(httpcore.SyncBackend):
    """Connects to the addresses of a host one after the other."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return the connection; raises ConnectTimeout and ConnectError."""
        options = list(socket_options or ())
        last: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in look_up(host, port, DEFAULT_S if timeout is None else timeout):
            try:
                return _Stream(super().connect_tcp(address, port, timeout, local_address, options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class _Stream(httpcore.NetworkStream):
    """A connection whose reads end at the deadline; raises httpcore's ReadTimeout then."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self.write = inner.write  # type: ignore[method-assign]
        self.close = inner.close  # type: ignore[method-assign]
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left_s = DEADLINE.get() - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout("the response is not complete")
        least_s = min(left_s, inf if timeout is None else timeout)
        return self._inner.read(max_bytes, None if least_s == inf else least_s)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))


class NetworkTransport(httpx.HTTPTransport):
    """The transport of httpx, with such lookups."""

    def __init__(self, tls: ssl.SSLContext, proxy: httpx.Proxy | None, limits: httpx.Limits) -> None:
        super().__init__(verify=tls, proxy=proxy, limits=limits)
        self._pool._network_backend = LookupBackend()  # noqa: SLF001 - httpx has no argument for it


def look_up(host: str, port: int, timeout_s: float) -> list[str]:
    """Return the addresses of a host.

    Raises httpcore's ConnectTimeout and ConnectError, and UnicodeError for what cannot be a name.
    """
    if _is_address(host):
        return [host]
    lookup = _Lookup(host, port)
    lookup.start()
    if not lookup.ended.wait(timeout_s):
        raise httpcore.ConnectTimeout(f"the address of {host} was not found within {timeout_s:g} s")
    if isinstance(lookup.error, OSError):
        raise httpcore.ConnectError(str(lookup.error))
    if lookup.error is not None:
        raise lookup.error
    return lookup.addresses


class _Lookup(threading.Thread):
    """One lookup; `ended` is set with its addresses or its error."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name=f"lookup of {host}", daemon=True)
        self._host, self._port = host, port
        self.ended = threading.Event()
        self.addresses: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Look the name up."""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            self.addresses = list(dict.fromkeys(_address(place) for *_, place in found))
        except (OSError, UnicodeError) as error:
            self.error = error
        finally:
            self.ended.set()


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _address(place: tuple[Any, ...]) -> str:
    """Return the text of an address; one of IPv6 may be valid in one zone only."""
    zone = place[3] if len(place) == IPV6_PARTS else 0
    return f"{place[0]}%{zone}" if zone else str(place[0])
