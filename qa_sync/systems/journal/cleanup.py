"""Cleanup: finds the records of a run that still exist, by id and by mark, and deletes them.

Used at the end of a run, after an interruption, and later after a kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from msgspec.structs import replace

from qa_sync.errors import InternalError, NoVerdict, QaSyncError
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.journal.journaled_system import confirm_deleted
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.journal.rows import JournaledRecord, RecordLocation
from qa_sync.systems.system import System

Reach: TypeAlias = Callable[[RecordLocation], System]
"""Returns the system of a location; raises QaSyncError with the reason why it cannot be used."""

MAX_ROUNDS: Final = 3
REMOVABLE_STATES: Final = frozenset({"intended", "made"})
UNKNOWN_WITHOUT_MARK: Final = (
    "it may or may not exist: the create got no response, and the record has no mark to search for"
)

MARK_LOST: Final = "it has lost the run's mark, so it may belong to someone else now: check it manually"


@dataclass(slots=True)
class Cleanup:
    """Finds and deletes the records that a run has left in the systems.

    `wait` waits for one more cycle of the sync; `kept_marks` are the marks of records to keep.
    """

    owned: RunRecords
    reach: Reach
    wait: Callable[[], None]
    kept_marks: frozenset[str] = frozenset()
    unreadable: dict[RecordLocation, str] = field(default_factory=dict)
    removed_numbers: set[int] = field(default_factory=set)

    def __call__(self) -> tuple[JournaledRecord, ...]:
        """Delete all records that can be deleted; return the others, each with a reason."""
        if not self.owned.entries():
            return ()
        late = is_incomplete(self.owned.entries())
        for _ in range(MAX_ROUNDS):
            if late:
                self.wait()
            self._list_records()
            found = self._remove_all()
            # While a record is being deleted, a sync may create a counterpart, or the record itself again.
            late = found or any(entry.id is None for entry in self._removable())
            if not late:
                break
        return tuple(self._not_removed())

    def _removable(self) -> list[JournaledRecord]:
        """Return the records that may still exist and can be deleted."""
        return [
            entry
            for entry in self.owned.entries()
            if entry.state in REMOVABLE_STATES
            and entry.number not in self.removed_numbers
            and entry.mark not in self.kept_marks
        ]

    def _list_records(self) -> None:
        """List all locations and claim the records that carry a mark of the run."""
        self.unreadable.clear()
        lost = {entry.place for entry in self._removable() if entry.id is None}
        for place in self.owned.run.places:
            try:
                system = self.reach(place)
                card = system.cards[place.datatype]
                # After a lost response all records are listed, because the clocks may differ by much.
                for record in system.list(place.datatype, None if place in lost else self.owned.since):
                    self.owned.claim(record, card)
            except InternalError:
                raise
            except QaSyncError as error:
                self.unreadable[place] = error.message

    def _remove_all(self) -> bool:
        """Delete in reverse order of dependency, repeatedly while that helps; return whether anything was deleted."""
        removed = False
        while True:
            open_before = [entry for entry in self._removable() if entry.id is not None]
            done = [self._try_remove(entry) for entry in self._latest_first(open_before)]
            removed |= any(done)
            if all(done) or not any(done):
                return removed

    def _try_remove(self, entry: JournaledRecord) -> bool:
        """Delete a record of the run and verify it; return whether the record is gone.

        If it was deleted before, the system may have reused its id for another record, which does not belong to the
        run.
        """
        place, known = entry.place, entry.id or ""
        try:
            system = self.reach(place)
            if why := system.cards[place.datatype].cannot.get("delete"):
                self.owned.left(entry, why, for_good=True)
                return False
            self.owned.removing(place.system, place.datatype, known)
            if "lookup" in system.cards[place.datatype].cannot:
                system.delete(place.datatype, known)
            elif record := system.lookup(place.datatype, known):
                if entry.mark and self.owned.mark_of(record) is None:
                    self.owned.left(entry, MARK_LOST, for_good=True)
                    return False
                system.delete(place.datatype, known)
                confirm_deleted(system, place.datatype, known)
        except InternalError:
            raise
        except QaSyncError as error:
            self.owned.left(entry, error.message)
            return False
        self.removed_numbers.add(entry.number)
        self.owned.removed(place.system, place.datatype, known)
        return True

    def _latest_first(self, entries: Sequence[JournaledRecord]) -> list[JournaledRecord]:
        """Return the entries in order of deletion: by dependency, then the latest first."""
        heights: dict[RecordLocation, int] = {}
        for place in {entry.place for entry in entries}:
            try:
                heights[place] = _dependency_depth(self.reach(place).cards, place.datatype)
            except QaSyncError:
                heights[place] = 0
        return sorted(entries, key=lambda entry: (-heights[entry.place], -entry.number))

    def _not_removed(self) -> Iterator[JournaledRecord]:
        """Yield the records that were not deleted; an intent whose record no list contains was never executed."""
        yield from (entry for entry in self.owned.entries() if entry.state == "left")
        for entry in self._removable():
            if entry.id is not None:
                yield entry
            elif entry.place in self.unreadable or not entry.mark:
                why = self.unreadable.get(entry.place) or UNKNOWN_WITHOUT_MARK
                self.owned.left(entry, why)
                yield replace(entry, why=why)
            else:
                with suppress(NoVerdict):
                    self.owned.journal.note_not_created(entry.number, "it was never created")


def is_incomplete(entries: Iterable[JournaledRecord]) -> bool:
    """Return whether a counterpart may still arrive, or whether a response was lost."""
    entries = list(entries)
    seen = {entry.mark for entry in entries if entry.counterpart}
    return any((entry.id is None and entry.state in REMOVABLE_STATES) or entry.mark not in seen for entry in entries)


def _dependency_depth(cards: Mapping[str, EntityCard], datatype: str, below: frozenset[str] = frozenset()) -> int:
    """Return how many levels of other records a record of that datatype may refer to."""
    referred = {p.references for p in cards[datatype].properties.values() if p.references} - below - {datatype}
    return max((1 + _dependency_depth(cards, other, below | {datatype}) for other in referred), default=0)
