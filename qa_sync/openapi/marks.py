"""The mark of what a draft does not know for certain: written into its files, and found in them again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

GUESSED: Final = "guessed: "
"""The mark in comments and in descriptions of operations; the reason follows."""

GUESSED_FILES: Final = ("entities.toml", "templates/system.json")
"""The files of a draft that can have marks."""


def marked_lines(path: Path) -> list[tuple[int, str]]:
    """Return the marked lines of a file: number (from 1), and key with reason; none without the file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for number, line in enumerate(lines, 1):
        before, mark, why = line.partition(GUESSED)
        is_mark = before.rstrip().endswith("#") or before.strip() == '"description": "'
        if mark and is_mark and not line.startswith("# "):
            key = before.partition(" = ")[0].strip()
            found.append((number, f"{key}: {why}" if before.rstrip().endswith("#") else why.rstrip('",')))
    return found
