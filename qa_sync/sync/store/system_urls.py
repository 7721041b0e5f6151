"""The URLs of the systems of a links file: at another URL, the same ids are other records."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from qa_sync.errors import UsageError
from qa_sync.sync.store.database import SyncStore


def check_system_urls(state: SyncStore, urls: Mapping[str, str], *, moved: bool = False) -> None:
    """Save the URL of each system (by label); raises UsageError when the store has another one and not `moved`.

    The scheme and credentials of a URL are ignored.
    """
    for label, url in urls.items():
        key = url_key(url)
        row = state.read("SELECT place FROM homes WHERE system = ?", label).fetchone()
        if row and row[0] != key and not moved:
            raise UsageError(
                f"the links belong to {label} at {row[0]}, but the settings have {key}",
                hint="pass another file to --links, or --moved when it is the same system at a new URL",
            )
        state.write("INSERT OR REPLACE INTO homes VALUES (?, ?)", label, key)


def url_key(url: str) -> str:
    """Return host, port and path of a URL."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2].casefold()}{parts.path.rstrip('/')}"
