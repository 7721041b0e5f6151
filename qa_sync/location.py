"""A file and a line; everything that is read from a file keeps its location."""

from __future__ import annotations

from msgspec import Struct


class Location(Struct, frozen=True):
    """A position in a file: the path as the user gave it and a 1-based line (None: the whole file)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"
