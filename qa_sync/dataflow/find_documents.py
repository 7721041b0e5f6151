"""What a user names on the command line -> the documents meant: a file, a folder, a pattern, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from qa_sync.dataflow.load import STDIN
from qa_sync.errors import SpecError
from qa_sync.location import Location

ENDINGS = (".txt", ".rst")
"""What the name of a document in a folder ends with."""

_SNIFFED_BYTES = 8192
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")


def find_documents(given: str) -> tuple[str, ...]:
    """Return the paths of the documents that a word of the command line means, sorted.

    A folder means every text below it whose name ends with `.txt` or `.rst`, hidden ones and binary files left out; a
    pattern (`specs/*.rst`, `**/*.txt`) that is no file itself means what it matches. All else is returned as it is.
    Raises SpecError when a folder holds no document, when it cannot be searched, and when a pattern matches nothing.
    """
    if given == STDIN:
        return (given,)
    if os.path.isdir(given):  # noqa: PTH112 - Path asks more slowly, and not about every text
        return _folder(given)
    if has_magic(given) and not os.path.lexists(given):
        return _pattern(given)
    return (given,)


def _folder(given: str) -> tuple[str, ...]:
    found = tuple(_documents_below(given))
    if not found:
        hint = f"documents in a folder are files that end with {' or '.join(ENDINGS)}; name others one by one"
        raise SpecError("expected documents in the folder, found none", location=Location(given), hint=hint)
    return found


def _pattern(given: str) -> tuple[str, ...]:
    matched = sorted(glob(given, recursive=True))  # noqa: PTH207 - Path.glob needs the pattern's root apart
    found = tuple(_documents(matched))
    if not found:
        hint = "is the pattern right, and the folder that it starts from?"
        raise SpecError("expected documents that match the pattern, found none", location=Location(given), hint=hint)
    return found


def _documents(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - as above
            yield from _documents_below(path)
        else:
            yield path


def _documents_below(folder: str) -> list[str]:
    """Return the documents of a folder and of those in it, sorted by their paths' parts."""
    found: list[Path] = []
    for at, folders, files in os.walk(folder, onerror=_cannot_search):
        folders[:] = [name for name in folders if not name.startswith(".")]
        names = (name for name in files if name.lower().endswith(ENDINGS) and not name.startswith("."))
        found += [path for name in names if _is_text(path := Path(at, name))]
    return [str(path) for path in sorted(found)]


def _is_text(path: Path) -> bool:
    """Tell whether a file may be a document; one that cannot be read is kept, to be told about."""
    if path.exists() and not path.is_file():
        return False  # a pipe would wait for somebody to write
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
