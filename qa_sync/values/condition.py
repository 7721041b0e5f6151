"""What a conditional sentence means for a record: a property that holds one of some values. Pure.

The judge and the worker each make their own of what the settings say (`[[conditions]]`).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.values.conversions.choices import truth_of
from qa_sync.values.form import Json
from qa_sync.values.paths import read


class Condition(Struct, frozen=True):
    """`values` are wire values of which the property at `path` must hold one; along a list any element may."""

    path: str
    values: tuple[str | int | bool, ...]

    def holds(self, data: Mapping[str, Json]) -> bool:
        """Tell whether a record is inside the condition."""
        return self.holds_for(read(data, self.path))

    def holds_for(self, found: Json) -> bool:
        """Tell whether the property's value is inside the condition."""
        shown = {to_text(v) for v in (found if isinstance(found, list) else [found])}
        return any(to_text(v) in shown for v in self.values)


def to_text(value: Json) -> str | None:
    """Return the text by which a value is told, None for what is empty; truths as JSON has them."""
    if value is None:
        return None
    truth = truth_of(value) if isinstance(value, bool) else None
    return str(value) if truth is None else str(truth).lower()
