"""A rendered operation -> an HTTP request. Source: docs/explanation/connector-format-facts.rst, "Operations"."""

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

    `operation` is whose it is, as it is told; `payload` is None when there is no body; `rerender` renders it of a
    token, where there are stand-ins for one in it; `rate_limiting` is what the operation says of too many requests.
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
        """Tell whether the same would be sent again."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("method", "url", "headers", "params", "payload", "payload_type")
        )

    def request(self, build: Callable[..., httpx.Request]) -> httpx.Request:
        """Return the request, built by a client or by none; the parameters are merged into the query of the url.

        Raises ConnectorError for a url that is none, and for a payload that cannot take its form, NotConvertible for a
        value that cannot be sent.
        """
        try:
            params = tuple((name, _query(value)) for name, value in self.params.items() if value is not None)
            url = _url_with_params(self.url, params)
            content, kind = (None, None) if self.payload is None else encode(self.payload_type, self.payload)
        except httpx.InvalidURL:  # it is not told: a secret may stand in it
            raise ConnectorError(f"{self.operation}: its url, filled in, is none that HTTP knows") from None
        except ConnectorError as error:
            raise ConnectorError(f"{self.operation}: {error.message}", hint=error.hint) from None
        except UnicodeEncodeError:
            text = "half a character (one of a surrogate pair) stands in a text"
            raise NotConvertible(f"{self.operation}: {text}, which UTF-8 cannot carry") from None
        # Header names have no case; the operation's own Content-Type wins.
        own_kind = kind is None or any(name.lower() == "content-type" for name in self.headers)
        headers = self.headers if own_kind else {"Content-Type": kind, **self.headers}
        request = build(self.method, url, headers=headers, content=content)
        if self.rerender:
            request.extensions[RERENDER] = (self.rerender, request.url)
        if self.rate_limiting != (None, None):
            request.extensions[RATE_LIMITING] = self.rate_limiting
        return request


def _query(value: Json) -> str | tuple[str, ...]:
    return tuple(to_text(v) for v in value) if isinstance(value, list) else to_text(value)


@lru_cache(maxsize=500)
def _url_with_params(url: str, params: tuple[tuple[str, str | tuple[str, ...]], ...]) -> httpx.URL:
    """Return where a request goes; the same few addresses are asked again and again, and parsing one takes long."""
    return httpx.URL(url).copy_merge_params(dict(params)) if params else httpx.URL(url)
