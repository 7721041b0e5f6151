"""Where something was written: a file and a line. Everything read from a file remembers it."""

from __future__ import annotations

from qa_sync.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text: a path as the user gave it, and a 1-based line (None: the file as a whole)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"
