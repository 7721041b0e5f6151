"""What a scenario claims about its records; `running.claims` decides whether a claim holds. Frozen values, no I/O."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.checklist.side import Side
from qa_sync.dataflow.model import PropertyPair


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
