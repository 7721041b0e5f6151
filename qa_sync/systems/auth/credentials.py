"""What a kind of authentication is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.numbers import number
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.responses.exchange import ResponseChecker
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.values.form import Json

MAX_NUMBER: Final = 10**6
"""The largest number of seconds, or of hours, that means anything for a token."""


class AuthContext(Struct, frozen=True):
    """The service, credentials and tools that authentication against one system needs.

    `redact` learns each secret that is fetched; `response_checker` checks the response to a token request.
    """

    service: Service
    references: ReferenceResolver
    redact: Redactor
    clock: Clock
    response_checker: ResponseChecker

    @property
    def username(self) -> str:
        """The user's name, filled in."""
        return self.references.text(self.service.username)

    @property
    def password(self) -> str:
        """The password, filled in."""
        return self.references.text(self.service.password)

    def url(self, name: str) -> httpx.URL:
        """Return a url that a property of the system holds; raises UsageError that names it when it is none."""
        try:
            url = httpx.URL(self.references.text(str(self._read_setting(name))))
        except httpx.InvalidURL:
            url = httpx.URL("")
        if url.scheme not in {"http", "https"} or not url.host:
            raise UsageError(
                f"{self.response_checker.label}: {name} is no url that HTTP knows", hint="https://host/path"
            )
        return url

    def number(self, name: str, default: float) -> float:
        """Return a number that a property holds, else the usual one; raises UsageError for what is none."""
        value = self.references.tree(self._read_setting(name))
        if value in (None, ""):
            return default
        found = number(value)
        if found is None or abs(found) > MAX_NUMBER:
            text = f"{self.response_checker.label}: {name} is to be a number, up to {MAX_NUMBER:,}"
            raise UsageError(f"{text}, and is {self.redact(repr(value))}")
        return found

    def _read_setting(self, name: str) -> Json:
        value: Json = self.service.settings
        for step in name.split("."):
            value = value.get(step)
        return value

    def setting(self, name: str) -> Mapping[str, Json]:
        """Return a property of the system that is an object, with its references filled in."""
        filled: Mapping[str, Json] = self.references.tree(self.service.settings.get(name) or {})
        return filled


def with_url(request: httpx.Request, url: httpx.URL | str) -> httpx.Request:
    """Return the same request to another url; the one that was given knows nothing of it."""
    request.read()
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
    )
