"""A live system that can be written to, but only in what the run itself has made: the journal stands before each write.

An intent is on disk before a create, the id after its answer, the removal after a read has shown that the record is
gone. What is neither in the journal nor carries a mark of the run is never edited and never removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from qa_sync.errors import InvalidResponse
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.responses.exchange_log import exchange_log_of
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json

LOOKS_S: Final = (0.0, 0.5, 1.5)
"""The pauses before each look for a record that was removed: some systems take their time."""


def _no_check() -> None:
    """Have nothing to look at."""


class JournaledSystem:
    """Hands reads on to a system, and writes when they are about the run's own records.

    `quiet` is the same system by another way, which no recording hears: what the journal asks is nobody's verdict.
    `look` is called before each create: when it returns, what was there before the run is known.
    """

    def __init__(self, system: System, quiet: System, owned: RunRecords, look: Callable[[], None] = _no_check) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system
        self._quiet = quiet
        self._owned = owned
        self._look = look
        self.exchange_log = exchange_log_of(system)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the system's records; counterparts of the run's are noted as they come by."""
        card = self.cards[datatype]
        for record in self._system.list(datatype, since):
            self._owned.claim(record, card)
            yield record

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the system's record with that id."""
        return self._system.lookup(datatype, id)

    def insert(self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None) -> str:
        """Create a record that has been noted before; its id is noted after."""
        self._look()
        number = self._owned.note_intent(self.label, datatype, values)
        # An error may hide that the record was made after all: then a last look finds it, by its mark.
        made = self._system.insert(datatype, values, found)
        self._owned.made(number, self.label, datatype, made)
        return made

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        """Change one of the run's records; raises InternalError for another."""
        self._owned.require_owned(record, self.cards[record.datatype])
        self._system.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Remove one of the run's records, and see that it is gone; raises InternalError for another."""
        if self._owned.was_removed(self.label, datatype, id):
            return
        if not self._owned.is_known(self.label, datatype, id):
            record = self._quiet.lookup(datatype, id)
            if record is None:
                return
            self._owned.require_owned(record, self.cards[datatype])
        self._system.delete(datatype, id)
        confirm_deleted(self._quiet, datatype, id)
        self._owned.removed(self.label, datatype, id)


def confirm_deleted(system: System, datatype: str, id: str) -> None:
    """Return when a record that was removed is no longer there; raises InvalidResponse when it stays."""
    if "lookup" in system.cards[datatype].cannot:
        return  # nobody can look, so the answer to the removal must do
    for pause_s in LOOKS_S:
        time.sleep(pause_s)
        if system.lookup(datatype, id) is None:
            return
    raise InvalidResponse(f"{system.label} said that it removed {datatype} {id}, and still has it")
