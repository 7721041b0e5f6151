"""Suspects are read again, one by one, before they are told: a list may be older than what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from msgspec import Struct

from qa_sync.audit.records.parquet_parts import modified_of
from qa_sync.audit.records.tables import RecordTable
from qa_sync.errors import NoVerdict
from qa_sync.systems.system import Record
from qa_sync.values.conversions.conversion import to_text

PARALLEL_READS: Final = 8
"""Requests that are under way at once; a system's own limits may allow fewer."""

Ids = tuple[str | None, str | None]
"""A source's and a target's record; None: there is none to read."""


class FreshPair(Struct, frozen=True):
    """Two records as they are now; None when a record is gone (or was not asked for).

    `done` is False when they could not be read again, `young` says that one changed a moment ago, `gone` that one that
    was asked for is no more.
    """

    done: bool
    source: Record | None = None
    target: Record | None = None
    young: bool = False
    gone: bool = False


NOT_DONE: Final = FreshPair(done=False)


@dataclass(slots=True)
class Rereader:
    """Reads records again, `left` more suspects at most; `cutoff` is the change after which one is too young."""

    sides: tuple[RecordTable, RecordTable]
    left: int
    cutoff: Callable[[], datetime | None]
    done: int = field(default=0)

    @property
    def is_possible(self) -> bool:
        """Whether there is somebody to ask."""
        return all(side.system is not None for side in self.sides)

    def read_pairs(self, suspects: Sequence[Ids]) -> list[FreshPair]:
        """Return how each suspect looks now; those beyond the bound are not read."""
        count = min(len(suspects), self.left) if self.is_possible else 0
        self.left -= count
        self.done += count
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            found = list(pool.map(self._read_pair, suspects[:count])) if count else []
        return found + [NOT_DONE] * (len(suspects) - count)

    def _read_pair(self, ids: Ids) -> FreshPair:
        try:
            records = [self._lookup(side, one) for side, one in zip(self.sides, ids, strict=True)]
        except NoVerdict:
            return NOT_DONE
        gone = any(record is None and one is not None for record, one in zip(records, ids, strict=True))
        cutoff = self.cutoff()
        changed = [modified_of(r.data, s.card) for r, s in zip(records, self.sides, strict=True) if r is not None]
        young = cutoff is not None and any(c is not None and c > to_text(cutoff) for c in changed)
        return FreshPair(True, records[0], records[1], young, gone)

    def _lookup(self, side: RecordTable, id: str | None) -> Record | None:
        return None if id is None or side.system is None else side.system.lookup(side.card.datatype, id)
