"""How many lines of a record, such as an order, were never removed by an edit of the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from qa_sync.checklist.samples.record import is_line_property
from qa_sync.checklist.steps import SampleValue
from qa_sync.systems.cards import PropertyCard


class KeptLines:
    """The fewest lines that the edits of a role's records have left: an edit removes the last ones."""

    def __init__(self) -> None:
        self._fewest: dict[str, int] = {}

    def note_edit(self, role: str, cards: Mapping[str, PropertyCard], values: Mapping[str, SampleValue]) -> None:
        """Note the number of lines that an edit writes."""
        counts = [len(v) for path, v in values.items() if isinstance(v, tuple) and is_line_property(cards[path])]
        self._fewest[role] = min([*counts, self.of(role)])

    def of(self, role: str) -> int:
        """Return how many lines, from the first, are still those of the last `restart`."""
        return self._fewest.get(role, sys.maxsize)

    def restart(self, role: str) -> None:
        """Count from the lines that there are now."""
        self._fewest.pop(role, None)
