"""Bearer authentication with a fixed token."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from qa_sync.systems.auth.credentials import AuthContext


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return authentication with the connector's `jwt_token`; overrides an `Authorization` header of the connector."""
    token = auth_context.references.text(str(auth_context.service.settings["jwt_token"]))
    auth_context.redact.add_secrets(token)
    return BearerAuth(token)


class BearerAuth(httpx.Auth):
    """Sends one token with all requests."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
