"""Connections through a SOCKS5 proxy: RFC 1928, and RFC 1929 for its name and password.

Until a tunnel is there nothing of a request was sent, and whatever goes wrong is told so that one can rely on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from time import monotonic
from typing import Final

import httpcore

PORT: Final = 1080
OPEN, PASSWORD = 0, 2
"""The ways of greeting a proxy that are known here."""
IPV4, NAME, IPV6 = 1, 3, 4
SIZES: Final = {IPV4: 4, IPV6: 16}
"""How many bytes an address of each kind has; a name is told with its length."""
LONGEST: Final = 255

REFUSALS: Final = {
    1: "it failed",
    2: "its rules do not allow that",
    3: "the network cannot be reached",
    4: "the host cannot be reached",
    5: "the host refuses",
    6: "the host is too far away",
    7: "it makes no such connections",
    8: "it knows no such addresses",
}


@dataclass(frozen=True, slots=True)
class Tunnels(httpcore.NetworkBackend):
    """Connects to hosts through the proxy at `host` and `port` (None: the usual one); `auth` is a name and a password.

    Raises ConnectError, ConnectTimeout or ProxyError, each of httpcore.
    """

    host: str
    port: int | None
    auth: tuple[bytes, bytes] | None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return the stream to a host, once the proxy has let it through; all of that within `timeout`."""
        end = None if timeout is None else monotonic() + timeout
        network = httpcore.SyncBackend()
        stream = network.connect_tcp(self.host, self.port or PORT, timeout, local_address, socket_options)
        try:
            with _as_never_sent():
                _Talk(stream, end).ask_for(host, port, self.auth)
        except BaseException:
            stream.close()
            raise
        return stream


@contextmanager
def _as_never_sent() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise httpcore.ConnectTimeout("the SOCKS proxy did not answer in time") from None
    except httpcore.NetworkError as error:
        raise httpcore.ProxyError(f"the SOCKS proxy: {error}") from None


@dataclass(frozen=True, slots=True)
class _Talk:
    """What is said to a proxy and what it answers, until `end` by the monotonic clock."""

    stream: httpcore.NetworkStream
    end: float | None

    def ask_for(self, host: str, port: int, auth: tuple[bytes, bytes] | None) -> None:
        """Have a connection made; what follows the proxy's last answer is the host's, and is left unread."""
        method = PASSWORD if auth else OPEN
        if self._ask(bytes((5, 1, method)), 2)[1] != method:
            raise httpcore.ProxyError(f"the SOCKS proxy takes {'no' if auth else 'nobody without a'} password")
        if auth and self._ask(b"\x01" + b"".join(map(_sized, auth)), 2)[1]:
            raise httpcore.ProxyError("the SOCKS proxy refuses the name and the password")
        _, refusal, _, kind = self._ask(b"\x05\x01\x00" + _address(host) + port.to_bytes(2), 4)
        if refusal:
            raise httpcore.ProxyError(f"the SOCKS proxy does not connect: {REFUSALS.get(refusal, refusal)}")
        size = SIZES.get(kind) or self._read(1)[0]
        self._read(size + 2)  # the address and the port that it connects from

    def _ask(self, message: bytes, size: int) -> bytes:
        """Return so many bytes of the answer, which begins with the version as the message does."""
        self.stream.write(message, self._left())
        answer = self._read(size)
        if answer[0] != message[0]:
            raise httpcore.ProxyError(f"that is no SOCKS5 proxy: it answers {answer!r}")
        return answer

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.stream.read(size - len(data), self._left())
            if not part:
                raise httpcore.ProxyError("the SOCKS proxy closed the connection")
            data += part
        return data

    def _left(self) -> float | None:
        left = None if self.end is None else self.end - monotonic()
        if left is not None and left <= 0:
            raise httpcore.ConnectTimeout
        return left


def _address(host: str) -> bytes:
    try:
        address = ip_address(host)
    except ValueError:
        return bytes((NAME,)) + _sized(host.encode())
    return bytes((IPV6 if isinstance(address, IPv6Address) else IPV4,)) + address.packed


def _sized(text: bytes) -> bytes:
    if len(text) > LONGEST:
        raise httpcore.ProxyError(f"a SOCKS proxy takes nothing of more than {LONGEST} bytes")
    return bytes((len(text),)) + text
