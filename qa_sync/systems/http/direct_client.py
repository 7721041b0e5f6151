"""A client for what answers at once and looks at nothing but method, url and body: a recording."""

from __future__ import annotations

from typing import Any

import httpx


class DirectTransport(httpx.BaseTransport):
    """A transport that needs no more of a client than to be asked: no cookies, no time limits, no default headers."""


class DirectClient(httpx.Client):
    """Asks such a transport, without what httpx does for a network, which takes longer than the answer."""

    def __init__(self, transport: DirectTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._ask = transport.handle_request

    def build_request(self, method: str, url: httpx.URL | str, **given: Any) -> httpx.Request:
        """Return the request with nothing added to it."""
        return httpx.Request(method, url, **given)

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """Return the transport's answer, which is there whole."""
        response = self._ask(request)
        response.request = request
        return response
