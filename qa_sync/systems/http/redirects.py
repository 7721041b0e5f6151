"""Follows redirects of reads within a system, and to hosts that the settings allow, without credentials to these.

Source: RFC 9110 15.4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import httpx

MAX_REDIRECTS: Final = 5
READ_METHODS: Final = frozenset({"GET", "HEAD"})
INVALID_REDIRECT: Final = (httpx.InvalidURL, UnicodeError)
"""What httpx raises for a redirect to an invalid URL, also when it does not follow it."""

HARMLESS: Final = ("accept", "accept-encoding", "accept-language", "user-agent")
"""The headers that are sent to another host; any other header may be a credential."""


def parse_url(text: str, base: httpx.URL | None = None) -> httpx.URL | None:
    """Return a URL from outside, relative to `base`, or None if it is invalid.

    httpx raises some errors of other libraries, and those about the name of a host only when it is read.
    """
    try:
        url = httpx.URL(text) if base is None else base.join(text)
        _ = url.host
    except (httpx.InvalidURL, ValueError):
        return None
    return url


def follow_redirect(
    request: httpx.Request,
    response: httpx.Response,
    redact: Callable[[str], str],
    home: httpx.URL | None,
    allowed: Collection[str] = (),
) -> httpx.Request | None:
    """Return the request that follows a redirect of a read, or None if there is none to follow.

    `home` is the URL of the system's request (None: a public file, whose redirects all are followed); other hosts must
    be `allowed`, as `host` or `host:port`, and get no credentials, neither in headers nor in the URL.
    """
    if request.method not in READ_METHODS or not response.has_redirect_location:
        return None
    url = parse_url(response.headers["location"], request.url)
    if url is None:
        return None
    url = url.copy_with(username=None, password=None, fragment=None)
    if url.scheme not in {"http", "https"} or not url.host or not _may_follow(request.url, url, home, allowed):
        return None
    if is_same_origin(request.url, url):
        headers = httpx.Headers({k: v for k, v in request.headers.items() if k != "host"})
        return httpx.Request(request.method, url, headers=headers, extensions=request.extensions)
    if redact(str(url)) != str(url):
        return None
    headers = httpx.Headers({k: request.headers[k] for k in HARMLESS if k in request.headers})
    return httpx.Request(request.method, url, headers=headers, extensions=request.extensions)


def _may_follow(here: httpx.URL, url: httpx.URL, home: httpx.URL | None, allowed: Collection[str]) -> bool:
    if home is None or is_same_origin(home, url):
        return True
    is_downgrade = here.scheme == "https" and url.scheme == "http"
    return url.netloc.decode("ascii").lower() in allowed and not is_downgrade


def is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Return whether two URLs have the same origin; an upgrade from http to https on the default ports counts too."""
    if one.host != other.host:
        return False
    if (one.scheme, _port(one)) == (other.scheme, _port(other)):
        return True
    return (one.scheme, _port(one), other.scheme, _port(other)) == ("http", 80, "https", 443)


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
