"""Builds an HTTP request from a rendered operation.

Source: docs/explanation/connector-format-facts.rst, "Operations".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import httpx
from msgspec import Struct

from qa_sync.errors import ConnectorError, NotConvertible
from qa_sync.systems.http.request_extensions import RATE_LIMITING, RERENDER
from qa_sync.systems.requests.encoding import encode, to_text
from qa_sync.systems.templates.token_placeholders import TrackedToken
from qa_sync.values.form import Json


class RenderedRequest(Struct, frozen=True):
    """A rendered operation.

    `operation` is the operation's name for messages; `payload` is None if there is no body; `rerender` renders it with
    a token, if it has placeholders for one; `rate_limiting` are the operation's settings for 429.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Json]
    payload: Json
    payload_type: str = "json"
    operation: str = ""
    rerender: Callable[[TrackedToken], RenderedRequest] | None = None
    rate_limiting: tuple[Json, Json] = (None, None)

    def is_same_request(self, other: RenderedRequest) -> bool:
        """Return whether another rendered operation is the same request."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("method", "url", "headers", "params", "payload", "payload_type")
        )

    def request(self, build: Callable[..., httpx.Request]) -> httpx.Request:
        """Return the request, built by `build`; the parameters are merged into the query of the URL.

        Raises ConnectorError for an invalid URL or a payload that cannot be encoded, NotConvertible for a value that
        cannot be sent.
        """
        try:
            params = tuple((name, _query(value)) for name, value in self.params.items() if value is not None)
            url = _url_with_params(self.url, params)
            content, kind = (None, None) if self.payload is None else encode(self.payload_type, self.payload)
        except httpx.InvalidURL:  # the message omits it, because it may contain a secret
            raise ConnectorError(f"{self.operation}: the rendered URL is invalid") from None
        except ConnectorError as error:
            raise ConnectorError(f"{self.operation}: {error.message}", hint=error.hint) from None
        except UnicodeEncodeError:
            text = "a text contains a lone surrogate"
            raise NotConvertible(f"{self.operation}: {text}, which UTF-8 cannot encode") from None
        # Header names are case-insensitive; the operation's own Content-Type takes precedence.
        has_kind = any(name.lower() == "content-type" for name in self.headers)
        headers = self.headers if kind is None or has_kind else {"Content-Type": kind, **self.headers}
        request = build(self.method, url, headers=parsed_headers(self.operation, headers), content=content)
        if self.rerender:
            request.extensions[RERENDER] = (self.rerender, request.url)
        if self.rate_limiting != (None, None):
            request.extensions[RATE_LIMITING] = self.rate_limiting
        return request


def parsed_headers(operation: str, fields: Mapping[str, str]) -> httpx.Headers:
    """Return the headers of a request; raises NotConvertible for a value that is not ASCII.

    A value may come from a record, such as its revision.
    """
    try:
        return _parsed_headers(tuple(fields.items()))
    except UnicodeEncodeError:
        name = next(name for name, value in fields.items() if not f"{name}{value}".isascii())
        message = f"{operation}: the value of the header {name!a} contains a character that is not ASCII"
        raise NotConvertible(message) from None


def _query(value: Json) -> str | tuple[str, ...]:
    return tuple(to_text(v) for v in value) if isinstance(value, list) else to_text(value)


@lru_cache(maxsize=500)
def _url_with_params(url: str, params: tuple[tuple[str, str | tuple[str, ...]], ...]) -> httpx.URL:
    """Return the URL with parameters; cached, because parsing is slow and the same few URLs occur often."""
    if not params:
        return httpx.URL(url)
    # Without a query there is nothing to merge with; merging parses the URL twice.
    return httpx.URL(url).copy_merge_params(dict(params)) if "?" in url else httpx.URL(url, params=dict(params))


@lru_cache(maxsize=500)
def _parsed_headers(fields: tuple[tuple[str, str], ...]) -> httpx.Headers:
    """Return the headers, which a request copies; cached, because an operation nearly always sends the same ones."""
    return httpx.Headers(fields)
