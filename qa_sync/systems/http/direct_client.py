"""A minimal client for a transport that uses only method, URL and body: a replayed recording."""

from __future__ import annotations

from typing import Any

import httpx


class DirectTransport(httpx.BaseTransport):
    """A transport that needs no cookies, timeouts or default headers."""


class DirectRequest(httpx.Request):
    """A request whose body is complete; httpx would copy it through a stream, which takes longer."""

    def __init__(self, method: str, url: httpx.URL | str, content: bytes, **options: Any) -> None:
        super().__init__(method, url, stream=httpx.ByteStream(content), **options)
        self._body = content

    @property
    def content(self) -> bytes:
        """The body."""
        return self._body

    def read(self) -> bytes:
        """Return the body."""
        return self._body


class DirectClient(httpx.Client):
    """Sends requests without what httpx does for a network, which takes longer than replaying a response."""

    def __init__(self, transport: DirectTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._handle_request = transport.handle_request

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Return the request with nothing added: with a stream, httpx adds neither the host nor the length."""
        return DirectRequest(method, url, options.pop("content", None) or b"", **options)

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """Return the transport's response, whose body is already read."""
        response = self._handle_request(request)
        response.request = request
        return response
