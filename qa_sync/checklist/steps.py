"""The steps of a scenario: writes to its records, and when claims about them are checked. Frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.checklist.claims import Claim
from qa_sync.checklist.side import Side
from qa_sync.values.form import Canonical, Form


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


class UnmappedValue(Struct, frozen=True):
    """A value that no row is about: read at `path` and written at `write_path` in the form of a property.

    With several `values`, the record is given the first that it does not have; `per_line`: its lines are given them in
    turn. `optional`: a system may refuse it.
    """

    path: str
    write_path: str
    form: Form
    values: tuple[SampleValue, ...]
    optional: bool = False
    per_line: bool = False


class AddUnmappedValues(Struct, frozen=True):
    """Give the role's record on a side values that no row is about, and remember the whole record."""

    role: str
    side: Side
    given: tuple[UnmappedValue, ...]


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


class Expect(Struct, frozen=True):
    """Check claims: poll until all pass (`wait`), or once.

    `claims` are pairs of a check's id (None: a precondition of later steps) and a claim. A check passes when all its
    claims pass, here and in later steps. `at_once`: run the first cycle without any time before and after it, where the
    run can do so, so that the next edit is made in the same second.
    """

    claims: tuple[tuple[str | None, Claim], ...]
    wait: bool
    at_once: bool = False


Action = Insert | Edit | AddUnmappedValues | Delete | Sleep | WaitCycles | Snapshot

Step = Action | Expect | EditBothSides | EditDuringCycle
