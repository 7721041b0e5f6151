"""Re-reads suspected records one by one before they are reported, because a list may be out of date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from msgspec import Struct

from qa_sync.audit.reading.pools import reading_pool
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.audit.records.record_values import modified_of
from qa_sync.errors import NoVerdict
from qa_sync.systems.system import Record
from qa_sync.values.conversions.conversion import to_text

PARALLEL_READS: Final = 8
"""Maximum number of parallel requests; a system's rate limits may allow fewer."""

Ids = tuple[str | None, str | None]
"""The ids of a source and a target record; None if there is no record to read."""


class FreshPair(Struct, frozen=True):
    """The current state of two records; None for a record that is deleted or was not requested.

    `done` is False when they could not be re-read; `young`: one of them changed recently; `gone`: a requested record
    is deleted.
    """

    done: bool
    source: Record | None = None
    target: Record | None = None
    young: bool = False
    gone: bool = False


NOT_DONE: Final = FreshPair(done=False)


@dataclass(slots=True)
class Rereader:
    """Re-reads at most `left` suspects; records changed after `cutoff` are too recent to be compared."""

    sides: tuple[RecordTable, RecordTable]
    left: int
    cutoff: Callable[[], datetime | None]
    done: int = field(default=0)
    limit: int = field(init=False)

    def __post_init__(self) -> None:
        """Keep the limit, which is also that of a repeated reading."""
        self.limit = self.left

    def read_pairs(self, suspects: Sequence[Ids], *, again: bool = False) -> list[FreshPair]:
        """Return the current state of each suspect; those beyond the limit are not read.

        `again`: they were read before, and count no further.
        """
        able = [at for at, ids in enumerate(suspects) if self._is_possible(ids)][: self.limit if again else self.left]
        if not again:
            self.left -= len(able)
            self.done += len(able)
        found = [NOT_DONE] * len(suspects)
        if able:
            with reading_pool(PARALLEL_READS) as pool:
                for at, look in zip(able, pool.map(self._read_pair, [suspects[at] for at in able]), strict=True):
                    found[at] = look
        return found

    def _is_possible(self, ids: Ids) -> bool:
        """Return whether all records are those of systems, not of exports."""
        return all(one is None or side.system is not None for one, side in zip(ids, self.sides, strict=True))

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
