"""The largest size and depth, the most values and headers and the longest time of a response, whatever a system sends.

The size is that of the body after decompression, which a small compressed body can exceed a thousandfold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.systems.http.failures import ResponseLimitExceeded
from qa_sync.systems.http.name_lookup import DEADLINE
from qa_sync.systems.http.request_extensions import MAX_SECONDS
from qa_sync.values.json_depth import has_more_values, has_more_wide_text, is_deeper

PIECE_BYTES: Final = 8 * 1024
"""The bytes that are decompressed at once: at most about 8 MB come of them."""

BOUNDED: Final = frozenset({"gzip", "deflate"})
"""The content codings that expand by at most about a thousand."""
UNBOUNDED: Final = frozenset({"br", "zstd"})
"""The other content codings that the HTTP library may decode; they are never asked for."""

ACCEPTED: Final = "gzip, deflate"
BODY_HEADERS: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that describe the body as it was sent, not as it was read."""

MEGABYTE: Final = 1_000_000
WIDE_SHARE: Final = 4
"""The part of the largest body that texts with characters of four bytes may have: they take four times the memory."""


class ResponseLimits(Struct, frozen=True):
    """The largest body in bytes, and the longest time in seconds from the request to the end of its response.

    `max_depth` is how many lists and objects of JSON may be within each other, `max_values` how many values there may
    be in all: small values take thirty times their size when they are read.
    """

    max_bytes: int = 64 * MEGABYTE
    max_seconds: float = 120
    max_depth: int = 100
    max_headers: int = 200
    max_values: int = 1_000_000


class LimitedTransport(Struct, httpx.BaseTransport, frozen=True):
    """Reads the responses of another transport within limits; `now` is a monotonic clock in seconds."""

    inner: httpx.BaseTransport
    limits: ResponseLimits = ResponseLimits()
    now: Callable[[], float] = time.monotonic

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response with its body read and decompressed; raises ResponseLimitExceeded."""
        if request.headers.get("accept-encoding", ACCEPTED) != ACCEPTED:
            request.headers["accept-encoding"] = ACCEPTED
        max_seconds = min(self.limits.max_seconds, request.extensions.get(MAX_SECONDS, self.limits.max_seconds))
        ends = self.now() + max_seconds
        before = DEADLINE.set(time.monotonic() + max_seconds)
        try:
            return self._read(request, ends)
        except httpx.ReadTimeout:
            if self.now() < ends:
                raise
            raise self._not_complete() from None
        finally:
            DEADLINE.reset(before)

    def _read(self, request: httpx.Request, ends: float) -> httpx.Response:
        response = self.inner.handle_request(request)
        try:
            if len(response.headers.raw) > self.limits.max_headers:
                raise ResponseLimitExceeded(f"more than {self.limits.max_headers} headers", "max_response_headers")
            body = b"".join(self._pieces(response, ends))
        finally:
            response.close()
        self._check_content(body)
        headers = [header for header in response.headers.raw if _is_kept(*header)]
        return httpx.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)

    def close(self) -> None:
        """Close the inner transport."""
        self.inner.close()

    def _check_content(self, body: bytes) -> None:
        limits = self.limits
        if is_deeper(body, limits.max_depth):
            message = f"more than {limits.max_depth} lists and objects within each other"
            raise ResponseLimitExceeded(message, "max_response_depth")
        if has_more_values(body, limits.max_values):
            raise ResponseLimitExceeded(f"more than {limits.max_values:,} values", "max_response_values")
        if has_more_wide_text(body, limits.max_bytes // WIDE_SHARE):
            message = f"more than {limits.max_bytes // WIDE_SHARE:,} bytes of text with characters such as emoji"
            raise ResponseLimitExceeded(message, "max_response")

    def _pieces(self, response: httpx.Response, ends: float) -> Iterator[bytes]:
        size = 0
        for piece in _decoded(response):
            size += len(piece)
            if size > self.limits.max_bytes:
                raise ResponseLimitExceeded(f"larger than {self.limits.max_bytes:,} bytes", "max_response")
            yield piece
            if self.now() > ends:
                raise self._not_complete()

    def _not_complete(self) -> ResponseLimitExceeded:
        return ResponseLimitExceeded(f"not complete after {self.limits.max_seconds:g} s", "max_response_time")


def _is_kept(name: bytes, value: bytes) -> bool:
    """Return whether a header is kept: not one of the body, which is decompressed, and no cookie that none can send."""
    lower = name.decode("latin-1").lower()
    return lower not in BODY_HEADERS and (lower != "set-cookie" or (value.isascii() and value.decode().isprintable()))


class _Pieces(httpx.SyncByteStream):
    """A stream in small pieces, so that decompression is limited too."""

    def __init__(self, inner: Iterator[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            for start in range(0, len(chunk), PIECE_BYTES):
                yield chunk[start : start + PIECE_BYTES]


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    codings = [each.strip().lower() for each in response.headers.get("content-encoding", "").split(",")]
    if response.is_stream_consumed:
        return iter((response.content,))
    if UNBOUNDED.intersection(codings) or sum(each in BOUNDED for each in codings) > 1:
        raise ResponseLimitExceeded("compressed in a way that was not asked for")
    whole = httpx.Response(response.status_code, headers=response.headers, stream=_Pieces(response.iter_raw()))
    return whole.iter_bytes()
