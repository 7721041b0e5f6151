"""A fault proxy on a port of its own: the failures of `fault_proxy` on a wire, for whoever is given only a url."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from fault_proxy import FaultProxy

OWN = ("connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding")
"""Headers of one connection or encoding, which go no further; the host does, for a signature may be about it."""
AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time: what is closed so is reset."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart; together with late acknowledgements, 40 ms each
    server: _Server

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in OWN]
        url = self.server.base + self.path
        try:
            response = self.server.proxy.handle_request(httpx.Request(self.command, url, headers=headers, content=body))
        except httpx.RequestError:
            self.reset()
            return
        self.reply(response)

    def reply(self, response: httpx.Response) -> None:
        content = response.read()
        try:
            self.send_response_only(response.status_code)
            for name, value in response.headers.items():
                if name.lower() not in OWN:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # whoever asked has not waited
            self.close_connection = True

    def reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815 - the names that the base class calls

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # they hung up

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return  # we hung up

    def log_message(self, *_: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, proxy: FaultProxy, base: str) -> None:
        self.proxy = proxy
        self.base = base
        super().__init__(("127.0.0.1", 0), _Handler)


@contextmanager
def fault_server(proxy: FaultProxy, base: str) -> Iterator[str]:
    """Serve the proxy of what is at `base` (`http://127.0.0.1:8900`), and yield where."""
    server = _Server(proxy, base)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
