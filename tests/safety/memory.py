"""A system in memory, with two datatypes of which one refers to the other, and its journal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qa_sync.errors import RequestRejected, SystemUnreachable
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.journal.journal import Journal
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.journal.rows import RecordLocation
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

STARTED = datetime(2026, 1, 31, 12, tzinfo=UTC)
MARK, OTHER_MARK = "q0123abcd", "q9876fedc"
URL = "https://acme.example"


def card(datatype: str, *references: str, cannot: Mapping[str, str] | None = None) -> EntityCard:
    properties = {"name": PropertyCard("name", Form())}
    properties |= {f"{r}_id": PropertyCard(f"{r}_id", Form(), references=r) for r in references}
    return EntityCard("acme", datatype, (datatype.title(),), "id", properties, cannot=cannot or {})


class Memory:
    """Records by datatype and id; `trouble` is called before each call, and may raise."""

    def __init__(self, label: str = "Acme", *cards: EntityCard) -> None:
        self.label = label
        self.cards: Mapping[str, EntityCard] = {
            c.datatype: c for c in cards or (card("contact"), card("order", "contact"))
        }
        self.held: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[str] = []
        self.looked: list[str] = []
        self.trouble: Callable[[str], None] = lambda _call: None
        self.clings = False

    def put(self, datatype: str, id: str, **data: Json) -> Record:
        self.held[datatype, id] = data
        return Record(self.label, datatype, id, data)

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        self._ask(f"list {datatype}{' since' if since else ''}")
        yield from [Record(self.label, d, i, data) for (d, i), data in self.held.items() if d == datatype]

    def lookup(self, datatype: str, id: str) -> Record | None:
        self._ask(f"lookup {datatype} {id}")
        data = self.held.get((datatype, id))
        return None if data is None else Record(self.label, datatype, id, data)

    def insert(
        self,
        datatype: str,
        values: Mapping[str, Json],
        found: Callable[[], str | None] | None = None,  # noqa: ARG002
    ) -> Record:
        self._ask(f"insert {datatype}")
        new = f"{datatype[0]}{len(self.held) + 1}"
        self.held[datatype, new] = dict(values)
        self._ask(f"inserted {datatype}")
        return Record(self.label, datatype, new, {})

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        self._ask(f"update {record.datatype} {record.id}")
        self.held[record.datatype, record.id] |= values

    def delete(self, datatype: str, id: str) -> None:
        self._ask(f"delete {datatype} {id}")
        if any(data.get(f"{datatype}_id") == id for data in self.held.values()):
            raise RequestRejected(f"{datatype} {id} is referred to", status=409)
        if not self.clings:
            self.held.pop((datatype, id), None)

    def _ask(self, call: str) -> None:
        self.asked.append(call)
        self.trouble(call)


def away(*calls: str) -> Callable[[str], None]:
    """Return a trouble: no response to calls that match a pattern."""

    def trouble(call: str) -> None:
        if any(re.match(pattern, call) for pattern in calls):
            raise SystemUnreachable(f"no answer to {call}")

    return trouble


def places(system: Memory) -> list[RecordLocation]:
    return [RecordLocation(system.label, URL, c.datatype, c.names[0]) for c in system.cards.values()]


def owned(path: Path, system: Memory, marks: Iterable[str] = (MARK,), seed: str = "s") -> RunRecords:
    journal = Journal(path / "journal.sqlite")
    run = journal.begin(seed, ["a.txt"], STARTED, places(system))
    found = RunRecords(journal, run, marks, STARTED - timedelta(minutes=10))
    for place in run.places:
        found.note_preexisting(place, system)
    system.looked, system.asked = system.asked, []
    return found
