"""Texts of TOML: made here so that no text of a document leaves its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from qa_sync.openapi.marks import GUESSED
from qa_sync.values.form import Json

MAX_COMMENT: Final = 200


def mark_text(why: str | None) -> str:
    """Return the mark of a guess as the end of a line; empty without a reason."""
    return f"  # {GUESSED}{comment_text(why)}" if why else ""


def comment_text(text: str, longest: int = MAX_COMMENT) -> str:
    """Return a text that stays on its line: no control characters, not too long."""
    return "".join(c if c.isprintable() else " " for c in text)[:longest]


def key_text(name: str) -> str:
    """Return a key of TOML, in quotes where it is not bare."""
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else string_text(name)


def string_text(text: str) -> str:
    """Return a basic string of TOML; its escapes are those of JSON, with DEL in addition."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value_text(value: Json) -> str:
    """Return a value of TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{key_text(str(k))} = {value_text(v)}" for k, v in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(value_text(v) for v in value) + "]"
    return str(value) if isinstance(value, (int, float)) else string_text(str(value))
