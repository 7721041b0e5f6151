"""A synchronous transport for an ASGI app in this process, without sockets. Source: the ASGI HTTP specification, 2.3.

httpx has such a transport for its asynchronous client only, and with that one a sandbox check takes a third longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import httpx

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""


class AsgiTransport(httpx.BaseTransport):
    """Sends requests to an ASGI app on its own event loop; serves one thread at a time."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the app's response with its body read; raises what the app raises."""
        exchange = _Exchange(request)
        call = self._app(_scope(request), exchange.receive, exchange.send)
        # The runner's own `run` would also install and remove a Ctrl-C handler each time.
        self._runner.get_loop().run_until_complete(call)
        return exchange.response()

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()


class _Exchange:
    """One request and its response, as the messages that an app receives and sends."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._is_received = False
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._finished = asyncio.Event()

    async def receive(self) -> Message:
        if self._is_received:
            await self._finished.wait()
            return {"type": "http.disconnect"}
        self._is_received = True
        return {"type": "http.request", "body": self._request.read(), "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._finished.set()

    def response(self) -> httpx.Response:
        content = b"" if self._request.method == "HEAD" else b"".join(self._parts)
        return httpx.Response(self._start["status"], headers=self._start.get("headers"), content=content)


def _scope(request: httpx.Request) -> Message:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
