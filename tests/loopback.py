"""A server on this machine that answers as it is told and counts what it is asked; real sockets, a free port."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    served = Loopback(f"http{'s' * bool(tls)}://127.0.0.1:{server.server_port}", server.server_port, handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
