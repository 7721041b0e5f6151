"""The lists that the polls of all running scenarios of a section search, and the records that existed before."""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.checklist.side import Side
from qa_sync.running.environment import Environment
from qa_sync.systems.system import Record
from qa_sync.values.json_text import write_json


class ListedRecords:
    """The lists of both systems, each record as text; each is requested once until `clear`.

    `marks` are those of all records that the scenarios create.
    """

    def __init__(self, environment: Environment, marks: Iterable[str]) -> None:
        self._environment = environment
        self._marks = [mark.encode() for mark in marks]
        self._lists: dict[tuple[Side, str], list[tuple[str, bytes]]] = {}
        self._ids_before: dict[tuple[str, str], frozenset[str]] = {}
        self._known: set[tuple[str, str, str]] = set()

    def clear(self) -> None:
        """Forget the lists, so that they are requested again."""
        self._lists.clear()

    def texts(self, side: Side, datatype: str) -> list[tuple[str, bytes]]:
        """Return the id of each record with its data as text, which is searched for marks."""
        if (side, datatype) not in self._lists:
            listed = self._environment.systems[side].list(datatype, self._environment.since)
            self._lists[side, datatype] = [(record.id, _text(record)) for record in listed]
        return self._lists[side, datatype]

    def is_noted(self, side: Side, datatype: str) -> bool:
        """Return whether the ids of the existing records are noted."""
        return self._entity(side, datatype) in self._ids_before

    def note_existing(self, side: Side, datatype: str) -> None:
        """Note the ids of the records that exist now."""
        self._ids_before[self._entity(side, datatype)] = frozenset(one for one, _ in self.texts(side, datatype))

    def note_known(self, side: Side, datatype: str, ids: Iterable[str]) -> None:
        """Note records of the scenarios: an edit may take the mark from them."""
        self._known |= {(*self._entity(side, datatype), one) for one in ids}

    def new_without_mark(self, side: Side, datatype: str) -> list[str]:
        """Return the unknown records that are new since `note_existing` and contain no mark.

        There is none when nothing was noted.
        """
        before = self._ids_before.get(self._entity(side, datatype))
        if before is None:
            return []
        new = ((one, text) for one, text in self.texts(side, datatype) if one not in before)
        unmarked = (one for one, text in new if not any(mark in text for mark in self._marks))
        return [one for one in unmarked if (*self._entity(side, datatype), one) not in self._known]

    def _entity(self, side: Side, datatype: str) -> tuple[str, str]:
        return self._environment.systems[side].label, datatype


def _text(record: Record) -> bytes:
    return write_json(record.data).lower()
