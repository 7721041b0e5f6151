"""A live system whose writes are limited to the run's own records, and are recorded in the journal first.

An intent is on disk before a create, the id after its response, and the deletion after a read has shown that the record
is gone. A record that is neither in the journal nor carries a mark of the run is never changed or deleted.
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

LOOKUP_DELAYS_S: Final = (0.0, 0.5, 1.5)
"""The delays before each lookup of a deleted record, because some systems delete with a delay."""


def _no_check() -> None:
    """Check nothing."""


class JournaledSystem:
    """Passes reads on to a system, and writes if they concern the run's own records.

    `unrecorded` is the same system over a transport that is not recorded, because requests of the journal affect no
    verdict.
    `look` is called before each create and notes the preexisting records.
    """

    def __init__(
        self, system: System, unrecorded: System, owned: RunRecords, look: Callable[[], None] = _no_check
    ) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system
        self._unrecorded = unrecorded
        self._owned = owned
        self._look = look
        self.exchange_log = exchange_log_of(system)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the system's records; claims counterparts of the run's records among them."""
        card = self.cards[datatype]
        for record in self._system.list(datatype, since):
            self._owned.claim(record, card)
            yield record

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the system's record with that id; raises InvalidResponse if it was created for the run, but before."""
        record = self._system.lookup(datatype, id)
        self._check_created(record)
        return record

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        """Create a record; the journal gets the intent before and the id after it."""
        self._look()
        number = self._owned.note_intent(self.label, datatype, values)
        # The record may exist in spite of an error: then cleanup finds it by its mark.
        made = self._system.insert(datatype, values, found)
        self._owned.made(number, self.label, datatype, made.id)
        return made

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        """Change one of the run's records; raises InternalError for any other."""
        self._owned.require_owned(record, self.cards[record.datatype])
        return self._system.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Delete one of the run's records and verify it; raises InternalError for any other."""
        if self._owned.was_removed(self.label, datatype, id):
            return
        if not self._owned.is_known(self.label, datatype, id):
            record = self._unrecorded.lookup(datatype, id)
            if record is None:
                return
            self._owned.require_owned(record, self.cards[datatype])
        elif self._owned.is_unread(self.label, datatype, id) and "lookup" not in self.cards[datatype].cannot:
            self._check_created(self._unrecorded.lookup(datatype, id))
        self._owned.removing(self.label, datatype, id)
        self._system.delete(datatype, id)
        confirm_deleted(self._unrecorded, datatype, id)
        self._owned.removed(self.label, datatype, id)

    def _check_created(self, record: Record | None) -> None:
        if record is not None:
            self._owned.check_created(record, self.cards[record.datatype])


def confirm_deleted(system: System, datatype: str, id: str) -> None:
    """Return when a deleted record does not exist any more; raises InvalidResponse if it still does."""
    if "lookup" in system.cards[datatype].cannot:
        return  # without a lookup, the response to the deletion must do
    for pause_s in LOOKUP_DELAYS_S:
        time.sleep(pause_s)
        if system.lookup(datatype, id) is None:
            return
    raise InvalidResponse(f"{system.label} reported success for deleting {datatype} {id}, but the record still exists")
