"""Evidence that a create whose response was lost has not been applied, so that it need not be waited for any longer.

A system that lists what this run has created shortly before, and answers creates quickly, would list this record too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from math import inf
from typing import Final

from msgspec import Struct, field

from qa_sync.clock import Clock

MARGIN: Final = 3
"""How many times longer than the evidence a lost create is waited for."""
SLOWEST: Final = 10
"""How many times longer than the slowest create it may be in progress."""
LEAST_S: Final = 1.0
"""The seconds that every lost create is waited for."""
KEPT: Final = 100
"""The number of records that are not listed yet of which the times are kept."""


class _Datatype(Struct):
    """The creates of one datatype: when those were sent that are not listed yet, the least age of those that are."""

    unlisted: dict[str, datetime] = field(default_factory=dict)
    age_s: float = inf
    slowest_s: float = 0.0
    list_began: datetime | None = None

    def note_listed(self, age_s: float) -> None:
        """Note the age at which a new record was listed."""
        self.age_s = min(self.age_s, age_s)


class CreateEvidence:
    """What one system shows of the creates of a run; all sections share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._datatypes: dict[str, _Datatype] = {}
        self._written_at: dict[str, datetime] = {}

    def watched(self, datatype: str, post: Callable[[], str]) -> WatchedCreate:
        """Return a create as a function, of which each call is one attempt."""
        self.note_write(datatype)
        return WatchedCreate(self._clock, self._datatypes.setdefault(datatype, _Datatype()), post)

    def note_write(self, datatype: str) -> None:
        """Note that a record of a datatype was written."""
        self._written_at[datatype] = self._clock.now()

    def wrote_since(self, datatype: str, since: datetime) -> bool:
        """Return whether this run has written records of a datatype since a time."""
        written_at = self._written_at.get(datatype)
        return written_at is not None and written_at >= since

    def begin_list(self, datatype: str) -> Callable[[str], None]:
        """Return a function for each id that a list has, which begins now."""
        seen, began = self._datatypes.setdefault(datatype, _Datatype()), self._clock.now()
        seen.list_began = began

        def listed(id: str) -> None:
            sent_at = seen.unlisted.pop(id, None) if seen.unlisted else None
            if sent_at is not None:
                seen.note_listed((self._clock.now() - sent_at).total_seconds())

        return listed


class WatchedCreate:
    """A create, and whether it can be known that its latest attempt was not applied."""

    def __init__(self, clock: Clock, seen: _Datatype, post: Callable[[], str]) -> None:
        self._clock = clock
        self._seen = seen
        self._post = post
        self._sent_at = self._ended_at = clock.now()

    def __call__(self) -> str:
        """Return the new id; raises what the create raises."""
        self._sent_at = self._clock.now()
        try:
            new = self._post()
        finally:
            self._ended_at = self._clock.now()
        seen = self._seen
        seen.slowest_s = max(seen.slowest_s, (self._ended_at - self._sent_at).total_seconds())
        seen.unlisted[new] = self._sent_at
        if len(seen.unlisted) > KEPT:
            seen.unlisted.pop(next(iter(seen.unlisted)))
        return new

    def looking(self, found: Callable[[], str | None]) -> Callable[[], str | None]:
        """Return the search for the record as a function that also notes the age at which it is found."""

        def find() -> str | None:
            made = found()
            if made is not None:
                self._seen.note_listed((self._clock.now() - self._sent_at).total_seconds())
            return made

        return find

    def unsettled_s(self) -> float | None:
        """Return the seconds until a list would have the record if the create had been applied.

        None if the latest list would have it; `inf` if that is not known of any list.
        """
        seen = self._seen
        needed_s = max(MARGIN * seen.age_s, LEAST_S, SLOWEST * seen.slowest_s)
        took_s = (self._ended_at - self._sent_at).total_seconds()
        if seen.list_began is None or took_s > max(LEAST_S, SLOWEST * seen.slowest_s) or any(self._earlier(seen)):
            return inf  # a create that took longer than usual may still be in progress
        if (seen.list_began - self._sent_at).total_seconds() >= needed_s:
            return None
        return needed_s - (self._clock.now() - self._sent_at).total_seconds()

    def _earlier(self, seen: _Datatype) -> Iterator[bool]:
        """Yield for each record that is not listed yet whether it was created before this one."""
        return (sent_at <= self._sent_at for sent_at in list(seen.unlisted.values()))
