"""A token that is fetched, kept until shortly before its end, and fetched again once when it is refused.

However many threads wait for a token, one of them fetches it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, Protocol

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.http.failures import UNCLEAR, NoTokenYet
from qa_sync.systems.http.request_extensions import ERRAND
from qa_sync.systems.redaction import Hider
from qa_sync.systems.responses.exchange import Answers
from qa_sync.values.form import Json

LATER: Final = UNCLEAR | {httpx.codes.TOO_MANY_REQUESTS}

Flow = Generator[httpx.Request, httpx.Response, None]


@dataclass(frozen=True, slots=True)
class Token:
    """A token and when it should be renewed (None: when it is refused); `members` are those of one that has several.

    Who shows several keeps them out of texts himself.
    """

    value: str
    renew_at: datetime | None = None
    members: Mapping[str, Json] = field(default_factory=dict)


ONWARD: Final = Token("(another request)")
"""What is read of an answer that is needed to ask for the token, and has none itself."""


class Tokens(Protocol):
    """Where tokens come from, and how a request shows one."""

    first: Token | None
    """A token that is there from the beginning."""

    def ask(self) -> httpx.Request:
        """Return the request for a new token."""

    def read(self, answer: Json) -> Token | None:
        """Return the token in an answer, None when there is none, ONWARD when another request is to be asked."""

    def show(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Return the request with the token on it: the same one, or another."""


class TokenAuth(httpx.Auth):
    """Signs with the tokens of one source; raises Refused or BadAnswer when there are none to be had."""

    def __init__(self, tokens: Tokens, clock: Clock, answers: Answers, hide: Hider) -> None:
        self._tokens = tokens
        self._clock = clock
        self._answers = answers
        self._hide = hide
        self._lock = Lock()
        self._token = tokens.first
        self._put_off: list[httpx.Response] = []

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a token that is good; when it is refused nevertheless, once more with a new one."""
        token = yield from self._good(request)
        response = yield self._tokens.show(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._good(request, refused=token)
            yield self._tokens.show(request, token)

    def _good(
        self, request: httpx.Request, refused: Token | None = None
    ) -> Generator[httpx.Request, httpx.Response, Token]:
        # The lock is held while the token is fetched: those who wait for it find it renewed, and fetch none.
        # Nor do they when it is put off: who gives tokens is asked by one of them at a time.
        known = len(self._put_off)
        with self._lock:
            if len(self._put_off) > known:
                raise NoTokenYet(self._put_off[-1])
            token = self._token
            if token is None or token is refused or self._is_due(token):
                token = self._token = yield from self._fetched(request)
            return token

    def _is_due(self, token: Token) -> bool:
        return token.renew_at is not None and self._clock.now() >= token.renew_at

    def _fetched(self, sake: httpx.Request) -> Generator[httpx.Request, httpx.Response, Token]:
        request = self._tokens.ask()
        request.extensions = {**request.extensions, "timeout": sake.extensions.get("timeout", {}), ERRAND: True}
        response = yield request
        response.read()
        if response.status_code in LATER:
            self._put_off.append(response)
            raise NoTokenYet(response)
        self._answers.expect(request, response)
        token = self._tokens.read(self._answers.json(request, response))
        if token is None:
            self._answers.bad(request, response, "there is no token in the answer")
        if token is ONWARD:
            return (yield from self._fetched(sake))
        if token.value:
            self._hide.learn(token.value)
        return token
