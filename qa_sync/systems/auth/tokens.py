"""A token that is fetched, kept until shortly before its end, and fetched again once when it is refused.

However many threads wait for a token, one of them fetches it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from threading import Lock
from typing import Final, Protocol

import httpx
from msgspec import Struct, field

from qa_sync.clock import Clock
from qa_sync.systems.http.failures import GATEWAY_STATUSES, TokenUnavailable
from qa_sync.systems.http.request_extensions import TOKEN_REQUEST
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.responses.exchange import ResponseChecker
from qa_sync.values.form import Json

RETRY_LATER: Final = GATEWAY_STATUSES | {httpx.codes.TOO_MANY_REQUESTS}

Flow = Generator[httpx.Request, httpx.Response, None]


class Token(Struct, frozen=True):
    """A token and when it should be renewed (None: when it is refused); `members` are those of one that has several.

    Who shows several keeps them out of texts himself.
    """

    value: str
    renew_at: datetime | None = None
    members: Mapping[str, Json] = field(default_factory=dict)


REFRESHED_ONLY: Final = Token("(another request)")
"""What is read of an answer that is needed to ask for the token, and has none itself."""


class Tokens(Protocol):
    """Where tokens come from, and how a request shows one."""

    initial_token: Token | None
    """A token that is there from the beginning."""

    def token_request(self) -> httpx.Request:
        """Return the request for a new token."""

    def read(self, answer: Json) -> Token | None:
        """Return the token in a response, None without one, REFRESHED_ONLY when another request must follow."""

    def apply_token(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Return the request with the token on it: the same one, or another."""


class TokenAuth(httpx.Auth):
    """Signs with the tokens of one source; raises RequestRejected or InvalidResponse when there are none to be had."""

    def __init__(self, tokens: Tokens, clock: Clock, response_checker: ResponseChecker, redact: Redactor) -> None:
        self._tokens = tokens
        self._clock = clock
        self._response_checker = response_checker
        self._redact = redact
        self._lock = Lock()
        self._token = tokens.initial_token
        self._deferrals: list[httpx.Response] = []

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a token that is good; when it is refused nevertheless, once more with a new one."""
        token = yield from self._valid_token(request)
        response = yield self._tokens.apply_token(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._valid_token(request, refused=token)
            yield self._tokens.apply_token(request, token)

    def _valid_token(
        self, request: httpx.Request, refused: Token | None = None
    ) -> Generator[httpx.Request, httpx.Response, Token]:
        # The lock is held while the token is fetched: those who wait for it find it renewed, and fetch none.
        # Nor do they when it is put off: who gives tokens is asked by one of them at a time.
        known = len(self._deferrals)
        with self._lock:
            if len(self._deferrals) > known:
                raise TokenUnavailable(self._deferrals[-1])
            token = self._token
            if token is None or token is refused or self._is_due(token):
                token = self._token = yield from self._fetch_token(request)
            return token

    def _is_due(self, token: Token) -> bool:
        return token.renew_at is not None and self._clock.now() >= token.renew_at

    def _fetch_token(self, origin: httpx.Request) -> Generator[httpx.Request, httpx.Response, Token]:
        request = self._tokens.token_request()
        request.extensions = {
            **request.extensions,
            "timeout": origin.extensions.get("timeout", {}),
            TOKEN_REQUEST: True,
        }
        response = yield request
        response.read()
        if response.status_code in RETRY_LATER:
            self._deferrals.append(response)
            raise TokenUnavailable(response)
        self._response_checker.expect_success(request, response)
        token = self._tokens.read(self._response_checker.json(request, response))
        if token is None:
            self._response_checker.raise_invalid(request, response, "there is no token in the answer")
        if token is REFRESHED_ONLY:
            return (yield from self._fetch_token(origin))
        if token.value:
            self._redact.add_secrets(token.value)
        return token
