"""A section is recorded by one process at a time: the last of two would overwrite the recording of the other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qa_sync.errors import NoVerdict, UsageError


@contextmanager
def recording_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a recording; however the process ends, the lock is free again.

    Raises UsageError if another process records it, NoVerdict if its folder cannot be written to.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = _locked(lock)
    except BlockingIOError:
        hint = "wait until it has ended, or give another folder with --cassettes"
        raise UsageError(f"{path} is being recorded by another process", hint=hint) from None
    except OSError as error:
        raise NoVerdict(f"{path}: {error.strerror or error}", hint="give another folder with --cassettes") from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(number)
        with suppress(OSError):
            path.parent.rmdir()  # nothing was recorded


def _locked(lock: Path) -> int:
    """Return the descriptor of a locked file that is still at its path; raises BlockingIOError if it is locked."""
    while True:
        number = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if lock.stat().st_ino == os.fstat(number).st_ino:
                    return number
        except BaseException:
            os.close(number)
            raise
        os.close(number)  # another process has just removed it
