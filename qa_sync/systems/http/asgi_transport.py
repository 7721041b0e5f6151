"""A synchronous transport for an ASGI app in this process, without sockets. Source: the ASGI HTTP specification, 2.3.

httpx has such a transport for its asynchronous client only. An app that responds at once needs no event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any, TypeAlias

import httpx

from qa_sync.systems.http.direct_client import DirectTransport, make_response

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Coroutine[None, None, Message]]
Send: TypeAlias = Callable[[Message], Coroutine[None, None, None]]
App: TypeAlias = Callable[[Message, Receive, Send], Coroutine[None, None, None]]
"""An ASGI application."""


class AsgiTransport(DirectTransport):
    """Sends requests to an ASGI app that responds at once: the app may not wait for time, threads or a network."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the app's response with its body read; raises what the app raises, RuntimeError if it waits."""
        exchange = _Exchange(request)
        call = self._app(_scope(request), exchange.receive, exchange.send)
        try:
            call.send(None)
        except StopIteration:
            return exchange.response()
        call.close()
        raise RuntimeError("the app waits, which needs an event loop")


class _Exchange:
    """One request and its response, as the messages that an app receives and sends."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._is_received = False
        self._start: Message = {}
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        if self._is_received:
            return {"type": "http.disconnect"}
        self._is_received = True
        return {"type": "http.request", "body": self._request.read(), "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))

    def response(self) -> httpx.Response:
        content = b"" if self._request.method == "HEAD" else b"".join(self._parts)
        return make_response(self._start["status"], httpx.Headers(self._start.get("headers")), content)


def _scope(request: httpx.Request) -> Message:
    url = request.url
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    if "host" not in request.headers:  # a network client adds it
        headers.append((b"host", url.netloc))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": headers,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
