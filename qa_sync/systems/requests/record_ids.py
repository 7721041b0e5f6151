"""Converts between a record's id (one text) and the members of its key.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses", `primary_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from qa_sync.values import paths
from qa_sync.values.form import Json

BETWEEN: Final = ","
"""The separator between the parts of an id with several members; it is quoted within a part."""


def read_id(key: tuple[str, ...], data: Json) -> str | None:
    """Return a record's id, or None if a member of its key is missing."""
    parts = [paths.read(data, path) for path in key]
    if None in parts or not parts:
        return None
    return str(parts[0]) if len(parts) == 1 else BETWEEN.join(quote(str(part), safe="") for part in parts)


def key_members(key: tuple[str, ...], id: str) -> dict[str, Json]:
    """Return the members of an id as an object."""
    parts = [id] if len(key) == 1 else [unquote(part) for part in id.split(BETWEEN)]
    data: Json = {}
    for path, part in zip(key, parts, strict=False):
        data = paths.write(data, path, part)
    return dict(data)


def known_id(key: tuple[str, ...], id: str, data: Json) -> Json:
    """Return the record with that id if the response is a list (a search), or its only record; None if it is empty."""
    if not isinstance(data, list):
        return data
    own = [row for row in data if isinstance(row, Mapping) and read_id(key, row) == id]
    if own or not data:
        return own[0] if own else None
    return data[0] if len(data) == 1 else data
