"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Write a UTF-8 text beside its place and move it there; a reader sees the old file or the new one, never a part.

    A text may come in pieces, so that a large one is never in memory as a whole. Missing folders are made; a link is
    followed, and what is no regular file (a pipe, a device) is written to, never replaced. A new file is for its owner
    only, for it may hold somebody's data. Raises OSError, and then leaves nothing behind.
    """
    path = Path(os.path.realpath(path))
    pieces = [text] if isinstance(text, str) else text
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as out:
            out.writelines(pieces)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "w", encoding="utf-8", newline="", opener=open_private) as out:
            if path.exists():
                os.fchmod(out.fileno(), path.stat().st_mode & 0o777)
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def open_private(path: str, flags: int) -> int:
    """Open a file as `open` asks its opener to; a new one is for its owner only."""
    return os.open(path, flags, 0o600)
