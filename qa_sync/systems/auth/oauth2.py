"""OAuth 2.0 between machines: client credentials, or a refresh token. Source: facts/SESAM.md 1.1 (`oauth2`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import Identity
from qa_sync.systems.auth.tokens import Token, TokenAuth
from qa_sync.systems.redaction import Hider
from qa_sync.values.form import Json

REFRESH_WINDOW_S: Final = 30.0
FOR_EVER_S: Final = 10**10
"""How long a token is good of which nobody will see the end: three hundred years, which a clock can still count."""
CONFIDENTIAL: Final = ("client_secret", "access_token", "refresh_token")


def make(identity: Identity) -> httpx.Auth:
    """Return what `oauth2` describes: the refresh-token grant when it has such a token, else client credentials."""
    told = {
        **identity.setting("oauth2"),
        "token_url": identity.url("oauth2.token_url"),
        "refresh_window": identity.figure("oauth2.refresh_window", REFRESH_WINDOW_S),
    }
    identity.hide.learn(*(str(told[name]) for name in CONFIDENTIAL if told.get(name)), *_in_headers(told))
    return TokenAuth(OAuth2Tokens(told, identity.clock, identity.hide), identity.clock, identity.answers, identity.hide)


class OAuth2Tokens:
    """Asks the token endpoint; a refresh token that it exchanges for a new one is kept for the rest of the run."""

    def __init__(self, told: Mapping[str, Json], clock: Clock, hide: Hider) -> None:
        self._told = told
        self._clock = clock
        self._hide = hide
        self._refresh = str(told.get("refresh_token") or "")
        self._window = float(told["refresh_window"])
        given = str(told.get("access_token") or "")
        self.first = Token(given) if given else None

    def ask(self) -> httpx.Request:
        """Return the token request, its parameters as a form (RFC 6749 4.4.2 and 6)."""
        extra = dict(self._told.get("extra") or {})
        own = {name: str(value) for name, value in (extra.pop("headers", None) or {}).items()}
        headers = {"Accept": "application/json", **own}
        form = {
            "grant_type": "refresh_token" if self._refresh else "client_credentials",
            "refresh_token": self._refresh,
            "client_id": self._told["client_id"],
            "client_secret": self._told.get("client_secret"),
            "scope": _scope(self._told.get("scope")),
            **extra,
        }
        data = {name: value for name, value in form.items() if value not in (None, "")}
        return httpx.Request("POST", self._told["token_url"], data=data, headers=headers)

    def read(self, answer: Json) -> Token | None:
        """Return the access token and when it is due; keep the refresh token beside it."""
        value = answer.get("access_token") if isinstance(answer, Mapping) else None
        if not isinstance(value, str) or not value:
            return None
        if isinstance(refresh := answer.get("refresh_token"), str) and refresh:
            self._hide.learn(refresh)
            self._refresh = refresh if self._refresh else ""
        lasts = _seconds(answer.get("expires_in"))
        if lasts is None:
            return Token(value)
        # A window as long as the token's life would fetch one for every request.
        due = lasts - min(self._window, lasts / 2)
        return Token(value, self._clock.now() + timedelta(seconds=due))

    def show(self, request: httpx.Request, token: Token) -> httpx.Request:
        """Put the token on a request, as a bearer token."""
        request.headers["Authorization"] = f"Bearer {token.value}"
        return request


def _scope(told: Json) -> str:
    return " ".join(map(str, told)) if isinstance(told, list) else str(told or "")


def _seconds(told: Json) -> float | None:
    try:
        seconds = float(told)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < FOR_EVER_S else None


def _in_headers(told: Mapping[str, Any]) -> list[str]:
    headers = (told.get("extra") or {}).get("headers") or {}
    return [word for value in headers.values() for word in str(value).split()[1:]]
