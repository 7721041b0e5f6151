"""An ASGI app in this process as an ordinary transport: no sockets, no waiting."""

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
    """Hands requests to an ASGI app on an event loop of its own; serves one thread at a time."""

    def __init__(self, app: App) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the app's answer, read whole."""
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)
