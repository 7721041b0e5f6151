"""OAuth 2.0 with client credentials or a refresh token.

Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote_plus

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.auth.tokens import Token, TokenAuth
from qa_sync.systems.redaction import Redactor
from qa_sync.values.form import Json

REFRESH_WINDOW_S: Final = 30.0
MAX_LIFETIME_S: Final = 10**10
"""A longer lifetime (over 300 years) counts as unlimited, because datetime cannot represent its end."""
INVALID_CLIENT: Final = "invalid_client"
"""The error code of RFC 6749 5.2."""
CONFIDENTIAL: Final = ("client_secret", "access_token", "refresh_token")


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return the authentication that `oauth2` describes: with a refresh token if there is one, else as a client."""
    config = {
        **auth_context.setting("oauth2"),
        "token_url": auth_context.url("oauth2.token_url"),
        "refresh_window": auth_context.number("oauth2.refresh_window", REFRESH_WINDOW_S),
    }
    auth_context.redact.add_secrets(
        *(str(config[name]) for name in CONFIDENTIAL if config.get(name)), *_header_tokens(config)
    )
    return TokenAuth(
        OAuth2Tokens(config, auth_context.clock, auth_context.redact),
        auth_context.clock,
        auth_context.response_checker,
        auth_context.redact,
    )


class OAuth2Tokens:
    """Requests tokens from the token endpoint; keeps a new refresh token for the rest of the run."""

    def __init__(self, config: Mapping[str, Json], clock: Clock, redact: Redactor) -> None:
        self._config = config
        self._clock = clock
        self._redact = redact
        self._refresh = str(config.get("refresh_token") or "")
        self._window = float(config["refresh_window"])
        self._basic = self._sent_basic = False
        configured = str(config.get("access_token") or "")
        self.initial_token = Token(configured) if configured else None

    def token_request(self) -> httpx.Request:
        """Return the token request, with its parameters as a form (RFC 6749 4.4.2 and 6).

        The client's id and secret are in the form, or in the header `Authorization` where the server rejected them in
        the form (RFC 6749 2.3.1: servers must support the header, the form is optional).
        """
        return self._request(basic=self._basic)

    def _request(self, *, basic: bool) -> httpx.Request:
        self._sent_basic = basic
        extra = dict(self._config.get("extra") or {})
        own = {name: str(value) for name, value in (extra.pop("headers", None) or {}).items()}
        headers = {"Accept": "application/json", **own}
        form = {
            "grant_type": "refresh_token" if self._refresh else "client_credentials",
            "refresh_token": self._refresh,
            "client_id": self._config["client_id"],
            "client_secret": self._config.get("client_secret"),
            "scope": _scope(self._config.get("scope")),
            **extra,
        }
        if basic:
            headers["Authorization"] = self._basic_header()
            form |= {"client_id": None, "client_secret": None}
        data = {name: value for name, value in form.items() if value not in (None, "")}
        return httpx.Request("POST", self._config["token_url"], data=data, headers=headers)

    def other_request(self, response: httpx.Response) -> httpx.Request | None:
        """Return the request with HTTP Basic after a rejection of the client in the form (RFC 6749 5.2)."""
        if self._sent_basic or not self._config.get("client_secret") or not _rejects_client(response):
            return None
        return self._request(basic=True)

    def _basic_header(self) -> str:
        pair = ":".join(quote_plus(str(self._config[name])) for name in ("client_id", "client_secret"))
        encoded = base64.b64encode(pair.encode()).decode()
        self._redact.add_secrets(encoded)
        return f"Basic {encoded}"

    def read(self, body: Json) -> Token | None:
        """Return the access token with its renewal time; also keep the refresh token."""
        value = body.get("access_token") if isinstance(body, Mapping) else None
        if not isinstance(value, str) or not value:
            return None
        self._basic = self._sent_basic
        if isinstance(refresh := body.get("refresh_token"), str) and refresh:
            self._redact.add_secrets(refresh)
            self._refresh = refresh if self._refresh else ""
        lifetime_s = _seconds(body.get("expires_in"))
        if lifetime_s is None:
            return Token(value)
        # A window as long as the token's life would fetch one for every request.
        due = lifetime_s - min(self._window, lifetime_s / 2)
        return Token(value, self._clock.now() + timedelta(seconds=due))

    def apply_token(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Add the token to a request as a bearer token."""
        request.headers["Authorization"] = f"Bearer {token.value}"
        return request


def _rejects_client(response: httpx.Response) -> bool:
    """Return whether a token server did not accept how the client authenticates."""
    if response.status_code not in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}:
        return False
    try:
        body = response.json()
    except ValueError:
        return response.status_code == httpx.codes.UNAUTHORIZED
    return isinstance(body, Mapping) and body.get("error") == INVALID_CLIENT


def _scope(value: Json) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _seconds(value: Json) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < MAX_LIFETIME_S else None


def _header_tokens(config: Mapping[str, Any]) -> list[str]:
    headers = (config.get("extra") or {}).get("headers") or {}
    return [word for value in headers.values() for word in str(value).split()[1:]]
