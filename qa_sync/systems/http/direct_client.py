"""A minimal client for a transport without a network: a replayed recording, or a system in this process."""

from __future__ import annotations

from contextlib import closing, suppress
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


class DirectResponse(httpx.Response):
    """A response whose body is complete; httpx would copy it through a stream and decoders, which takes longer."""

    def __init__(self, status: int, headers: httpx.Headers, content: bytes) -> None:
        super().__init__(status, headers=headers, stream=httpx.ByteStream(content))
        self._body = content

    @property
    def content(self) -> bytes:
        """The body."""
        return self._body

    def read(self) -> bytes:
        """Return the body."""
        return self._body


def make_response(status: int, headers: httpx.Headers, content: bytes) -> httpx.Response:
    """Return a response with its body read; a compressed one is decompressed by httpx."""
    if "content-encoding" in headers:
        return httpx.Response(status, headers=headers, content=content)
    return DirectResponse(status, headers, content)


class DirectClient(httpx.Client):
    """Sends requests without what httpx does for a network, which takes longer than the response itself."""

    def __init__(self, transport: DirectTransport, auth: httpx.Auth | None = None) -> None:
        super().__init__(transport=transport, auth=auth, trust_env=False)
        self._handle_request = transport.handle_request

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Return the request with nothing added: with a stream, httpx adds neither the host nor the length."""
        return DirectRequest(method, url, options.pop("content", None) or b"", **options)

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """Return the transport's response, whose body is already read; the authentication may send several requests."""
        if self.auth is None:
            return self._respond(request)
        with closing(self.auth.sync_auth_flow(request)) as flow:
            response = self._respond(next(flow))
            with suppress(StopIteration):
                while True:
                    response = self._respond(flow.send(response))
        return response

    def _respond(self, request: httpx.Request) -> httpx.Response:
        response = self._handle_request(request)
        response.request = request
        return response
