"""Tokens that operations of the system itself fetch, in whatever form. Source: facts/SESAM.md 1.6 (`custom_auth`).

Requests are made with a stand-in where their templates say `{{ token.access_token }}`, and get the token beneath
recordings: so one is made before there is a token, is recorded without it, and is sent again with a newer one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from qa_sync.errors import BadAnswer, ConnectorError
from qa_sync.systems.auth.credentials import Identity
from qa_sync.systems.auth.tokens import ONWARD, Token, TokenAuth
from qa_sync.systems.connectors.operations import operation_of
from qa_sync.systems.http.request_extensions import AGAIN
from qa_sync.systems.requests.rendering import Calls, moved_to
from qa_sync.systems.responses.parsing import entities_of
from qa_sync.systems.templates.filters import READER, as_datetime, template_functions
from qa_sync.systems.templates.jinja import render_found
from qa_sync.systems.templates.jwt import JwtReader
from qa_sync.systems.templates.token_placeholders import Watched
from qa_sync.values.form import Json

REFRESH_WINDOW_S: Final = 30.0
PUBLIC: Final = frozenset({"token_type", "scope"})
"""Members of a token that are no secret, and whose words occur elsewhere."""
CONFIDENTIAL: Final = re.compile("token|secret|key|session|password|ticket|jwt", re.IGNORECASE)
SHORTEST: Final = 4
"""How long a member must be to be taken for confidential, whatever its name."""
A_DURATION_S: Final = 10**8
"""Seconds since 1970 that are no time at which a token can end, but how long one is good."""
EPOCH_DIGITS: Final = 11
"""A number of so many digits is seconds since 1970; the format's own times count nanoseconds."""
REFRESH: Final = "refresh_token_"
ASKS_TOKEN: Final = re.compile(r"\{[{%][^}]*\b(?:access_|refresh_)?token\b")


def make(identity: Identity) -> httpx.Auth:
    """Return what `custom_auth` describes."""
    return TokenAuth(CustomTokens(identity), identity.clock, identity.answers, identity.hide)


class CustomTokens:
    """Asks the token operation, and before it the one for a refresh token when there is one and it is due."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._told = identity.setting("custom_auth")
        self._calls = _calls(identity)
        self._get = operation_of("get_token_operation", self._told["get_token_operation"])
        refresh = self._told.get("get_refresh_token_operation")
        self._refresh = operation_of("get_refresh_token_operation", refresh) if refresh else None
        self._asked = self._get
        self._members: dict[str, Json] = dict(self._told.get("initial_refresh_token") or {})
        self._window_s = identity.figure("custom_auth.refresh_window", REFRESH_WINDOW_S)
        self._refresh_at: datetime | None = None
        self.first: Token | None = None

    def ask(self) -> httpx.Request:
        """Return the request for a refresh token when that is due, else for a token."""
        due = self._refresh_at is None or self._identity.clock.now() >= self._refresh_at
        self._asked = self._refresh if self._refresh and due else self._get
        return self._calls.make(self._asked, {"token": Watched(self._members, self._learn)}).request(httpx.Request)

    def read(self, answer: Json) -> Token | None:
        """Take what an answer holds for the token, and return it when it is whole."""
        found = entities_of(self._asked, answer)
        if not isinstance(found, Mapping):
            return None
        self._members = {**self._members, **found}
        self._learn_all(found)
        if self._asked is self._refresh:
            self._refresh_at = self._ends(REFRESH, answer) or datetime.max.replace(tzinfo=UTC)
            return ONWARD
        return Token("", self._ends("", answer), self._members)

    def show(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Return the request as its templates make it of the token; raises BadAnswer when they cannot."""
        if AGAIN not in request.extensions:
            return request
        make, made_with = request.extensions[AGAIN]
        seen = Watched(token.members, self._learn)
        try:
            fresh: httpx.Request = make(seen).request(httpx.Request)
        except ConnectorError:  # what it tells may show a part of the token
            text = f"has no member {seen.missing[0]!r}" if seen.missing else "is not what the templates take it for"
            raise BadAnswer(f"{self._identity.answers.label}: the token {text}") from None
        headers = {**request.headers, **fresh.headers, "host": request.headers["host"]}
        headers.pop("content-length", None)
        return httpx.Request(
            request.method,
            fresh.url if request.url == made_with else request.url,  # a redirect leads from there to somewhere else
            headers=headers,
            content=fresh.read() or None,
            extensions=request.extensions,
        )

    def _ends(self, prefix: str, answer: Json) -> datetime | None:
        """Return when a token is to be renewed, None when nothing says so; its end is known to templates."""
        end = self._end(prefix, answer)
        if end is None:
            return None
        self._members |= {f"{prefix}expires_at": int(end.timestamp()), f"{prefix}expiry_date": end.isoformat()}
        now = self._identity.clock.now()
        # A window as long as the token's life would fetch one for every request.
        return end - min(timedelta(seconds=self._window_s), max(end - now, timedelta()) / 2)

    def _end(self, prefix: str, answer: Json) -> datetime | None:
        known = {**self._calls.known(self._asked, {}), "body": answer, "token": self._members}
        wrong = ""
        for name, made in ((f"{prefix}expires_at_expression", self._at), (f"{prefix}expires_in_expression", self._in)):
            if expression := self._told.get(name):
                try:
                    return made(render_found(str(expression), known) or "")
                except (ArithmeticError, ValueError):
                    wrong = name  # the other one, when there is one, may give a time
                except ConnectorError as error:
                    raise self._calls.told(self._asked, error) from None
        if wrong:
            raise BadAnswer(f"{self._identity.answers.label}: custom_auth: {wrong} gave no time")
        return None

    def _at(self, text: str) -> datetime:
        """Return an instant; a small number, as the format's own examples have it, is seconds from now."""
        return self._in(text) if text.isdecimal() and int(text) < A_DURATION_S else _instant(text)

    def _in(self, text: str) -> datetime:
        return self._identity.clock.now() + timedelta(seconds=float(text))

    def _learn(self, name: str, value: Json) -> None:
        """Keep a member of a token out of every text."""
        if isinstance(value, str) and name not in PUBLIC and (len(value) >= SHORTEST or CONFIDENTIAL.search(name)):
            self._identity.hide.learn(value)

    def _learn_all(self, members: Mapping[str, Json]) -> None:
        """Keep what is confidential by its name out of every text, shown or not: systems repeat such things."""
        for name, value in members.items():
            if isinstance(value, Mapping):
                self._learn_all(value)
            elif CONFIDENTIAL.search(name):
                self._learn(name, value)


def _calls(identity: Identity) -> Calls:
    """Return what makes the token's own requests: without the headers that show a token."""
    service = identity.service
    headers = {name: text for name, text in service.headers.items() if not ASKS_TOKEN.search(str(text))}
    filler = identity.filler
    moved = moved_to(filler.text(service.url_pattern), str(filler.env.get("base_url") or ""))
    functions = {**template_functions(filler.secrets, identity.clock.now), READER: JwtReader(identity.hide)}
    return Calls(replace(service, headers=headers), filler, identity.hide, functions, moved)


def _instant(text: str) -> datetime:
    is_epoch = text.isdecimal() and len(text) <= EPOCH_DIGITS
    instant = datetime.fromtimestamp(int(text), UTC) if is_epoch else as_datetime(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
