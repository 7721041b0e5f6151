"""Tokens that are fetched, reused until shortly before they expire, and fetched again once after a 401.

If several threads need a token, one of them fetches it.
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
from qa_sync.systems.responses.response_checker import ResponseChecker
from qa_sync.values.form import Json

RETRY_LATER: Final = GATEWAY_STATUSES | {httpx.codes.TOO_MANY_REQUESTS}

Flow = Generator[httpx.Request, httpx.Response, None]


class Token(Struct, frozen=True):
    """A token and its renewal time (None: after a 401); `members` are the members of a structured token.

    A class that uses `members` is responsible for redacting them.
    """

    value: str
    renew_at: datetime | None = None
    members: Mapping[str, Json] = field(default_factory=dict)


REFRESHED_ONLY: Final = Token("(another request)")
"""The result of reading a response that has no token itself but is needed to request one."""


class Tokens(Protocol):
    """A source of tokens that also adds them to requests."""

    initial_token: Token | None
    """The token to start with, or None."""

    def token_request(self) -> httpx.Request:
        """Return the request for a new token."""

    def other_request(self, response: httpx.Response) -> httpx.Request | None:
        """Return a request that sends the credentials in another form, if the response may reject their form."""

    def read(self, body: Json) -> Token | None:
        """Return the token in a response, None if it has none, REFRESHED_ONLY if another request must follow."""

    def apply_token(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Return the request with the token, which may be a new request."""


class TokenAuth(httpx.Auth):
    """Authenticates with the tokens of one source; raises RequestRejected or InvalidResponse if it cannot get one."""

    def __init__(self, tokens: Tokens, clock: Clock, response_checker: ResponseChecker, redact: Redactor) -> None:
        self._tokens = tokens
        self._clock = clock
        self._response_checker = response_checker
        self._redact = redact
        self._lock = Lock()
        self._token = tokens.initial_token
        self._deferrals: list[httpx.Response] = []

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a valid token; after a 401, send it again with a new token."""
        token = yield from self._valid_token(request)
        response = yield self._tokens.apply_token(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._valid_token(request, refused=token)
            yield self._tokens.apply_token(request, token)

    def _valid_token(
        self, request: httpx.Request, refused: Token | None = None
    ) -> Generator[httpx.Request, httpx.Response, Token]:
        # The lock is held while one thread fetches the token: waiting threads then reuse the new token.
        # If the token server asks to retry later, they do not send further token requests either.
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
        response = yield from _asked(request, origin)
        if other := self._tokens.other_request(response):
            request = other
            response = yield from _asked(request, origin)
        if response.status_code in RETRY_LATER:
            self._deferrals.append(response)
            raise TokenUnavailable(response)
        self._response_checker.expect_success(request, response)
        token = self._tokens.read(self._response_checker.json(request, response))
        if token is None:
            self._response_checker.raise_invalid(request, response, "no token in the response")
        if token is REFRESHED_ONLY:
            return (yield from self._fetch_token(origin))
        if token.value:
            self._redact.add_secrets(token.value)
        return token


def _asked(request: httpx.Request, origin: httpx.Request) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
    """Send a token request with the time limits of the request that needs the token; return the read response."""
    request.extensions = {
        **request.extensions,
        "timeout": origin.extensions.get("timeout", {}),
        TOKEN_REQUEST: True,
    }
    response = yield request
    response.read()
    return response
