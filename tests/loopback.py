"""A server on this machine that answers as it is reported and counts what it is asked; real sockets, a free port."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Loopback:
    """Where it is, and every request that reached it, in their order; one is answered at a time.

    A request's extension `client` tells the connections apart.
    """

    url: str
    port: int
    handler: Handler
    asked: list[httpx.Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def lines(self) -> list[str]:
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.asked]

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.asked.append(request)
            return self.handler(request)


@contextmanager
def loopback(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = f"{served.url}{re.sub('^http://[^/]+', '', self.path)}"  # a proxy names the whole url
            request = httpx.Request(self.command, url, headers=self.headers.items(), content=content)
            request.extensions["client"] = self.client_address
            response = served.answer(request)
            self.send_response(response.status_code)
            for name, value in response.headers.multi_items():
                if name.lower() not in {"content-length", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - the library's names

    with serving(Door, tls) as port:
        served = Loopback(f"http{'s' * bool(tls)}://127.0.0.1:{port}", port, handler)
        yield served


class _Server(ThreadingHTTPServer):
    """Knows its connections: none of them, and no thread of theirs, outlives it, whoever forgot to hang up."""

    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64

    def __init__(self, door: type[BaseHTTPRequestHandler]) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), door)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: Any) -> None:
        """Say nothing of one who hung up, as we do below."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()

    def hang_up(self) -> None:
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(door: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Yield the port on which a handler answers as long as the block lasts."""
    server = _Server(door)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()
