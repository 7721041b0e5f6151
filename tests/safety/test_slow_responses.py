"""A response that comes byte by byte ends at its deadline, whether its headers or its body are slow."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from qa_sync.systems.http.failures import ResponseLimitExceeded
from qa_sync.systems.http.name_lookup import NetworkTransport
from qa_sync.systems.http.response_limits import LimitedTransport, ResponseLimits

BEGIN = {
    "status line": b"HTTP/1.1 2",
    "headers": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n ",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
}


@contextmanager
def dripping(begin: bytes, pause_s: float | None) -> Iterator[str]:
    """Serve one response that never ends: a byte after each pause, or none at all; yield its url."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(begin)
                    while not over.wait(pause_s):
                        connection.sendall(b"0")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.mark.parametrize("pause_s", [0.02, None])
@pytest.mark.parametrize("part", BEGIN)
def test_a_slow_response_ends_at_its_deadline(part: str, pause_s: float | None) -> None:
    network = NetworkTransport(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), None, httpx.Limits())
    transport = LimitedTransport(network, ResponseLimits(max_seconds=0.3))
    with (
        dripping(BEGIN[part], pause_s) as url,
        httpx.Client(transport=transport, timeout=None) as client,  # noqa: S113 - the deadline is enough
        pytest.raises(ResponseLimitExceeded, match=r"not complete after 0\.3 s") as caught,
    ):
        client.get(url)
    assert caught.value.setting == "max_response_time"
