"""Tripletex session tokens, requested with a consumer token and an employee token.

Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.auth.tokens import Token, TokenAuth
from qa_sync.systems.redaction import Redactor
from qa_sync.values import paths
from qa_sync.values.form import Json

TTL_HOURS: Final = 48.0
RENEWAL_LEAD: Final = timedelta(hours=3)
"""A session expires at midnight in Oslo, which is before midnight in UTC."""


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return the authentication that `tripletex` describes."""
    config = {
        **auth_context.setting("tripletex"),
        "token_url": auth_context.url("tripletex.token_url"),
        "ttl": auth_context.number("tripletex.ttl", TTL_HOURS),
    }
    auth_context.redact.add_secrets(str(config["consumer_token"]), str(config["employee_token"]))
    tokens = TripletexTokens(config, auth_context.clock, auth_context.redact)
    return TokenAuth(tokens, auth_context.clock, auth_context.response_checker, auth_context.redact)


class TripletexTokens:
    """Requests sessions that last `ttl` hours, rounded to whole days."""

    def __init__(self, config: Mapping[str, Json], clock: Clock, redact: Redactor) -> None:
        self._config = config
        self._clock = clock
        self._redact = redact
        self.initial_token: Token | None = None

    def token_request(self) -> httpx.Request:
        """Return the request for a session token."""
        query = {
            "consumerToken": str(self._config["consumer_token"]),
            "employeeToken": str(self._config["employee_token"]),
            "expirationDate": self._expiry_date().date().isoformat(),
        }
        return httpx.Request("PUT", self._config["token_url"].copy_merge_params(query))

    def other_request(self, response: httpx.Response) -> httpx.Request | None:  # noqa: ARG002 - as of Tokens
        """Return None: the credentials have one form."""
        return None

    def read(self, body: Json) -> Token | None:
        """Return the session token, which is renewed before its last day begins."""
        value = paths.read(body, "value.token")
        if not isinstance(value, str) or not value:
            return None
        self._redact.add_secrets(f"0:{value}")
        return Token(value, self._expiry_date() - RENEWAL_LEAD)

    def apply_token(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Add the token to a request, as the password of user 0 (the token's own company)."""
        request.headers["Authorization"] = "Basic " + base64.b64encode(f"0:{token.value}".encode()).decode()
        return request

    def _expiry_date(self) -> datetime:
        """Return the midnight (UTC) at the start of the session's last day, at least a day ahead."""
        now = self._clock.now()
        lifetime = timedelta(hours=self._config["ttl"] or TTL_HOURS)
        day = max(now + lifetime, now + RENEWAL_LEAD + timedelta(days=1)).date()
        return datetime.combine(day, time(), UTC)
