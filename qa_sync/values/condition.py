"""Evaluates a configured condition on a record: a property has one of some values. Pure.

The checks and the built-in sync each create their own conditions from the settings (`[[conditions]]`).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.values.conversions.choices import truth_of
from qa_sync.values.form import Json
from qa_sync.values.paths import read


class Condition(Struct, frozen=True):
    """The property at `path` must have one of the wire values in `values`; in a list, any element may match."""

    path: str
    values: tuple[str | int | bool, ...]

    def holds(self, data: Mapping[str, Json]) -> bool:
        """Return whether a record meets the condition."""
        return self.holds_for(read(data, self.path))

    def holds_for(self, value: Json) -> bool:
        """Return whether a value of the property meets the condition."""
        texts = {to_text(v) for v in (value if isinstance(value, list) else [value])}
        return any(to_text(v) in texts for v in self.values)


def to_text(value: Json) -> str | None:
    """Return the text of a value (booleans as in JSON), or None for None."""
    if value is None:
        return None
    truth = truth_of(value) if isinstance(value, bool) else None
    return str(value) if truth is None else str(truth).lower()
