"""Finds the specs for a SPEC argument: a file, a folder, a glob pattern or standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from qa_sync.dataflow.load import STDIN
from qa_sync.errors import SpecError
from qa_sync.location import Location

ENDINGS = (".txt", ".rst")
"""Suffixes of specs in a folder."""

_SNIFFED_BYTES = 8192
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")


def find_specs(given: str) -> tuple[str, ...]:
    """Return the paths of the specs that a SPEC argument selects, sorted.

    A folder selects every text file below it whose name ends with `.txt` or `.rst`, except hidden files and binary
    files. A pattern (`specs/*.rst`, `**/*.txt`) that is not the name of a file selects its matches. Other arguments are
    returned unchanged. Raises SpecError when a folder has no specs or cannot be searched, or a pattern has no match.
    """
    if given == STDIN:
        return (given,)
    if os.path.isdir(given):  # noqa: PTH112 - Path.is_dir is slower and rejects some texts
        return _folder(given)
    if has_magic(given) and not os.path.lexists(given):
        return _pattern(given)
    return (given,)


def _folder(given: str) -> tuple[str, ...]:
    found = tuple(_specs_below(given))
    if not found:
        hint = f"specs in a folder are files that end with {' or '.join(ENDINGS)}; pass other files by name"
        raise SpecError("no specs in the folder", location=Location(given), hint=hint)
    return found


def _pattern(given: str) -> tuple[str, ...]:
    matched = sorted(glob(given, recursive=True))  # noqa: PTH207 - Path.glob needs the root of the pattern separately
    found = tuple(_documents(matched))
    if not found:
        hint = "check the pattern and the current folder"
        raise SpecError("no specs match the pattern", location=Location(given), hint=hint)
    return found


def _documents(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - as above
            yield from _specs_below(path)
        else:
            yield path


def _specs_below(folder: str) -> list[str]:
    """Return the specs in a folder and its subfolders, sorted by path."""
    found: list[Path] = []
    for at, folders, files in os.walk(folder, onerror=_cannot_search):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = (name for name in files if name.lower().endswith(ENDINGS) and not name.startswith("."))
        found += [path for name in names if _is_text(path := Path(at, name))]
    return [str(path) for path in sorted(found)]


def _is_text(path: Path) -> bool:
    """Return whether a file may be a spec; an unreadable file counts, so that loading it reports the error."""
    if path.exists() and not path.is_file():
        return False  # reading a pipe would block until something is written
    try:
        with path.open("rb") as file:
            beginning = file.read(_SNIFFED_BYTES)
    except OSError:
        return True
    return b"\0" not in beginning or beginning.startswith(_WIDE_TEXT)


def _cannot_search(error: OSError) -> None:
    reason = error.strerror or error
    hint = "check the folder and its permissions"
    raise SpecError(f"the folder cannot be searched: {reason}", location=Location(str(error.filename)), hint=hint)
