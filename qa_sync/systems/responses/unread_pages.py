"""Finds in a response that the list goes on, which a connector without paging would not read; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx

from qa_sync.values import paths
from qa_sync.values.form import Json

LINKS: Final = (
    "@odata.nextLink",
    "odata.nextLink",
    "nextLink",
    "next_link",
    "nextPageUrl",
    "next_page_url",
    "nextPageToken",
    "next_page_token",
    "next_cursor",
    "nextCursor",
    "next_offset",
    "nextOffset",
    "next_page",
    "nextPage",
    "paging.next.link",
    "paging.next",
    "pagination.next",
    "links.next",
    "_links.next.href",
    "meta.next",
    "meta.next_page_url",
    "info.next_page_token",
)
"""Members that lead to the next page and are null, missing or empty on the last one."""

FLAGS: Final = ("has_more", "hasMore", "has_next_page", "hasNextPage", "info.more_records", "page_info.has_next_page")
"""Members that are true unless it is the last page."""


def next_page_named(response: httpx.Response, body: Json) -> str | None:
    """Return what in a response says that there is a next page, None if nothing does."""
    if "next" in response.links:
        return 'the header Link with rel="next"'
    if not isinstance(body, Mapping):
        return None
    for path in LINKS:
        value = body[path] if path in body else paths.read(body, path)
        if isinstance(value, str | int) and not isinstance(value, bool) and value not in {"", 0}:
            return f"`{path}`"
    return next((f"`{path}`" for path in FLAGS if paths.read(body, path) is True), None)
