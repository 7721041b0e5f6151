"""A writer that only records writes, a system of a few records, and lanes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync_fakes import OFFICE, SHOP, START, FakeSystem, section

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Section, Statement, StatementKind
from qa_sync.errors import RequestRejected
from qa_sync.sync.lanes import Lane, LaneEnd, Row, Side
from qa_sync.sync.writer import Written
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

Values = Mapping[str, Json]


@dataclass
class Notes:
    """A writer that records each write; `refused` are values that it rejects."""

    inserts: list[dict[str, Json]] = field(default_factory=list)
    updates: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    refused: set[Json] = field(default_factory=set)

    def insert(self, _lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        self._check(values)
        self.inserts.append(dict(values))
        return Record(end.system.label, end.card.datatype, f"made-{len(self.inserts)}", {})

    def update(self, _lane: Lane, _end: LaneEnd, record: Record, values: Values) -> Written:
        self._check(values)
        self.updates.append((record.id, dict(values)))
        return Written(frozenset(values))

    def _check(self, values: Values) -> None:
        if any(value in self.refused for value in values.values() if not isinstance(value, list)):
            raise RequestRejected("no", status=400)


def card_of(*properties: PropertyCard) -> EntityCard:
    return EntityCard("fake", "thing", ("Thing",), "id", {p.path: p for p in properties})


def lane_of(*pairs: tuple[str, str], criteria: tuple[tuple[str, str], ...] = (), says: Section | None = None) -> Lane:
    """Return a lane of the shop's people to the office's persons with these rows."""
    clock = VirtualClock(START)
    shop, office = FakeSystem("Shop", SHOP, clock), FakeSystem("Office", OFFICE, clock)
    people, person = SHOP["people"], OFFICE["person"]

    def rows(of: tuple[tuple[str, str], ...]) -> tuple[Row, ...]:
        return tuple(Row(people.properties[a], person.properties[b]) for a, b in of)

    return Lane(
        says or section(1, "People", "Person", StatementKind.EVERY),
        "people-person",
        LaneEnd(Side.SOURCE, shop, people),
        LaneEnd(Side.TARGET, office, person),
        rows(pairs),
        rows(criteria),
    )


def lane_to(card: EntityCard) -> Lane:
    """Return a lane of which only the target's card matters."""
    office = FakeSystem("Office", {card.datatype: card}, VirtualClock(START))
    end = LaneEnd(Side.SOURCE, office, card), LaneEnd(Side.TARGET, office, card)
    rows = tuple(Row(p, p) for p in card.properties.values())
    return Lane(section(1, "Thing", "Thing", StatementKind.EVERY), "thing", *end, rows)


def saying(*statements: StatementKind | Statement) -> Section:
    return section(1, "People", "Person", *statements)


def record_of(lane: Lane, id: str, side: Side = Side.TARGET) -> Record:
    end = lane.end(side)
    found = end.system.lookup(end.card.datatype, id)
    assert found is not None
    return found
