"""Errors and statuses after which a request was not sent, or may not have been applied."""

from __future__ import annotations

from typing import Final

import httpx

NOT_SENT_ERRORS: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,  # the tunnel was not established
    httpx.UnsupportedProtocol,
)
"""Errors after which the system has certainly not received the request."""

INVALID_REQUEST: Final = "Illegal header"
"""How the library's message about an invalid header begins, which it raises before anything is sent."""

GATEWAY_STATUSES: Final = frozenset({408, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses of a gateway, which do not show whether the system has processed the request."""


class TokenUnavailable(httpx.ConnectError):
    """The token server asks to retry later (`response`); the request that needs the token was never sent."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"no token yet: {response.request.url.host} returned {response.status_code}")
        self.response = response


class ResponseLimitExceeded(httpx.RequestError):
    """A response is larger or takes longer than allowed; `setting` is the setting with the limit, if there is one."""

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


def was_not_sent(error: Exception) -> bool:
    """Return whether the system has certainly not received a request."""
    return isinstance(error, NOT_SENT_ERRORS) or is_invalid_request(error)


def is_invalid_request(error: object) -> bool:
    """Return whether a request has an invalid header, which a retry cannot fix."""
    return isinstance(error, httpx.LocalProtocolError) and str(error).startswith(INVALID_REQUEST)
