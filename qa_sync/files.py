"""Atomic file writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Write a UTF-8 text file atomically: a reader sees the old file or the new one, never a part of it.

    `text` may be an iterable of pieces, so that a large file is never in memory as a whole. Creates missing folders and
    follows links; a pipe or device is written to, never replaced. A new file has mode 0600, because it may contain
    business data. Raises OSError, and then leaves no temporary file.
    """
    path = Path(os.path.realpath(path))
    pieces = [text] if isinstance(text, str) else text
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as out:
            out.writelines(pieces)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", encoding="utf-8", newline="", opener=open_private) as out:
            if path.exists():
                os.fchmod(out.fileno(), path.stat().st_mode & 0o777)
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def open_private(path: str, flags: int) -> int:
    """Open a file as the `opener` of `open`; a new file has mode 0600."""
    return os.open(path, flags, 0o600)
