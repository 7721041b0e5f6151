"""What a kind of authentication is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.numbers import number
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.redaction import Hider
from qa_sync.systems.responses.exchange import Answers
from qa_sync.systems.templates.references import Filler
from qa_sync.values.form import Json

LARGEST: Final = 10**6
"""The largest number of seconds, or of hours, that means anything for a token."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who one is towards one system: `hide` learns what is fetched, `answers` judges what a token request answers."""

    service: Service
    filler: Filler
    hide: Hider
    clock: Clock
    answers: Answers

    @property
    def username(self) -> str:
        """The user's name, filled in."""
        return self.filler.text(self.service.username)

    @property
    def password(self) -> str:
        """The password, filled in."""
        return self.filler.text(self.service.password)

    def url(self, name: str) -> httpx.URL:
        """Return a url that a property of the system holds; raises UsageError that names it when it is none."""
        try:
            url = httpx.URL(self.filler.text(str(self._told(name))))
        except httpx.InvalidURL:
            url = httpx.URL("")
        if url.scheme not in {"http", "https"} or not url.host:
            raise UsageError(f"{self.answers.label}: {name} is no url that HTTP knows", hint="https://host/path")
        return url

    def figure(self, name: str, usual: float) -> float:
        """Return a number that a property holds, else the usual one; raises UsageError for what is none."""
        told = self.filler.tree(self._told(name))
        if told in (None, ""):
            return usual
        found = number(told)
        if found is None or abs(found) > LARGEST:
            text = f"{self.answers.label}: {name} is to be a number, up to {LARGEST:,}"
            raise UsageError(f"{text}, and is {self.hide(repr(told))}")
        return found

    def _told(self, name: str) -> Json:
        value: Json = self.service.settings
        for step in name.split("."):
            value = value.get(step)
        return value

    def setting(self, name: str) -> Mapping[str, Json]:
        """Return a property of the system that is an object, with its references filled in."""
        filled: Mapping[str, Json] = self.filler.tree(self.service.settings.get(name) or {})
        return filled


def moved(request: httpx.Request, url: httpx.URL | str) -> httpx.Request:
    """Return the same request to another url; the one that was given knows nothing of it."""
    request.read()
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
    )
