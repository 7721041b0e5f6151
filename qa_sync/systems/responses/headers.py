"""The headers of a response as expressions see them.

Source: docs/explanation/connector-format-facts.rst, "Expressions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx


class ResponseHeaders(Mapping[str, object]):
    """A response's headers as expressions see them: case-insensitive, with `link.next` as the URL of `rel="next"`."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._headers = response.headers

    def __getitem__(self, name: str) -> object:
        if name.lower() != "link":
            return self._headers[name]
        return {rel: link["url"] for rel, link in self._response.links.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)
