"""Snapshots: a folder of Parquet parts, and a manifest that lists the valid parts.

    manifest.json      system, columns, parts and times; replaced atomically after every part
    part-00000.parquet id, modified (UTC text), seq (later wins), and kind and text of each column (k0, t0, ...)

Only parts that the manifest lists with their size are valid, so a partly written file never is. During a read the
manifest has `reading`, from which the next call resumes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.files import write_atomically
from qa_sync.location import Location
from qa_sync.systems.responses.pagination import PageCursor

SCHEMA: Final = "qa-sync/snapshot/1"
MANIFEST: Final = "manifest.json"
REREAD_HINT: Final = "re-read everything with --fresh, or give another folder with --snapshot"


class Part(Struct, frozen=True):
    """A Parquet file of the snapshot, with its number of rows and its size in bytes."""

    file: str
    rows: int
    size: int


class PartialRead(Struct, frozen=True):
    """An unfinished read: started at `as_of`, of records changed since `since` (None: of all), up to `cursor`."""

    as_of: datetime
    since: datetime | None = None
    cursor: PageCursor | None = None


class Snapshot(Struct, frozen=True):
    """A manifest.

    `identity` has system, connector, url and datatype; `columns` are property paths; `as_of` is the start of the last
    complete read (None: there was none); `partial`: it read changed records only.
    """

    identity: Mapping[str, str]
    columns: tuple[str, ...]
    as_of: datetime | None = None
    parts: tuple[Part, ...] = ()
    reading: PartialRead | None = None
    partial: bool = False

    @property
    def rows(self) -> int:
        """The number of rows in all parts."""
        return sum(part.rows for part in self.parts)


def load(folder: Path, identity: Mapping[str, str], columns: tuple[str, ...]) -> Snapshot | None:
    """Return the snapshot in a folder, None if there is none.

    Raises UsageError for a snapshot of other records or of another version, and for a missing column or damaged part.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    found = _parsed(path)
    for name, value in identity.items():
        if found.identity.get(name) != value:
            message = f"this snapshot is of another {name}: expected {value!r}, got {found.identity.get(name)!r}"
            raise UsageError(message, location=Location(str(path)), hint=REREAD_HINT)
    if lacking := [column for column in columns if column not in found.columns]:
        message = f"this snapshot was read for other sections: it has no column {', '.join(lacking)}"
        raise UsageError(message, location=Location(str(path)), hint=REREAD_HINT)
    for part in found.parts:
        _check(folder / part.file, part)
    return found


def save(folder: Path, snapshot: Snapshot) -> None:
    """Replace the manifest atomically; raises NoVerdict when the disk is full or fails."""
    reading = snapshot.reading
    document = {
        "schema": SCHEMA,
        "whose": dict(snapshot.identity),
        "columns": list(snapshot.columns),
        "as_of": snapshot.as_of.isoformat() if snapshot.as_of else None,
        "partial": snapshot.partial,
        "parts": [{"file": p.file, "rows": p.rows, "size": p.size} for p in snapshot.parts],
        "reading": reading
        and {
            "as_of": reading.as_of.isoformat(),
            "since": reading.since.isoformat() if reading.since else None,
            "mark": {"page": reading.cursor.page, "link": reading.cursor.link} if reading.cursor else None,
        },
    }
    try:
        write_atomically(folder / MANIFEST, json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise NoVerdict(f"the snapshot {folder}: {error.strerror or error}") from None


def discard(folder: Path, keep: Snapshot | None = None) -> None:
    """Remove the parts that `keep` does not list; for None, all parts and the manifest."""
    kept = {part.file for part in keep.parts} if keep else set()
    for path in folder.glob("part-*.parquet*") if folder.is_dir() else ():
        if path.name not in kept:
            path.unlink()
    if keep is None:
        (folder / MANIFEST).unlink(missing_ok=True)


def finished(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with its read completed."""
    reading = snapshot.reading
    if reading is None:
        return snapshot
    return replace(snapshot, as_of=reading.as_of, reading=None, partial=reading.since is not None)


def _check(path: Path, part: Part) -> None:
    size = path.stat().st_size if path.is_file() else None
    if size != part.size:
        found = "it is missing" if size is None else f"it has {size} bytes"
        message = f"a part of the snapshot is damaged: expected {part.size} bytes, {found}"
        raise UsageError(message, location=Location(str(path)), hint=REREAD_HINT)


def _parsed(path: Path) -> Snapshot:
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        version = raw["schema"]
        if version != SCHEMA:
            message = f"expected a snapshot of version {SCHEMA!r}, got {version!r}"
            raise UsageError(message, location=Location(str(path)), hint=REREAD_HINT)
        return Snapshot(
            identity=dict(raw["whose"]),
            columns=tuple(raw["columns"]),
            as_of=_instant(raw["as_of"]),
            parts=tuple(Part(p["file"], p["rows"], p["size"]) for p in raw["parts"]),
            reading=_reading(raw["reading"]),
            partial=raw["partial"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"not a snapshot manifest: {type(error).__name__}: {error}"
        raise UsageError(message, location=Location(str(path)), hint=REREAD_HINT) from None


def _reading(raw: Any) -> PartialRead | None:
    if raw is None:
        return None
    as_of = _instant(raw["as_of"])
    if as_of is None:
        raise ValueError("a read without a start time")
    cursor = raw["mark"]
    return PartialRead(as_of, _instant(raw["since"]), PageCursor(cursor["page"], cursor["link"]) if cursor else None)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
