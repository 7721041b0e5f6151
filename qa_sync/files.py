"""Atomic file writes, and reads of files whose size is limited."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

UNITS: Final = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
MAX_DIGITS: Final = 6

TEMPORARY: Final = ".qa-sync-"
"""How the names of temporary files begin."""


def is_utf8(text: str) -> bool:
    """Return whether a text can be written as UTF-8; an argument or a variable with other bytes cannot."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


class UnsuitableFile(OSError):
    """A file is a device or a pipe, or is larger than allowed; `strerror` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)


def read_limited(path: Path, max_bytes: int, variable: str = "") -> bytes:
    """Return the bytes of a regular file; the environment variable `variable` overrides the limit (`64MB`).

    Never waits for a pipe, and never reads a device; the null device counts as an empty file.
    Raises UnsuitableFile, or OSError as `open` does.
    """
    max_bytes = configured_limit(max_bytes, variable)
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())  # of the file that was opened: the path may lead elsewhere by now
        if status.st_rdev and status.st_rdev == os.stat(os.devnull).st_rdev:  # noqa: PTH116 - no path of ours
            return b""  # the usual way to say that a file is not wanted
        if not stat.S_ISREG(status.st_mode):
            raise UnsuitableFile("expected a regular file")
        # A buffer as large as the file, not as the limit, which takes longer to get than the file to read.
        content = file.read(status.st_size + 1) if status.st_size <= max_bytes else b""
        if len(content) > status.st_size:  # it has grown, or is one of /proc, which say nothing of their size
            content += file.read(max_bytes + 1 - len(content))
        if max(status.st_size, len(content)) > max_bytes:
            raise UnsuitableFile(too_large(max_bytes, variable))
    return content


def configured_limit(max_bytes: int, variable: str) -> int:
    """Return the limit of an environment variable, by default `max_bytes`; raises UnsuitableFile if it is no size."""
    text = os.environ.get(variable, "")
    if not text:
        return max_bytes
    number, unit = text[:-2], text[-2:]
    if unit not in UNITS or not number.isdecimal() or not 0 < len(number) <= MAX_DIGITS:
        raise UnsuitableFile(f"{variable}: expected a size such as 64MB, got {text!r}")
    return int(number) * UNITS[unit]


def too_large(max_bytes: int, variable: str) -> str:
    """Return the reason why a file of more than `max_bytes` is not read."""
    message = f"larger than {max_bytes:,} bytes, the most that is read"
    return f"{message}; {variable} sets another limit, such as 64MB" if variable else message


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, pieces)
    except OSError as error:
        error.filename = str(path)  # a full disk names no file, other errors may name the temporary one
        raise


def _replace(path: Path, pieces: Iterable[str]) -> None:
    number, temporary = create_temporary(path)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as out:
            if path.exists():
                os.fchmod(out.fileno(), path.stat().st_mode & 0o777)
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def create_temporary(path: Path) -> tuple[int, Path]:
    """Create an empty file next to `path` that can replace it later; return its descriptor and its path.

    It has mode 0600 and a random name, and is never an existing file or link, so that no other user of the folder can
    prepare it. Raises OSError.
    """
    number, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    return number, Path(name)


def open_private(path: str, flags: int) -> int:
    """Open a file as the `opener` of `open`; a new file has mode 0600."""
    return os.open(path, flags, 0o600)
