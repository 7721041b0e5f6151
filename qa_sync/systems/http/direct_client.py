"""A minimal client for a transport that uses only method, URL and body: a replayed recording."""

from __future__ import annotations

from typing import Any

import httpx


class DirectTransport(httpx.BaseTransport):
    """A transport that needs no cookies, timeouts or default headers."""


class DirectClient(httpx.Client):
    """Sends requests without what httpx does for a network, which takes longer than replaying a response."""

    def __init__(self, transport: DirectTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._handle_request = transport.handle_request

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Return the request with nothing added: with a stream, httpx adds neither the host nor the length."""
        stream = httpx.ByteStream(options.pop("content", None) or b"")
        request = httpx.Request(method, url, stream=stream, **options)
        request.read()
        return request

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """Return the transport's response, whose body is already read."""
        response = self._handle_request(request)
        response.request = request
        return response
