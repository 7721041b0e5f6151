"""Ids: one text for a record's key, whatever members it is made of.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses", `primary_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from qa_sync.values import paths
from qa_sync.values.form import Json

BETWEEN: Final = ","
"""What stands between the parts of an id that is made of several members; within a part it is quoted."""


def read_id(key: tuple[str, ...], data: Json) -> str | None:
    """Return a record's id, None when a member of its key is not there."""
    parts = [paths.read(data, path) for path in key]
    if None in parts or not parts:
        return None
    return str(parts[0]) if len(parts) == 1 else BETWEEN.join(quote(str(part), safe="") for part in parts)


def key_members(key: tuple[str, ...], id: str) -> dict[str, Json]:
    """Return the members that an id was made of, as an object."""
    parts = [id] if len(key) == 1 else [unquote(part) for part in id.split(BETWEEN)]
    data: Json = {}
    for path, part in zip(key, parts, strict=False):
        data = paths.write(data, path, part)
    return dict(data)


def known_id(key: tuple[str, ...], id: str, data: Json) -> Json:
    """Return the record of that id where an answer is a list (a search); the only one counts; None when it is empty."""
    if not isinstance(data, list):
        return data
    own = [row for row in data if isinstance(row, Mapping) and read_id(key, row) == id]
    if own or not data:
        return own[0] if own else None
    return data[0] if len(data) == 1 else data
