"""HTTP Digest authentication."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import httpx

from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.responses.response_checker import ResponseChecker

FAULTS: Final = (LookupError, NotImplementedError, ValueError)
"""What the library raises for an invalid or unsupported challenge."""


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return HTTP Digest authentication."""
    auth_context.redact.add_secrets(auth_context.password)
    return Digest(auth_context.username, auth_context.password, auth_context.response_checker)


class Digest(httpx.Auth):
    """Responds to the challenges of a server; raises InvalidResponse for an invalid challenge."""

    def __init__(self, username: str, password: str, response_checker: ResponseChecker) -> None:
        self._pair = username, password
        self._response_checker = response_checker
        self._digest = httpx.DigestAuth(*self._pair)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request, and again in response to a challenge."""
        flow = self._digest.auth_flow(request)
        current = next(flow)
        while True:
            response = yield current
            try:
                current = flow.send(response)
            except StopIteration:
                return
            except FAULTS:
                self._digest = httpx.DigestAuth(*self._pair)  # the old one would reuse the invalid challenge
                self._response_checker.raise_invalid(request, response, "invalid Digest challenge")
