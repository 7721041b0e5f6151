"""The fault that clears the copy of a cleared text.

The sync does not write empty values, so this fault reads a cleared text as an invisible character and writes that
character as an empty text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from qa_sync.sync.faults.property_kinds import is_edited, is_free_text
from qa_sync.sync.faults.values.altered_values import Change, on_each_element
from qa_sync.sync.faults.wrappers import FaultySystem
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record, System
from qa_sync.values import paths
from qa_sync.values.canonical import is_empty
from qa_sync.values.form import Json

ERASED = "\u2060"
"""WORD JOINER: not whitespace, so it counts as a value."""


class MarkErasedTexts(FaultySystem):
    """Reads a text that was cleared as ERASED."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._had: set[tuple[str, str, str]] = set()

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records with their cleared texts marked."""
        return (self._marked(record) for record in self.inner.list(datatype, since))

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return a record with its cleared texts marked."""
        record = self.inner.lookup(datatype, id)
        return record and self._marked(record)

    def _marked(self, record: Record) -> Record:
        data: Json = record.data
        for card in (p for p in self.cards[record.datatype].properties.values() if is_edited(p) and is_free_text(p)):
            shown = paths.read(data, card.path)
            place = (record.datatype, record.id, card.path)
            if isinstance(shown, str) and not is_empty(shown):
                self._had.add(place)
            elif is_empty(shown) and place in self._had:
                data = paths.write(data, card.path, ERASED)
        return replace(record, data=data)


def _as_nothing(card: PropertyCard, value: Json) -> Json:  # noqa: ARG001 - a Change
    return "" if value == ERASED else value


as_nothing: Change = on_each_element(_as_nothing)
