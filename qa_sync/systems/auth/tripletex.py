"""Session tokens of Tripletex: two lasting tokens buy one for some days. Source: facts/SESAM.md 1.1 (`tripletex`)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import Identity
from qa_sync.systems.auth.tokens import Token, TokenAuth
from qa_sync.systems.redaction import Hider
from qa_sync.values import paths
from qa_sync.values.form import Json

TTL_HOURS: Final = 48.0
EARLY: Final = timedelta(hours=3)
"""A session ends with its day in Oslo, which begins before the day does in UTC."""


def make(identity: Identity) -> httpx.Auth:
    """Return what `tripletex` describes."""
    told = {
        **identity.setting("tripletex"),
        "token_url": identity.url("tripletex.token_url"),
        "ttl": identity.figure("tripletex.ttl", TTL_HOURS),
    }
    identity.hide.learn(str(told["consumer_token"]), str(told["employee_token"]))
    tokens = TripletexTokens(told, identity.clock, identity.hide)
    return TokenAuth(tokens, identity.clock, identity.answers, identity.hide)


class TripletexTokens:
    """Asks for a session that lasts `ttl` hours, in whole days."""

    def __init__(self, told: Mapping[str, Json], clock: Clock, hide: Hider) -> None:
        self._told = told
        self._clock = clock
        self._hide = hide
        self.first: Token | None = None

    def ask(self) -> httpx.Request:
        """Return the request for a session."""
        query = {
            "consumerToken": str(self._told["consumer_token"]),
            "employeeToken": str(self._told["employee_token"]),
            "expirationDate": self._end().date().isoformat(),
        }
        return httpx.Request("PUT", self._told["token_url"].copy_merge_params(query))

    def read(self, answer: Json) -> Token | None:
        """Return the session token, to be renewed before its last day begins."""
        value = paths.read(answer, "value.token")
        if not isinstance(value, str) or not value:
            return None
        self._hide.learn(f"0:{value}")
        return Token(value, self._end() - EARLY)

    def show(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Put the token on a request: the password of user 0, who stands for the token's own company."""
        request.headers["Authorization"] = "Basic " + base64.b64encode(f"0:{token.value}".encode()).decode()
        return request

    def _end(self) -> datetime:
        """Return the midnight (UTC) that begins the day on which the session is to end; it is not due at once."""
        now = self._clock.now()
        lasts = timedelta(hours=self._told["ttl"] or TTL_HOURS)
        day = max(now + lasts, now + EARLY + timedelta(days=1)).date()
        return datetime.combine(day, time(), UTC)
