"""Loads a spec from a file or standard input."""

from __future__ import annotations

import glob
import sys
from pathlib import Path

from qa_sync.dataflow.model import Dataflow
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.errors import SpecError, did_you_mean
from qa_sync.files import UnsuitableFile, configured_limit, is_utf8, read_limited, too_large
from qa_sync.location import Location

STDIN = "-"

MAX_SPEC_BYTES = 16_000_000
"""Bytes of a spec: a hundred times the largest we know of."""
MAX_SPEC = "QA_SYNC_MAX_SPEC"
"""The environment variable with another limit."""

_OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def load_dataflow(path: str) -> Dataflow:
    """Load and parse a spec; `-` reads standard input.

    Raises SpecError when the file does not exist, its path or text is not UTF-8, or it is not a dataflow spec.
    """
    _reject_undecodable(path)
    return read_dataflow(decode(_read_file(path), path), path)


def _reject_undecodable(path: str) -> None:
    """Raise SpecError for a path that is not UTF-8: recordings, reports and the history have it as text."""
    if not is_utf8(path):
        raise SpecError("its path is not UTF-8", location=Location(path), hint="rename the file or its folder")


def decode(data: bytes, path: str) -> str:
    """Decode UTF-8 with or without a byte order mark. Raises SpecError for other bytes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        other = next((name for mark, name in _OTHER_ENCODINGS if data.startswith(mark)), None)
        hint = f"it looks like {other}; save it as UTF-8" if other else "save the spec as UTF-8 text"
        line = data.count(b"\n", 0, error.start) + 1
        message = f"expected UTF-8 text, got the byte 0x{data[error.start]:02x} at offset {error.start}"
        raise SpecError(message, location=Location(path, line), hint=hint) from error


def _read_file(path: str) -> bytes:
    if path == STDIN:
        limit = configured_limit(MAX_SPEC_BYTES, MAX_SPEC)
        data = sys.stdin.buffer.read(limit + 1)
        if len(data) > limit:
            raise SpecError(too_large(limit, MAX_SPEC), location=Location(STDIN))
        return data
    try:
        return _read_regular_file(Path(path))
    except IsADirectoryError as error:
        hint = f"pass a spec in the folder, for example {_example(Path(path))}"
        raise SpecError("expected a spec, got a folder", location=Location(path), hint=hint) from error
    except FileNotFoundError as error:
        raise SpecError("spec not found", location=Location(path), hint=_neighbors_hint(Path(path))) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = "check the path and its permissions"
        raise SpecError(f"the spec cannot be read: {reason}", location=Location(path), hint=hint) from error


def _read_regular_file(path: Path) -> bytes:
    try:
        return read_limited(path, MAX_SPEC_BYTES, MAX_SPEC)
    except UnsuitableFile as error:  # reading a pipe may block forever, and a device may never end
        raise SpecError(
            str(error.strerror), location=Location(str(path)), hint="a spec is a text file; - reads standard input"
        ) from None


def _neighbors_hint(path: Path) -> str:
    if not path.parent.is_dir():
        elsewhere = sorted(map(str, Path().glob(f"*/{glob.escape(path.name)}")))
        elsewhere_hint = f"; did you mean {' or '.join(map(repr, elsewhere[:3]))}?" if elsewhere else ""
        return f"there is no folder {path.parent}{elsewhere_hint}"
    names = _files(path.parent)
    near = did_you_mean(path.name, names)
    if near:
        return near
    folder = "the current folder" if path.parent == Path() else str(path.parent)
    return f"{folder} contains: {', '.join(names[:10])}" if names else f"{folder} contains no specs"


def _example(folder: Path) -> str:
    names = _files(folder)
    return str(folder / names[0]) if names else "specs/000.txt"


def _files(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith("."))
    except OSError:
        return []
