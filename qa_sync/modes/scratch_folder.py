"""A folder for temporary files, which the next audit removes if this one is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

# Windows has no file locks of this kind.
fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None

PREFIX: Final = "qa-sync-audit-"
OWNER: Final = "owner"
"""A file that the audit which uses the folder keeps locked."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder, which is removed at the end; folders of killed audits are removed first."""
    _remove_abandoned(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name, _owned(Path(name)):
        yield Path(name)


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    unlocked = folder / f".{OWNER}"
    with unlocked.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        unlocked.rename(folder / OWNER)  # it never has its name without the lock
        yield


def _remove_abandoned(place: Path) -> None:
    for folder in place.glob(f"{PREFIX}*") if fcntl is not None else ():
        with suppress(OSError):  # of another user, or locked by its owner
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / OWNER).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
