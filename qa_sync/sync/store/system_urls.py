"""Where the systems are whose records a store of links speaks of: the ids of another shop mean other records."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from qa_sync.errors import UsageError
from qa_sync.sync.store.database import SyncStore


def check_system_urls(state: SyncStore, urls: Mapping[str, str], *, moved: bool = False) -> None:
    """Keep where each system (by label) is; raises UsageError when a store knows it elsewhere and nothing has `moved`.

    The scheme and credentials of a url are not part of the place.
    """
    for label, url in urls.items():
        here = url_key(url)
        row = state.read("SELECT place FROM homes WHERE system = ?", label).fetchone()
        if row and row[0] != here and not moved:
            raise UsageError(
                f"the links belong to {label} at {row[0]}, but the settings have {here}",
                hint="pass another file to --links, or --moved when it is the same system at a new URL",
            )
        state.write("INSERT OR REPLACE INTO homes VALUES (?, ?)", label, here)


def url_key(url: str) -> str:
    """Return host, port and path of a url."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2].casefold()}{parts.path.rstrip('/')}"
