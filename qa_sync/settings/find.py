"""Where the settings are."""

from __future__ import annotations

from pathlib import Path

from qa_sync.settings.model import FILE_NAME


def find_settings(folder: Path) -> Path | None:
    """Return the nearest `qa-sync.toml` in the folder or a parent folder, or None."""
    folder = folder.absolute()
    return next((path for at in (folder, *folder.parents) if (path := at / FILE_NAME).is_file()), None)
