"""Updates a drafted folder after the document has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.files import UnsuitableFile, read_limited
from qa_sync.openapi.editing.merge import merge_json, merge_toml
from qa_sync.openapi.state import State
from qa_sync.toml_text import parse_toml

TOML_FILE: Final = "entities.toml"
MAX_BYTES: Final = 64_000_000


class Update(Struct, frozen=True):
    """What an update writes: the files whose text changes, with their texts before, and what it leaves as it stands."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    conflicts: tuple[str, ...]
    lost: tuple[str, ...]


def plan_update(folder: Path, state: State, files: Mapping[str, str]) -> Update:
    """Return the update of a folder to a new draft; raises UsageError for a file that cannot be read or merged."""
    entities = frozenset(json.loads(files["manifest.json"])["datatypes"])
    drafted = json.loads(state.files["manifest.json"])["datatypes"]
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    conflicts: list[str] = []
    for name, new in files.items():
        now, old = _text(folder / name), state.files.get(name, "")
        text, found = _merged(folder / name, name, (old, new, now), entities)
        conflicts += (f"{name}: {conflict}" for conflict in found)
        if text != now:
            before[name], after[name] = now, text
    lost = (f"{name}: the document no longer has it; it stays as it is" for name in drafted if name not in entities)
    return Update(before, after, tuple(conflicts), tuple(lost))


def _merged(path: Path, name: str, texts: tuple[str, str, str], entities: frozenset[str]) -> tuple[str, list[str]]:
    try:
        if name != TOML_FILE:
            return merge_json(*texts, entities)
        text, conflicts = merge_toml(*texts)
        parse_toml(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be merged: {error}", hint="nothing was written; correct the file") from None
    return text, conflicts


def _text(path: Path) -> str:
    try:
        return read_limited(path, MAX_BYTES).decode("utf-8")
    except (OSError, UnsuitableFile) as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8") from None
