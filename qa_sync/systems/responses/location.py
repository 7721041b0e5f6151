"""Finds the id of a new record in the `Location` header of a response.

Source: RFC 9110, 15.3.2: of a response with the status 201, `Location` identifies what was created.
"""

from __future__ import annotations

from urllib.parse import unquote

import httpx

from qa_sync.systems.http.redirects import is_same_origin, parse_url
from qa_sync.systems.requests.record_ids import id_text


def located_id(response: httpx.Response) -> str | None:
    """Return the last segment of the path of `Location`; None for another status, another host or no header."""
    location = response.headers.get("location")
    if response.status_code != httpx.codes.CREATED or not location:
        return None
    url = parse_url(location, response.request.url)
    if url is None:
        return None
    path = url.raw_path.decode("ascii").partition("?")[0].rstrip("/")
    return id_text(unquote(path.rpartition("/")[2])) if is_same_origin(response.request.url, url) else None
