"""Which errors and statuses say that a request was not sent, or leave it uncertain."""

from __future__ import annotations

from typing import Final

import httpx

NOT_SENT_ERRORS: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,  # a tunnel that was not dug
    httpx.UnsupportedProtocol,
)
"""Errors after which it is certain that the system has seen nothing of the request."""

INVALID_REQUEST: Final = "Illegal header"
"""What the library tells of a header that cannot be sent, before anything is."""

GATEWAY_STATUSES: Final = frozenset({408, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses of something that stands before the system, which tell nothing of what the system did."""


class TokenUnavailable(httpx.ConnectError):
    """A token is to be asked for later, as `response` says; the request that needs it was never sent."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"no token yet: {response.request.url.host} answered {response.status_code}")
        self.response = response


def was_not_sent(error: Exception) -> bool:
    """Tell whether it is certain that the system has seen nothing of a request."""
    return isinstance(error, NOT_SENT_ERRORS) or is_invalid_request(error)


def is_invalid_request(error: object) -> bool:
    """Tell whether a request has a header that none can be, which no repetition changes."""
    return isinstance(error, httpx.LocalProtocolError) and str(error).startswith(INVALID_REQUEST)
