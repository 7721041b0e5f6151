"""What an observation knows: records as they were read, their changes, and the case that each real change opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from qa_sync.audit.expressions.cells import EncodedCell
from qa_sync.audit.model import AuditableSection, SectionPlan
from qa_sync.running.events import Direction
from qa_sync.values.form import Json


class EntityKey(NamedTuple):
    """An entity of a system: the label of the system in the spec, and the datatype of its connector."""

    system: str
    datatype: str


class ReadRecord(Struct, frozen=True):
    """A record as it was last read: `values` by path, the time of its last change, a fingerprint of all the rest."""

    id: str
    values: Mapping[str, Json]
    modified: datetime | None
    fingerprint: str


class Change(Struct, frozen=True):
    """A record differs from how it was last read.

    `before` is None for a new record, `after` for a deleted one; `at` is when it changed: the system's own time of the
    change where it has one (`is_stamped`), else the time at which it was read. `is_found`: the first read found it
    changed since the time from which to follow, so what it was before is not known.
    """

    entity: EntityKey
    id: str
    before: ReadRecord | None
    after: ReadRecord | None
    at: datetime
    is_stamped: bool
    is_found: bool = False


class CaseKind(StrEnum):
    """What a case follows.

    `NEW`: a new source record that must get a counterpart; `EDIT`: an edit that must reach the other side; `OUTSIDE`: a
    new source record that the section's condition leaves out, which must get none.
    """

    NEW = "new"
    EDIT = "edit"
    OUTSIDE = "outside"


class CaseState(StrEnum):
    """How a case stands.

    `ARRIVED`: in time or late, by its lag; `PARTLY`: some values did not arrive; `LOST`: nothing arrived within the
    maximum lag; `OVERTAKEN`: a later change of the record replaced it; `RETURNED`: the edited record has its old
    value again, and the other side never changed; `DELETED`: the changed record was deleted; `GONE`: its
    counterpart was deleted; `OVERRULED`: the other
    side was edited later, which wins; `ALONE`, `LINKED`: an outside record stayed without a counterpart, or got one.
    """

    OPEN = "open"
    ARRIVED = "arrived"
    PARTLY = "partly"
    LOST = "lost"
    OVERTAKEN = "overtaken"
    RETURNED = "returned"
    DELETED = "deleted"
    GONE = "gone"
    OVERRULED = "overruled"
    ALONE = "alone"
    LINKED = "linked"


class Case(Struct, frozen=True):
    """A real change that is followed until it arrives, or until it is lost.

    `pending` are the ids of the claims that have not arrived, `arrived` of those that have; `edits` are the last edited
    values by claim, as cells, the newest last; `before` are the values of both sides before the edit; `conflict` says
    that the other side was edited too, so that the later edit must win. `number` is 0 until it is stored; `missed` is
    the number of the read at which its time was over (0: it was not).
    """

    section: str
    direction: Direction
    kind: CaseKind
    record: str
    opened: datetime
    state: CaseState = CaseState.OPEN
    counterpart: str | None = None
    pending: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    edits: Mapping[str, tuple[EncodedCell, ...]] = {}
    before: Mapping[str, tuple[EncodedCell, EncodedCell]] = {}
    conflict: bool = False
    lag_s: float | None = None
    number: int = 0
    missed: int = 0


class ObservedSection(Struct, frozen=True):
    """A section to observe; `key` names it in the state file.

    `creates`: a new source record needs a counterpart; `keeps`: edits reach the other side. `why_no_creates` is the
    reason if new records are not followed.
    """

    key: str
    spec: str
    plan: SectionPlan
    auditable: AuditableSection
    creates: bool
    keeps: bool
    why_no_creates: str = ""

    @property
    def entities(self) -> tuple[EntityKey, EntityKey]:
        """The entities of the source and of the target."""
        one, other = (EntityKey(label, self.auditable.card(at).datatype) for at, label in enumerate(self.plan.labels))
        return one, other


class ClockNote(Struct, frozen=True):
    """How far the clock of a system is ahead, and by how much the time of a change may be wrong."""

    system: str
    ahead: timedelta
    doubt: timedelta

    def __str__(self) -> str:
        seconds = self.ahead.total_seconds()
        way = "ahead" if seconds > 0 else "behind"
        return f"the clock of {self.system} is about {abs(seconds):.0f} s {way}" if seconds else ""


class ObserveOptions(Struct, frozen=True):
    """The options of an observation: the interval between two reads, the maximum lag, the end, the minimum of cases."""

    every: timedelta
    max_lag: timedelta
    duration: timedelta | None = None
    min_cases: int = 20
