"""Atomic file writes, and reads of files whose size is limited."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path


class UnsuitableFile(OSError):
    """A file is a device or a pipe, or is larger than allowed; `strerror` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)


def read_limited(path: Path, max_bytes: int) -> bytes:
    """Return the bytes of a regular file.

    Never waits for a pipe, and never reads a device; the null device counts as an empty file.
    Raises UnsuitableFile, or OSError as `open` does.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())  # of the file that was opened: the path may lead elsewhere by now
        if status.st_rdev and status.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116 - no path of ours
            return b""  # the usual way to say that a file is not wanted
        if not stat.S_ISREG(status.st_mode):
            raise UnsuitableFile("expected a regular file")
        content = file.read(max_bytes + 1) if status.st_size <= max_bytes else b""
        if max(status.st_size, len(content)) > max_bytes:
            raise UnsuitableFile(f"larger than {max_bytes:,} bytes, the most that is read")
    return content


def _open_at_once(path: str, flags: int) -> int:
    """Open a file as the `opener` of `open`; a pipe without a writer is opened, too."""
    return os.open(path, flags | os.O_NONBLOCK)


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
