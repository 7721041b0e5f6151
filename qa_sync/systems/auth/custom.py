"""Tokens that the connector's own operations fetch.

Requests are rendered with a placeholder for `{{ token.access_token }}`, which is replaced with the token after
recording. A request can thus be rendered before there is a token, is recorded without it, and can be retried with a
newer one.

Source: docs/explanation/connector-format-facts.rst, "Tokens from operations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from msgspec.structs import replace

from qa_sync.errors import ConnectorError, InvalidResponse
from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.auth.tokens import REFRESHED_ONLY, Token, TokenAuth
from qa_sync.systems.connectors.operations import operation_of
from qa_sync.systems.http.request_extensions import RERENDER
from qa_sync.systems.requests.rendering import RequestRenderer, find_url_rebase
from qa_sync.systems.responses.parsing import select_entities
from qa_sync.systems.templates.filters import READER, as_datetime, template_functions
from qa_sync.systems.templates.jinja import render_optional
from qa_sync.systems.templates.jwt import JwtReader
from qa_sync.systems.templates.token_placeholders import TrackedToken
from qa_sync.values.form import Json

REFRESH_WINDOW_S: Final = 30.0
PUBLIC_MEMBERS: Final = frozenset({"token_type", "scope"})
"""Members of a token that are not secret and whose values occur elsewhere."""
CONFIDENTIAL: Final = re.compile("token|secret|key|session|password|ticket|jwt", re.IGNORECASE)
MIN_SECRET_LENGTH: Final = 4
"""The length from which any member counts as confidential, regardless of its name."""
MAX_DURATION_S: Final = 10**8
"""A smaller number is a token's lifetime, not the time at which it expires (seconds since 1970)."""
EPOCH_DIGITS: Final = 11
"""A number with up to this many digits is seconds since 1970; the format's own times are nanoseconds."""
REFRESH: Final = "refresh_token_"
USES_TOKEN: Final = re.compile(r"\{[{%][^}]*\b(?:access_|refresh_)?token\b")


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return the authentication that `custom_auth` describes."""
    return TokenAuth(CustomTokens(auth_context), auth_context.clock, auth_context.response_checker, auth_context.redact)


class CustomTokens:
    """Calls the token operation, and before it the refresh-token operation if there is one and it is due."""

    def __init__(self, auth_context: AuthContext) -> None:
        self._auth_context = auth_context
        self._config = auth_context.setting("custom_auth")
        self._renderer = _token_renderer(auth_context)
        self._get = operation_of("get_token_operation", self._config["get_token_operation"])
        refresh = self._config.get("get_refresh_token_operation")
        self._refresh = operation_of("get_refresh_token_operation", refresh) if refresh else None
        self._operation = self._get
        self._members: dict[str, Json] = dict(self._config.get("initial_refresh_token") or {})
        self._window_s = auth_context.number("custom_auth.refresh_window", REFRESH_WINDOW_S)
        self._refresh_at: datetime | None = None
        self.initial_token: Token | None = None

    def token_request(self) -> httpx.Request:
        """Return the request for a refresh token if it is due, else the request for a token."""
        due = self._refresh_at is None or self._auth_context.clock.now() >= self._refresh_at
        self._operation = self._refresh if self._refresh and due else self._get
        return self._renderer.make(self._operation, {"token": TrackedToken(self._members, self._add_secret)}).request(
            httpx.Request
        )

    def other_request(self, response: httpx.Response) -> httpx.Request | None:  # noqa: ARG002 - as of Tokens
        """Return None: the credentials have one form."""
        return None

    def read(self, answer: Json) -> Token | None:
        """Add the members of a response to the token, and return the token when it is complete."""
        found = select_entities(self._operation, answer)
        if not isinstance(found, Mapping):
            return None
        self._members = {**self._members, **found}
        self._add_secrets(found)
        if self._operation is self._refresh:
            self._refresh_at = self._renewal_time(REFRESH, answer) or datetime.max.replace(tzinfo=UTC)
            return REFRESHED_ONLY
        return Token("", self._renewal_time("", answer), self._members)

    def apply_token(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Return the request rendered with the token; raises InvalidResponse if the templates cannot use it."""
        if RERENDER not in request.extensions:
            return request
        make, made_with = request.extensions[RERENDER]
        tracked = TrackedToken(token.members, self._add_secret)
        try:
            fresh: httpx.Request = make(tracked).request(httpx.Request)
        except ConnectorError:  # its message may contain a part of the token
            text = f"has no member {tracked.missing[0]!r}" if tracked.missing else "does not fit the templates"
            raise InvalidResponse(f"{self._auth_context.response_checker.label}: the token {text}") from None
        headers = {**request.headers, **fresh.headers, "host": request.headers["host"]}
        headers.pop("content-length", None)
        return httpx.Request(
            request.method,
            fresh.url if request.url == made_with else request.url,  # a redirect has replaced it
            headers=headers,
            content=fresh.read() or None,
            extensions=request.extensions,
        )

    def _renewal_time(self, prefix: str, answer: Json) -> datetime | None:
        """Return when to renew a token, or None if it has no expiry; also adds the expiry to the token's members."""
        end = self._expiry_time(prefix, answer)
        if end is None:
            return None
        self._members |= {f"{prefix}expires_at": int(end.timestamp()), f"{prefix}expiry_date": end.isoformat()}
        now = self._auth_context.clock.now()
        # A window as long as the token's life would fetch one for every request.
        return end - min(timedelta(seconds=self._window_s), max(end - now, timedelta()) / 2)

    def _expiry_time(self, prefix: str, answer: Json) -> datetime | None:
        known = {**self._renderer.known(self._operation, {}), "body": answer, "token": self._members}
        wrong = ""
        for name, made in (
            (f"{prefix}expires_at_expression", self._parse_time),
            (f"{prefix}expires_in_expression", self._after_seconds),
        ):
            if expression := self._config.get(name):
                try:
                    return made(render_optional(str(expression), known) or "")
                except (ArithmeticError, ValueError):
                    wrong = name  # the other expression, if there is one, may give a time
                except ConnectorError as error:
                    raise self._renderer.with_operation_name(self._operation, error) from None
        if wrong:
            raise InvalidResponse(
                f"{self._auth_context.response_checker.label}: custom_auth: {wrong} did not render to a time"
            )
        return None

    def _parse_time(self, text: str) -> datetime:
        """Return an instant; a small number is seconds from now, as in the format's own examples."""
        return self._after_seconds(text) if text.isdecimal() and int(text) < MAX_DURATION_S else _instant(text)

    def _after_seconds(self, text: str) -> datetime:
        return self._auth_context.clock.now() + timedelta(seconds=float(text))

    def _add_secret(self, name: str, value: Json) -> None:
        """Redact a member of a token from now on."""
        if (
            isinstance(value, str)
            and name not in PUBLIC_MEMBERS
            and (len(value) >= MIN_SECRET_LENGTH or CONFIDENTIAL.search(name))
        ):
            self._auth_context.redact.add_secrets(value)

    def _add_secrets(self, members: Mapping[str, Json]) -> None:
        """Redact all members with a confidential name, used or not, because systems may repeat them."""
        for name, value in members.items():
            if isinstance(value, Mapping):
                self._add_secrets(value)
            elif CONFIDENTIAL.search(name):
                self._add_secret(name, value)


def _token_renderer(auth_context: AuthContext) -> RequestRenderer:
    """Return a renderer for the token requests, without the headers that use a token."""
    service = auth_context.service
    headers = {name: text for name, text in service.headers.items() if not USES_TOKEN.search(str(text))}
    references = auth_context.references
    url_rebase = find_url_rebase(references.text(service.url_pattern), str(references.env.get("base_url") or ""))
    functions = {
        **template_functions(references.secrets, auth_context.clock.now),
        READER: JwtReader(auth_context.redact),
    }
    return RequestRenderer(replace(service, headers=headers), references, auth_context.redact, functions, url_rebase)


def _instant(text: str) -> datetime:
    is_epoch = text.isdecimal() and len(text) <= EPOCH_DIGITS
    instant = datetime.fromtimestamp(int(text), UTC) if is_epoch else as_datetime(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
