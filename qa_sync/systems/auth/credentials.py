"""The service, credentials and tools that an authentication method needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.numbers import number
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.http.redirects import parse_url
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.responses.response_checker import ResponseChecker
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.values.form import Json

MAX_NUMBER: Final = 10**6
"""The largest valid number of seconds or hours for a token."""


class AuthContext(Struct, frozen=True):
    """The service, credentials and tools that authentication against one system needs.

    Fetched secrets are added to `redact`; `response_checker` checks the response to a token request.
    """

    service: Service
    references: ReferenceResolver
    redact: Redactor
    clock: Clock
    response_checker: ResponseChecker

    @property
    def username(self) -> str:
        """The user name with its references resolved."""
        return self.references.text(self.service.username)

    @property
    def password(self) -> str:
        """The password with its references resolved."""
        return self.references.text(self.service.password)

    def url(self, name: str) -> httpx.URL:
        """Return the URL in a property of the system; raises UsageError with the property's name if it is invalid."""
        url = parse_url(self.references.text(str(self._read_setting(name)))) or httpx.URL("")
        if url.scheme not in {"http", "https"} or not url.host:
            raise UsageError(
                f"{self.response_checker.label}: {name} is not a valid URL", hint="expected https://host/path"
            )
        return url

    def number(self, name: str, default: float) -> float:
        """Return the number in a property, or the default; raises UsageError for an invalid number."""
        value = self.references.tree(self._read_setting(name))
        if value in (None, ""):
            return default
        parsed = number(value)
        if parsed is None or abs(parsed) > MAX_NUMBER:
            text = f"{self.response_checker.label}: {name} must be a number up to {MAX_NUMBER:,}"
            raise UsageError(f"{text}, got {self.redact(repr(value))}")
        return parsed

    def _read_setting(self, name: str) -> Json:
        value: Json = self.service.settings
        for step in name.split("."):
            value = value.get(step)
        return value

    def setting(self, name: str) -> Mapping[str, Json]:
        """Return a property that is an object, with its references resolved."""
        resolved: Mapping[str, Json] = self.references.tree(self.service.settings.get(name) or {})
        return resolved


def with_url(request: httpx.Request, url: httpx.URL | str) -> httpx.Request:
    """Return a copy of a request with another URL."""
    request.read()
    return httpx.Request(
        request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
    )
