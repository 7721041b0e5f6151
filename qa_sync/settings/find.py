"""Where the settings are."""

from __future__ import annotations

import os
from pathlib import Path

from qa_sync.settings.model import FILE_NAME


def find_settings(folder: Path) -> Path | None:
    """Return the nearest `qa-sync.toml` in the folder or a parent folder, or None.

    It may be one that cannot be read, such as a link to nowhere: no run goes on as if there were none.
    """
    folder = folder.absolute()
    return next((path for at in (folder, *folder.parents) if os.path.lexists(path := at / FILE_NAME)), None)
