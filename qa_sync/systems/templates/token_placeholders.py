"""The token in templates: placeholders while a request is rendered, its members when it is authenticated.

A request that is recorded, shown or compared thus never contains a token.

Source: docs/explanation/connector-format-facts.rst, "Tokens from operations".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, SupportsIndex
from urllib.parse import quote

from qa_sync.values import paths
from qa_sync.values.form import Json

PLACEHOLDER: Final = re.compile(r"~token~([A-Za-z0-9_.-]+)~")
"""Uses only characters that are not escaped in URLs, JSON or forms."""
PATH: Final = r"\1"

OnSecretRead = Callable[[str, Json], None]


class TokenPlaceholder(str):
    """A placeholder for a member of a token; a text, so that templates can build other texts with it."""

    __slots__ = ()

    def __getitem__(self, at: SupportsIndex | slice | str) -> str:
        return _placeholder(f"{PLACEHOLDER.sub(PATH, self)}.{at}") if isinstance(at, str) else super().__getitem__(at)


def _placeholder(path: str) -> TokenPlaceholder:
    return TokenPlaceholder(f"~token~{path}~")


class UnknownMember(str):
    """A redacted text with unknown members, which are redacted too."""

    __slots__ = ()

    def __getitem__(self, at: SupportsIndex | slice | str) -> str:
        return self if isinstance(at, str) else super().__getitem__(at)


class TokenPlaceholders(Mapping[str, TokenPlaceholder]):
    """A token that is not fetched yet: it has every member, as a placeholder."""

    def __getitem__(self, name: str) -> TokenPlaceholder:
        return _placeholder(name)

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True


class TrackedToken(Mapping[str, Json]):
    """A token that calls `on_read` for each member that is read, by its path, and collects those that are `missing`."""

    def __init__(
        self,
        members: Mapping[str, Json],
        on_read: OnSecretRead,
        path: str = "",
        missing: list[str] | None = None,
        *,
        quoted: bool = False,
    ) -> None:
        self._members = members
        self._on_read = on_read
        self._path = path
        self._quoted = quoted
        self.missing: list[str] = [] if missing is None else missing

    def __getitem__(self, name: str) -> Json:
        path = f"{self._path}{name}"
        if name not in self._members:
            self.missing.append(path)
        value = self._members[name]
        self._on_read(path, value)
        if isinstance(value, Mapping):
            return TrackedToken(value, self._on_read, f"{path}.", self.missing, quoted=self._quoted)
        return quote(value, safe="") if self._quoted and isinstance(value, str) else value

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def quoted(self) -> TrackedToken:
        """Return the token with its members quoted for a URL."""
        return TrackedToken(self._members, self._on_read, self._path, self.missing, quoted=True)

    def fill_url(self, url: str) -> str:
        """Return a URL with its placeholders replaced."""
        return PLACEHOLDER.sub(lambda match: str(paths.read(self.quoted(), match[1])), url)
