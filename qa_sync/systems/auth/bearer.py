"""A token that somebody gave us, with every request."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from qa_sync.systems.auth.credentials import AuthContext


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return the bearer token of `jwt_token`; it wins over an `Authorization` of the connector's own."""
    token = auth_context.references.text(str(auth_context.service.settings["jwt_token"]))
    auth_context.redact.add_secrets(token)
    return BearerAuth(token)


class BearerAuth(httpx.Auth):
    """One token for all requests."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
