"""The last look at what a run made: what is still there is found, by id and by mark, and removed.

The same at the end of a run, after an interruption, and long after a kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from qa_sync.errors import BrokenRule, CouldNotFindOut, QaSyncError
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.journal.journal import Entry, Place
from qa_sync.systems.journal.journaled_system import see_gone
from qa_sync.systems.journal.ownership import Owned
from qa_sync.systems.system import System

Reach: TypeAlias = Callable[[Place], System]
"""Returns the system of a place; raises QaSyncError that tells why nothing can be done there."""

LOOKS: Final = 3
OPEN: Final = frozenset({"intended", "made"})
NO_MARK: Final = "whether it was made is not known: no answer came, and it has no mark to look for"

ANOTHERS: Final = "it does not bear the run's mark any more, so it may be somebody else's by now: look at it yourself"


@dataclass(slots=True)
class Sweep:
    """One sweep; `wait` lets a sync that is late have one more cycle, `spared` are marks of what is kept on purpose."""

    owned: Owned
    reach: Reach
    wait: Callable[[], None]
    spared: frozenset[str] = frozenset()
    unseen: dict[Place, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def __call__(self) -> tuple[Entry, ...]:
        """Remove what can be removed; return what is left, each with why."""
        if not self.owned.entries():
            return ()
        late = lacking(self.owned.entries())
        for _ in range(LOOKS):
            if late:
                self.wait()
            self._look()
            found = self._remove()
            # While one record is being removed, a sync may make another one of its counterpart, or that one again.
            late = found or any(entry.id is None for entry in self._open())
            if not late:
                break
        return tuple(self._told())

    def _open(self) -> list[Entry]:
        """Return what may still be there and can be removed, for all that is known."""
        return [
            entry
            for entry in self.owned.entries()
            if entry.state in OPEN and entry.number not in self.gone and entry.mark not in self.spared
        ]

    def _look(self) -> None:
        """List every place for what bears a mark of the run, and note it."""
        self.unseen.clear()
        lost = {entry.place for entry in self._open() if entry.id is None}
        for place in self.owned.run.places:
            try:
                system = self.reach(place)
                card = system.cards[place.datatype]
                # Where an answer was lost all records are looked at: our clock may be far from the system's.
                for record in system.list(place.datatype, None if place in lost else self.owned.since):
                    self.owned.claim(record, card)
            except BrokenRule:
                raise
            except QaSyncError as error:
                self.unseen[place] = error.message

    def _remove(self) -> bool:
        """Remove in reverse order of dependence, again as long as that helps; tell whether anything was removed."""
        removed = False
        while True:
            open_before = [entry for entry in self._open() if entry.id is not None]
            done = [self._removed(entry) for entry in self._latest_first(open_before)]
            removed |= any(done)
            if all(done) or not any(done):
                return removed

    def _removed(self, entry: Entry) -> bool:
        """Remove a record of the run, and see that it is gone; tell whether it is.

        Somebody may have removed it before, and the system may have given its number to another one: then it is not
        the run's any more.
        """
        place, known = entry.place, entry.id or ""
        try:
            system = self.reach(place)
            if why := system.cards[place.datatype].cannot.get("delete"):
                self.owned.left(entry, why, for_good=True)
                return False
            if "lookup" in system.cards[place.datatype].cannot:
                system.delete(place.datatype, known)
            elif record := system.lookup(place.datatype, known):
                if entry.mark and self.owned.mark_of(record) is None:
                    self.owned.left(entry, ANOTHERS, for_good=True)
                    return False
                system.delete(place.datatype, known)
                see_gone(system, place.datatype, known)
        except BrokenRule:
            raise
        except QaSyncError as error:
            self.owned.left(entry, error.message)
            return False
        self.gone.add(entry.number)
        self.owned.removed(place.system, place.datatype, known)
        return True

    def _latest_first(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return those first that nothing depends on: what refers to others, then what was made later."""
        heights: dict[Place, int] = {}
        for place in {entry.place for entry in entries}:
            try:
                heights[place] = _height(self.reach(place).cards, place.datatype)
            except QaSyncError:
                heights[place] = 0
        return sorted(entries, key=lambda entry: (-heights[entry.place], -entry.number))

    def _told(self) -> Iterator[Entry]:
        """Yield what is left; an intent of which a look at its place has found nothing was never carried out."""
        yield from (entry for entry in self.owned.entries() if entry.state == "left")
        for entry in self._open():
            if entry.id is not None:
                yield entry
            elif entry.place in self.unseen or not entry.mark:
                why = self.unseen.get(entry.place) or NO_MARK
                self.owned.left(entry, why)
                yield replace(entry, why=why)
            else:
                with suppress(CouldNotFindOut):
                    self.owned.journal.refused(entry.number, "it was never made")


def lacking(entries: Iterable[Entry]) -> bool:
    """Tell whether a counterpart may be on its way, or an answer that was lost."""
    entries = list(entries)
    seen = {entry.mark for entry in entries if entry.counterpart}
    return any((entry.id is None and entry.state in OPEN) or entry.mark not in seen for entry in entries)


def _height(cards: Mapping[str, EntityCard], datatype: str, below: frozenset[str] = frozenset()) -> int:
    """Return on how many layers of other records a record of that datatype may stand."""
    referred = {p.references for p in cards[datatype].properties.values() if p.references} - below - {datatype}
    return max((1 + _height(cards, other, below | {datatype}) for other in referred), default=0)
