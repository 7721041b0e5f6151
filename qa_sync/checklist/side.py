"""The two sides of a section."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """One of the two systems of a section."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        """Return the opposite side."""
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE
