"""Converts between a record's id (one text) and the members of its key.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses", `primary_key`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote

from qa_sync.values import paths
from qa_sync.values.form import Json

BETWEEN: Final = ","
"""The separator between the parts of an id with several members; it is quoted within a part."""

SEPARATORS: Final = re.compile(r"[/\\;]")
"""Characters that a server may treat as the end of a path segment."""

PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
"""A text that is a segment however it is quoted, as nearly all ids are."""

NO_TEXT: Final = re.compile(r"[\0\ud800-\udfff]")
"""Characters that no file, database or URL takes."""

DOTS: Final = (".", "..")
UNQUOTED_TIMES: Final = 4
"""How often a value is unquoted: by the system, and by the proxies before it."""


def is_path_segment(text: str) -> bool:
    """Return whether a text, quoted in a path, is a segment of its own.

    An empty text and dots lead to the collection or above it, and half a surrogate pair cannot be quoted. Source: RFC
    3986, 5.2.4.
    """
    if PLAIN.fullmatch(text):
        return True
    for _ in range(UNQUOTED_TIMES):
        text = unquote(text)
    parts = [part.strip() for part in SEPARATORS.split(text)]
    return not NO_TEXT.search(text) and any(parts) and not any(part in DOTS for part in parts)


def id_text(value: Json) -> str | None:
    """Return a value as an id; None for an object, a list, a boolean, null, and for a text that is no path segment."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    text = str(value)
    return text if is_path_segment(text) else None


def is_same_id(one: str, other: str) -> bool:
    """Return whether two ids name the same record; a system may write one in capitals, or as another number."""
    if one.casefold() == other.casefold():
        return True
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return False


def read_id(key: tuple[str, ...], data: Json) -> str | None:
    """Return a record's id, or None if a member of its key is missing or is not an id."""
    parts = [text for path in key if (text := id_text(paths.read(data, path))) is not None]
    if not parts or len(parts) < len(key):
        return None
    return parts[0] if len(parts) == 1 else BETWEEN.join(quote(part, safe="") for part in parts)


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
