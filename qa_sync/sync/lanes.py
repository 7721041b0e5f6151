"""Lanes: sections prepared for the sync, with both entity cards and every row resolved."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import Section, StatementKind, When
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.system import System


class Side(StrEnum):
    """One of the two ends of a lane."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        """Return the opposite side."""
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE


class LaneEnd(Struct, frozen=True):
    """One end of a lane: a system and the card of its entity."""

    side: Side
    system: System
    card: EntityCard

    def can(self, operation: str) -> bool:
        """Return whether the API has the operation (`insert`, `update`)."""
        return operation not in self.card.cannot


class Row(Struct, frozen=True):
    """Two properties that carry the same value.

    `through` is the key of the links that translate an id (None: a plain value, copied unchanged); the conditions
    hold literals only.
    """

    source: PropertyCard
    target: PropertyCard
    through: str | None = None
    source_when: tuple[When, ...] = ()
    target_when: tuple[When, ...] = ()

    def card(self, side: Side) -> PropertyCard:
        """Return the property on a side."""
        return self.source if side is Side.SOURCE else self.target

    def when(self, side: Side) -> tuple[When, ...]:
        """Return the conditions on the record of a side."""
        return self.source_when if side is Side.SOURCE else self.target_when

    def is_writable_on(self, side: Side, *, creating: bool = False) -> bool:
        """Return whether a value can be written to the property on a side."""
        card = self.card(side)
        times = {Writable.ALWAYS, Writable.CREATE} if creating else {Writable.ALWAYS}
        return card.writable in times and not card.derived and card.fixed is None


class Lane(Struct, frozen=True):
    """One section, prepared for the sync.

    `key` names its links: sections with the same two entities share them, because whether two records are counterparts
    does not depend on the section. `mirror` is the key of the links in the opposite direction (only within one system).
    """

    section: Section
    key: str
    source: LaneEnd
    target: LaneEnd
    rows: tuple[Row, ...]
    criteria: tuple[Row, ...] = ()
    mirror: str | None = None

    def end(self, side: Side) -> LaneEnd:
        """Return the end on a side."""
        return self.source if side is Side.SOURCE else self.target

    def has_statement(self, kind: StatementKind) -> bool:
        """Return whether the section has a statement of a kind."""
        return self.section.statement(kind) is not None

    @property
    def shared_sources(self) -> frozenset[str]:
        """The source properties that map to more than one target property."""
        paths = [r.source.path for r in self.rows]
        return frozenset(p for p in paths if paths.count(p) > 1)


def in_order(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return the lanes with referenced entities first, else in the order of the spec; a cycle is cut."""
    placed: dict[int, Lane] = {}
    begun: set[int] = set()

    def place(lane: Lane) -> None:
        if lane.section.ordinal in begun:
            return
        begun.add(lane.section.ordinal)
        for other in lanes:
            if _refers(lane, other):
                place(other)
        placed[lane.section.ordinal] = lane

    for lane in lanes:
        place(lane)
    return tuple(placed.values())


def _refers(lane: Lane, other: Lane) -> bool:
    return any(
        other.end(side).card.datatype in {p.references for p in lane.end(side).card.properties.values()}
        for side in Side
    )
