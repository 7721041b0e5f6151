"""Exports that Spark and its like write: a folder of parts, with files of their own beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from qa_sync.errors import UsageError

DONE: Final = "_SUCCESS"
WRITING: Final = "_temporary"
PART: Final = re.compile("part[-.][0-9]")


def is_of_parts(folder: Path) -> bool:
    """Return whether a folder is one export in parts, not a folder of several exports."""
    if not folder.is_dir():
        return False
    names = [path.name for path in folder.iterdir()]
    return not {DONE, WRITING}.isdisjoint(names) or any(PART.match(name) for name in names)


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of an export in their order; raises UsageError for one that is incomplete or partitioned."""
    if (folder / WRITING).exists() and not (folder / DONE).exists():
        message = f"{folder}: the job that writes it has not finished: there is {WRITING}, and no {DONE}"
        raise UsageError(message, hint="wait until the job has ended")
    shown = [path for path in sorted(folder.iterdir()) if not path.name.startswith(("_", "."))]
    for path in shown:
        column, mark, _ = path.name.partition("=")
        if mark and path.is_dir():
            message = f"{folder}: partitioned by {column!r}, whose values stand in the names of folders only"
            raise UsageError(message, hint="write it without partitions")
    parts = [path for path in shown if path.is_file()]
    filled = [path for path in parts if path.stat().st_size]  # a task without records writes an empty text file
    if not filled:
        raise UsageError(f"{folder}: expected records, got none", hint="is the export complete?")
    return filled
