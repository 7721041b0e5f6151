"""What a tick shows of one pair of records: both as they are now, and what changed of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.difference_text import difference_text
from qa_sync.audit.expressions.cells import EncodedCell, decode_cell, encode_cell
from qa_sync.audit.expressions.outcomes import Outcome
from qa_sync.audit.model import Claim
from qa_sync.observe.model import Change, ReadRecord
from qa_sync.running.events import Direction

WAYS = (Direction.FORWARD, Direction.BACKWARD)
"""The directions, by the side whose edits go there: the source's (0) forward, the target's (1) backward."""


class ObservedPair(Struct, frozen=True):
    """A source record and its counterpart as they are now, and their changes in this tick (None: unchanged).

    `modified` are the times of their last changes by this machine's clock (None: unknown), `doubt` is by how much two
    such times may be wrong.
    """

    records: tuple[ReadRecord, ReadRecord]
    changes: tuple[Change | None, Change | None]
    outcomes: Mapping[str, Outcome]
    now: datetime
    modified: tuple[datetime | None, datetime | None] = (None, None)
    doubt: timedelta = timedelta(0)

    @property
    def ids(self) -> tuple[str, str]:
        """The ids of the source and of the target."""
        return self.records[0].id, self.records[1].id

    def has_changed(self, claim: Claim, at: int) -> bool:
        """Return whether the value of a claim changed on a side in this tick."""
        change = self.changes[at]
        if change is None:
            return False
        if change.before is None or change.after is None:
            return True
        path = path_of(claim, at)
        return change.before.values.get(path) != change.after.values.get(path)

    def changed_at(self, at: int) -> datetime:
        """Return when a side changed: now, if it did not in this tick."""
        change = self.changes[at]
        return change.at if change else self.now

    def cell(self, claim: Claim, at: int) -> EncodedCell:
        """Return the value of a claim on a side as a cell."""
        return encode_cell(self.records[at].values.get(path_of(claim, at)))

    def cell_before(self, claim: Claim, at: int) -> EncodedCell:
        """Return the value of a claim on a side as it was before this tick, as a cell."""
        record = self.earlier(at)
        return encode_cell(record.values.get(path_of(claim, at)) if record else None)

    def text(self, claim: Claim, at: int) -> str:
        """Return the value of a claim on a side as text."""
        return difference_text(self.records[at].values.get(path_of(claim, at)))

    def with_value(self, claim: Claim, at: int, cell: EncodedCell) -> tuple[ReadRecord, ReadRecord]:
        """Return both records, one of them with another value of a claim."""
        record = self.records[at]
        other = replace(record, values={**record.values, path_of(claim, at): decode_cell(*cell)})
        return (other, self.records[1]) if at == 0 else (self.records[0], other)

    def earlier(self, at: int) -> ReadRecord | None:
        """Return the record of a side as it was before this tick, None if it was not known."""
        change = self.changes[at]
        return change.before if change else self.records[at]


def path_of(claim: Claim, at: int) -> str:
    """Return the path of a claim's property on the source (0) or the target (1)."""
    return (claim.source, claim.target)[at].path
