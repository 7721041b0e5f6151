"""The URL of a database: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE`, without its fragment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from qa_sync.errors import UsageError

CONNECT_S: Final = 10
"""Seconds in which a connection must be made."""


class DatabaseUrl(Struct, frozen=True):
    """The parts of the URL of a database; `shown` has neither the password nor the options."""

    shown: str
    host: str | None
    port: int | None
    user: str | None
    password: str | None
    database: str
    options: Mapping[str, str]

    def redacted(self, error: Exception) -> str:
        """Return the first line of an error of a driver, without the password."""
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return text.replace(self.password, "(hidden)") if self.password else text


def parse_database_url(url: str) -> DatabaseUrl:
    """Return the parts of a URL; raises UsageError for one without a database."""
    parts = urlsplit(url)
    shown = without_secrets(url)
    try:
        port = parts.port
    except ValueError:
        raise UsageError(f"{shown}: expected a number as port") from None
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database:
        raise UsageError(f"{shown}: expected {parts.scheme}://USER@HOST/DATABASE#TABLE, got no database")
    user, password = (unquote(one) if one is not None else None for one in (parts.username, parts.password))
    return DatabaseUrl(shown, parts.hostname, port, user, password, database, dict(parse_qsl(parts.query)))


def without_secrets(url: str) -> str:
    """Return a URL without user name, password and query, in which tokens may be."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=place, query="").geturl()
