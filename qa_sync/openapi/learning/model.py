"""What was read of a system, and the proposals that follow; frozen data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.openapi.editing.merge import NOTHING, Value
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

Row = Mapping[str, Json]


class Reading(Struct, frozen=True):
    """What was read of a datatype: rows of its list, and one record twice by its id (empty: not read)."""

    card: EntityCard
    rows: tuple[Row, ...]
    looked_up: tuple[Row, ...] = ()

    @property
    def values(self) -> tuple[Row, ...]:
        """All records that were read."""
        return (*self.rows, *self.looked_up)


class Proposal(Struct, frozen=True):
    """An edit that reading suggests: of a property (`path`), of an entity (empty path), or of an operation.

    `keys` lead to the member that gets `value` (NOTHING: it is removed; no keys: nothing is edited). `why` is what was
    seen. `settles` are the beginnings of guesses that are none any more, `about` is the key of an entity that has them
    where there is no edit; `guess` marks what is still not certain.
    """

    entity: str
    why: str
    path: str = ""
    operation: str = ""
    about: str = ""
    keys: tuple[str, ...] = ()
    value: Value = NOTHING
    settles: tuple[str, ...] = ()
    guess: str = ""

    @property
    def where(self) -> str:
        """The place of the edit, for messages."""
        return self.operation or (f"{self.entity}.{self.path}" if self.path else self.entity)
