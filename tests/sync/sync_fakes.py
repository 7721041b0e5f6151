"""Two small systems in memory: normalising, locking, read-only and derived properties, stamps from a virtual clock."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Criterion, Dataflow, Entity, PropertyPair, Section, Statement, StatementKind
from qa_sync.errors import Conflict, RequestRejected
from qa_sync.systems.cards import EntityCard, PropertyCard, Revision, Writable
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.form import Form, Json

START = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
TEXT = Form()
MAIL = Form(convert="email")
WHOLE = Form(type="integer", convert="integer")
MONEY = Form("string", "decimal", {"places": 2, "currency": "currency"})
WHOLE_AS_TEXT = Form(convert="integer")
REFERENCE = Form(convert="reference")
COUNTRY = Form(convert="country", options={"style": "iso2"})


@dataclass
class Call:
    """A write as it came in."""

    operation: str
    datatype: str
    values: Mapping[str, Json]


@dataclass
class FakeSystem:
    """A system that stores what its cards allow; hooks make it misbehave like real ones."""

    label: str
    cards: Mapping[str, EntityCard]
    clock: VirtualClock
    keep: Callable[[str, Json], Json] = lambda _path, value: value
    derive: Callable[[dict[str, Json]], None] = lambda _data: None
    before_update: Callable[[Record], None] = lambda _record: None
    refuse: Callable[[Mapping[str, Json]], bool] = lambda _values: False
    calls: list[Call] = field(default_factory=list)
    reads: int = 0
    lists: int = 0
    tells_changes: bool = False
    _stores: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)
    _made: int = 0

    def records(self, datatype: str) -> dict[str, dict[str, Json]]:
        return self._stores.setdefault(datatype, {})

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        self.lists += 1
        for each in tuple(self.records(datatype)):
            data = self.records(datatype)[each]
            if since is None or not self.tells_changes or datetime.fromisoformat(data["changed"]) >= since:
                yield Record(self.label, datatype, each, copy.deepcopy(data))

    def lookup(self, datatype: str, id: str) -> Record | None:
        self.reads += 1
        return self._read(datatype, id)

    def _read(self, datatype: str, id: str) -> Record | None:
        data = self.records(datatype).get(id)
        return Record(self.label, datatype, id, copy.deepcopy(data)) if data else None

    def insert(
        self, datatype: str, values: Mapping[str, Json], _found: Callable[[], str | None] | None = None
    ) -> Record:
        self.calls.append(Call("insert", datatype, values))
        card = self.cards[datatype]
        self._check(card, None, values)
        self._made += 1
        made = f"{self.label[0]}-{self._made}"
        data = self._written(card, {card.key: made, "rev": 0}, values, {Writable.ALWAYS, Writable.CREATE})
        self.records(datatype)[made] = data
        return Record(self.label, datatype, made, copy.deepcopy(data))

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        self.before_update(record)
        self.calls.append(Call("update", record.datatype, values))
        now = self.records(record.datatype)[record.id]
        if self.cards[record.datatype].revision is not None and now["rev"] != record.data["rev"]:
            raise Conflict("the record changed", status=409)
        self.edit(record.datatype, record.id, values)
        return self._read(record.datatype, record.id)

    def edit(self, datatype: str, id: str, values: Mapping[str, Json]) -> None:
        """Change a record as a person would, values by write path."""
        card = self.cards[datatype]
        self._check(card, id, values)
        self.records(datatype)[id] = self._written(card, self.records(datatype)[id], values, {Writable.ALWAYS})

    def delete(self, datatype: str, id: str) -> None:
        self.records(datatype).pop(id, None)

    def _written(
        self, card: EntityCard, data: dict[str, Json], values: Mapping[str, Json], times: set[Writable]
    ) -> dict[str, Json]:
        by_write = {p.write_path: p for p in card.properties.values()}
        for path, value in values.items():
            if by_write[path].writable in times:
                data = paths.write(data, by_write[path].path, self.keep(path, value))
        self.derive(data)
        self.clock.sleep(1)
        stamp = self.clock.now().isoformat().replace("+00:00", "Z")
        return {**data, "rev": data["rev"] + 1, "changed": stamp}

    def _check(self, card: EntityCard, id: str | None, values: Mapping[str, Json]) -> None:
        if self.refuse(values):
            raise RequestRejected("the value is not allowed", status=400)
        for p in card.properties.values():
            others = (d for other, d in self.records(card.datatype).items() if other != id)
            wanted = values.get(p.write_path)
            if p.unique and wanted is not None and any(paths.read(d, p.path) == wanted for d in others):
                raise Conflict(f"{p.path} is taken", status=409)


def entity(datatype: str, *properties: PropertyCard, system: str = "fake", **more: Json) -> EntityCard:
    return EntityCard(
        system,
        datatype,
        (datatype.capitalize(),),
        "id",
        {p.path: p for p in properties},
        modified="changed",
        revision=Revision("rev", write="rev"),
        **more,
    )


ID = PropertyCard("id", REFERENCE, writable=Writable.NEVER)

SHOP = {
    "people": entity(
        "people",
        ID,
        PropertyCard("name", TEXT),
        PropertyCard("nick", TEXT),
        PropertyCard("mail.shown", MAIL, write="mail", unique=True),
        PropertyCard("age", WHOLE),
        PropertyCard("land", COUNTRY),
        PropertyCard("group", REFERENCE, references="groups"),
        PropertyCard("score", WHOLE, writable=Writable.NEVER),
        PropertyCard("born", TEXT, writable=Writable.CREATE),
        PropertyCard("lines.title", TEXT),
        PropertyCard("lines.count", WHOLE),
        PropertyCard("tags.group", REFERENCE, references="groups"),
        PropertyCard("kind", TEXT),
        PropertyCard("second", TEXT),
        PropertyCard("owed", MONEY),
        PropertyCard("currency", TEXT),
    ),
    "groups": entity("groups", ID, PropertyCard("title", TEXT)),
}

OFFICE = {
    "person": entity(
        "person",
        ID,
        PropertyCard("fullName", TEXT),
        PropertyCard("alias", TEXT),
        PropertyCard("email", MAIL, unique=True),
        PropertyCard("years", WHOLE_AS_TEXT),
        PropertyCard("country", COUNTRY),
        PropertyCard("teamId", REFERENCE, references="team"),
        PropertyCard("points", WHOLE),
        PropertyCard("birthday", TEXT, writable=Writable.CREATE),
        PropertyCard("rows.text", TEXT),
        PropertyCard("rows.qty", WHOLE_AS_TEXT),
        PropertyCard("initials", TEXT, writable=Writable.NEVER, derived=True),
        PropertyCard("marks.team", REFERENCE, references="team"),
        PropertyCard("kind", TEXT),
        PropertyCard("other", TEXT),
        PropertyCard("due", MONEY),
        PropertyCard("currency", TEXT),
    ),
    "team": entity("team", ID, PropertyCard("label", TEXT)),
}


def statement(kind: StatementKind) -> Statement:
    return Statement(kind, 1, kind.value)


def section(ordinal: int, source: str, target: str, *statements: StatementKind | Statement, **parts: Json) -> Section:
    said = tuple(s if isinstance(s, Statement) else statement(s) for s in statements)
    heading = f"Shop {source} to Office {target}"
    return Section(ordinal, heading, 10 * ordinal, Entity("Shop", source), Entity("Office", target), said, **parts)


def pairs(**by_source: str) -> tuple[PropertyPair, ...]:
    """Make pairs; `__` stands for a dot."""
    return tuple(PropertyPair(s.replace("__", "."), t) for s, t in by_source.items())


def criteria(*rows: tuple[str, str]) -> tuple[Criterion, ...]:
    return tuple(Criterion(source, target, line) for line, (source, target) in enumerate(rows, 1))


def flow(*sections: Section) -> Dataflow:
    return Dataflow("shop-office.rst", "Shop to Office Dataflow", "Shop", "Office", sections=sections)
