"""The steps of a scenario: what is done to its records, and what is claimed of them. Frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import PropertyPair
from qa_sync.values.form import Canonical


class Side(StrEnum):
    """Which of a section's two systems."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        """Return the opposite side."""
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE


class IdOf(Struct, frozen=True):
    """Stands in a sample for the id of another role's record on the same side."""

    role: str


class ValueOf(Struct, frozen=True):
    """Stands in a sample for what the role's record on a side answers at a path."""

    role: str
    side: Side
    path: str


SampleValue = Canonical | IdOf | ValueOf | tuple["SampleValue", ...]
"""What a sample holds at a path: a canonical value (None clears), another record's, or a tuple along a list."""


class Insert(Struct, frozen=True):
    """Create the role's record on a side from canonical values by property path, and read it back.

    `mark` stands in at least one text of the record, and in no other role's: by it the counterpart is found.
    """

    role: str
    side: Side
    values: Mapping[str, SampleValue]
    mark: str


class Edit(Struct, frozen=True):
    """Change the role's record on a side, and read it back."""

    role: str
    side: Side
    values: Mapping[str, SampleValue]


class Delete(Struct, frozen=True):
    """Remove the role's record on a side."""

    role: str
    side: Side


class Sleep(Struct, frozen=True):
    """Let time pass without asking the sync to work, so that the next edit is plainly the later one."""

    seconds: float


class WaitCycles(Struct, frozen=True):
    """Let the sync work for some cycles although nothing was edited."""

    cycles: int


class Snapshot(Struct, frozen=True):
    """Keep the current records of the roles on every side, for `RecordsUnchanged` and `NotCleared`."""

    roles: tuple[str, ...]


class CounterpartExists(Struct, frozen=True):
    """A record on `side` is the counterpart of the role's record on the other side; `exactly_one`: exactly one is."""

    role: str
    side: Side
    exactly_one: bool = True


class NoDuplicate(Struct, frozen=True):
    """The counterpart that appeared on `side` has got no twin since."""

    role: str
    side: Side


class NoCounterpart(Struct, frozen=True):
    """No record on `side` is a counterpart of the role's record on the other side."""

    role: str
    side: Side


class PropertySynced(Struct, frozen=True):
    """The role's record on `side` shows what the one on the other side answers, for this pair.

    `alternatives` are the pairs that share its receiving end: any of them may match. `other_unchanged`: the other side
    must also still show what it answered when it was last written.
    """

    role: str
    side: Side
    pair: PropertyPair
    alternatives: tuple[PropertyPair, ...] = ()
    other_unchanged: bool = True


class NotCleared(Struct, frozen=True):
    """The role's record on `side` shows what it showed when remembered, although the other side is empty by now.

    `erased`: it shows nothing any more instead.
    """

    role: str
    side: Side
    pair: PropertyPair
    erased: bool = False


class ValueUnchanged(Struct, frozen=True):
    """The role's record on `side` still shows at `path` what it answered when that was written."""

    role: str
    side: Side
    path: str


class RecordsUnchanged(Struct, frozen=True):
    """The role's records look as when they were remembered, and there are no more of them."""

    role: str


Claim = (
    CounterpartExists | NoDuplicate | NoCounterpart | PropertySynced | NotCleared | ValueUnchanged | RecordsUnchanged
)


class Expect(Struct, frozen=True):
    """Look at claims: again until all hold (`wait`), or once.

    `claims` are pairs of a check's id (None: only a precondition of what follows) and what it claims. A check holds
    when all that it claims, here and in later steps, does.
    """

    claims: tuple[tuple[str | None, Claim], ...]
    wait: bool


Action = Insert | Edit | Delete | Sleep | WaitCycles | Snapshot


Step = Action | Expect
