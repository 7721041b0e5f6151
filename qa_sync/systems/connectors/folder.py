"""The files of a connector folder and their problems, each with its file and JSON key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

from msgspec import Struct

from qa_sync.errors import ConnectorError
from qa_sync.files import read_limited
from qa_sync.values.form import Json

MANIFEST_FILE: Final = "manifest.json"
MAX_FILE_BYTES: Final = 16_000_000
"""Bytes of a file in a connector folder: a hundred times the largest known one."""
MAX_FILE: Final = "QA_SYNC_MAX_CONNECTOR_FILE"
"""The environment variable with another limit."""


class Severity(StrEnum):
    """The severity of a problem."""

    FATAL = "fatal"
    """The connector cannot be used."""
    MISSING = "missing"
    """A part of a datatype is missing; the rest works."""
    NOTE = "note"
    """It works, but not exactly as written."""


class Problem(Struct, frozen=True):
    """A problem: the file as a path from the folder, and the JSON key in it (empty: the whole file)."""

    file: str
    key: str
    message: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class ConnectorFiles(Struct, frozen=True):
    """The contents of a folder as written: the manifest, the system's template, and the pipes by file.

    `template` is the name of the system's template; `systems` are its systems by id, type-checked.
    """

    manifest: Mapping[str, Json]
    template: str
    system: Json
    systems: Mapping[str, Mapping[str, Json]]
    pipes: Mapping[str, Sequence[Json]]


def parse_json(text: str, path: Path) -> Json:
    """Return the JSON value of a file's text; raises ConnectorError with the file and the position."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"{path}: not JSON: {error}") from None


def parse_json_object(text: str, path: Path) -> Mapping[str, Json]:
    """Return the JSON object of a file's text; raises ConnectorError if it is anything else."""
    value = parse_json(text, path)
    if not isinstance(value, dict):
        raise ConnectorError(f"{path}: expected one JSON object, got {type(value).__name__}")
    return value


def _read_bytes(path: Path) -> bytes:
    try:
        return read_limited(path, MAX_FILE_BYTES, MAX_FILE)
    except OSError as error:
        raise ConnectorError(
            f"{path}: {error.strerror or error}", hint="a connector folder contains manifest.json and templates/"
        ) from None


def read_text(path: Path) -> str:
    """Return a file's text without a byte order mark; raises ConnectorError."""
    content = _read_bytes(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConnectorError(f"{path}: not UTF-8: {error.reason}") from None


def resolve_inside(folder: Path, name: str) -> Path:
    """Return a file that the manifest names, from the folder; raises ConnectorError for one outside the folder.

    A leading slash stands for the folder, as manifests often write it.
    """
    path = PurePath(name.lstrip("/"))
    if path.is_absolute() or path.drive or ".." in path.parts:
        raise ConnectorError(f"{folder / 'manifest.json'}: {name!r} is outside the connector's folder")
    return folder / path


def fingerprint_of(folder: Path) -> str:
    """Return a short fingerprint of all files in the folder except hidden ones; raises ConnectorError."""
    digest = hashlib.sha256()
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    for path in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(_read_bytes(path) + b"\0")
    return digest.hexdigest()[:12]
