"""API key authentication, in a header or in the query."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from qa_sync.systems.auth.credentials import AuthContext, with_url


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return the authentication that the connector's `api_key` describes."""
    config = auth_context.setting("api_key")
    name, value = str(config["name"]), str(config["value"])
    auth_context.redact.add_secrets(value)
    return KeyInQuery(name, value) if config["in"] == "query" else KeyInHeader(name, value)


class KeyInHeader(httpx.Auth):
    """Sends the key as a header."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the key."""
        request.headers[self._name] = self._value
        yield request


class KeyInQuery(httpx.Auth):
    """Sends the key as a query parameter, which recordings and messages do not contain."""

    def __init__(self, name: str, value: str) -> None:
        self._key = {name: value}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the key."""
        yield with_url(request, request.url.copy_merge_params(self._key))
