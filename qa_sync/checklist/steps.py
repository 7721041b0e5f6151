"""The steps of a scenario: writes to its records, and claims about them. Frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import PropertyPair
from qa_sync.values.form import Canonical, Form


class Side(StrEnum):
    """One of the two systems of a section."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        """Return the opposite side."""
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE


class IdOf(Struct, frozen=True):
    """Placeholder in a sample for the id of another role's record on the same side."""

    role: str


class ValueOf(Struct, frozen=True):
    """Placeholder in a sample for the value at a path of a role's record on a side."""

    role: str
    side: Side
    path: str


SampleValue = Canonical | IdOf | ValueOf | tuple["SampleValue", ...]
"""A value of a sample: a canonical value (None clears), a placeholder, or a tuple with a value per list item."""


class Insert(Struct, frozen=True):
    """Create the role's record on a side from canonical values by property path, and read it back.

    At least one text of the record contains `mark`, and no other role's does: the mark identifies the counterpart.
    """

    role: str
    side: Side
    values: Mapping[str, SampleValue]
    mark: str


class Edit(Struct, frozen=True):
    """Update the role's record on a side, and read it back."""

    role: str
    side: Side
    values: Mapping[str, SampleValue]


class Given(Struct, frozen=True):
    """A value that no row is about: read at `path` and written at `write_path` in the form of a property.

    With several `values`, the record is given the first that it does not have. `optional`: a system may refuse it.
    """

    path: str
    write_path: str
    form: Form
    values: tuple[SampleValue, ...]
    optional: bool = False


class GiveMore(Struct, frozen=True):
    """Give the role's record on a side values that no row is about, and remember the whole record."""

    role: str
    side: Side
    given: tuple[Given, ...]


class EditPair(Struct, frozen=True):
    """An edit of each side of a linked pair; `version` is that of the values of the first edit."""

    version: int
    first: Edit
    second: Edit


class EditBothSides(Struct, frozen=True):
    """Edit both sides of a linked pair before the sync runs.

    Where the sync may run in between, it is tried again with the other choice, and `check` is an error when no attempt
    succeeds; `claims` then show an edit that the sync has overwritten while it worked. `in_order`: the second edit
    must have the later modification time. `only_first` are the paths on the other side of properties that only the
    first edit changes: a new value there shows that the sync ran.
    """

    check: str
    choices: tuple[EditPair, ...]
    claims: tuple[Claim, ...]
    in_order: bool
    only_first: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """The role whose two records are edited."""
        return self.choices[0].first.role


class EditDuringCycle(Struct, frozen=True):
    """Edit a record while a cycle of the sync runs that has work to do.

    `check` is skipped where no cycle is started by the run, so that none is known to be running.
    """

    check: str
    edit: Edit


class Delete(Struct, frozen=True):
    """Delete the role's record on a side."""

    role: str
    side: Side


class Sleep(Struct, frozen=True):
    """Wait without running the sync, so that the next edit is clearly later."""

    seconds: float


class WaitCycles(Struct, frozen=True):
    """Run the sync for some cycles without an edit."""

    cycles: int


class Snapshot(Struct, frozen=True):
    """Take a snapshot of the roles' records on both sides, for `RecordsUnchanged` and `NotCleared`."""

    roles: tuple[str, ...]


class CounterpartExists(Struct, frozen=True):
    """The role's record has a counterpart on `side`; `exactly_one`: exactly one.

    `optional`: the scenario goes on without the counterpart, because another section promises it.
    """

    role: str
    side: Side
    exactly_one: bool = True
    optional: bool = False


class NoDuplicate(Struct, frozen=True):
    """The counterpart on `side` is still the only one."""

    role: str
    side: Side


class NoCounterpart(Struct, frozen=True):
    """The role's record has no counterpart on `side`."""

    role: str
    side: Side


class PropertySynced(Struct, frozen=True):
    """For this pair, the role's record on `side` has the value that is read from the other side.

    `alternatives` are the pairs with the same destination: any of them may match. `other_unchanged`: the other side
    must also still have the value that was read back after its last write.
    """

    role: str
    side: Side
    pair: PropertyPair
    alternatives: tuple[PropertyPair, ...] = ()
    other_unchanged: bool = True


class NoValueSynced(Struct, frozen=True):
    """For this pair, the role's record on `side` has no value where the other side has none, else that of the other."""

    role: str
    side: Side
    pair: PropertyPair


class NotCleared(Struct, frozen=True):
    """The role's record on `side` keeps its value of the snapshot, although the other side was cleared.

    `erased`: it must be cleared as well instead.
    """

    role: str
    side: Side
    pair: PropertyPair
    erased: bool = False


class UnmappedUnchanged(Struct, frozen=True):
    """The role's record on `side` equals what it was when it was given more, except for what rows are about.

    `given`: only the values that it was given are compared. The whole record can be compared once each side was edited,
    which shows what the systems compute from the values of rows.
    """

    role: str
    side: Side
    given: bool = False


class RecordsUnchanged(Struct, frozen=True):
    """The role's records equal their snapshot, and there are no further ones."""

    role: str


Claim = (
    CounterpartExists
    | NoDuplicate
    | NoCounterpart
    | PropertySynced
    | NoValueSynced
    | NotCleared
    | UnmappedUnchanged
    | RecordsUnchanged
)


class Expect(Struct, frozen=True):
    """Check claims: poll until all pass (`wait`), or once.

    `claims` are pairs of a check's id (None: a precondition of later steps) and a claim. A check passes when all its
    claims pass, here and in later steps. `at_once`: run the first cycle without any time before and after it, where the
    run can do so, so that the next edit is made in the same second.
    """

    claims: tuple[tuple[str | None, Claim], ...]
    wait: bool
    at_once: bool = False


Action = Insert | Edit | GiveMore | Delete | Sleep | WaitCycles | Snapshot

Step = Action | Expect | EditBothSides | EditDuringCycle
