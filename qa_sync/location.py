"""Where something was written: a file and a line. Everything read from a file remembers it."""

from __future__ import annotations

from msgspec import Struct


class Location(Struct, frozen=True):
    """A place in a text: a path as the user gave it, and a 1-based line (None: the file as a whole)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"
