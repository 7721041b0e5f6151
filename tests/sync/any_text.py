"""A section in its world with records that have any text, and the texts that were lost without a word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cli_caller import ROOT
from msgspec import Struct

from qa_sync.checklist.side import Side as WorldSide
from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.embedded.world import World, build_world
from qa_sync.modes.job import Job
from qa_sync.running.environment import SyncProblem
from qa_sync.settings.model import Settings
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.prepare_lanes import PreparedLanes
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record, System
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.comparison.compare import compare
from qa_sync.values.form import Json
from qa_sync.values.paths import read

RECORDS = 4
KINDS = ("text", "escaped_text", "html")
NEEDED: dict[str, Any] = {"priceData.price": 1}
"""What a new record needs beside its texts and its key."""


class TextWorld(Struct, frozen=True):
    """A section's world and lane; `rows` are its texts, `key` is the row that tells its records apart."""

    world: World
    lane: Lane
    rows: Sequence[Row]
    key: Row

    def system(self, side: Side) -> System:
        """Return the system of a side."""
        return self.world.environment.systems[WorldSide(side.value)]

    def create(self, texts: Iterator[str]) -> None:
        """Create records with texts in the source."""
        card = self.lane.source.card
        needed = {path: NEEDED[path] for path in card.properties if path in NEEDED}
        for number in range(RECORDS):
            key = f"t{number}@example.org" if "mail" in self.key.source.path else f"T-{number}"
            rows = [row for row in self.rows if row.is_writable_on(Side.SOURCE, creating=True)]
            written = dict(_written(row.source, next(texts)) for row in rows)
            system = self.system(Side.SOURCE)
            system.insert(card.datatype, {**needed, **written, self.key.source.write_path: key})
        self.let_sync_work()

    def edit(self, side: Side, texts: Iterator[str]) -> None:
        """Give each record of a side other texts, in all properties that can be written on both sides."""
        system = self.system(side)
        for record in list(system.list(self.lane.end(side).card.datatype)):
            rows = [row for row in self.rows if all(map(row.is_writable_on, Side))]
            system.update(record, dict(_written(row.card(side), next(texts)) for row in rows))
        self.let_sync_work()

    def let_sync_work(self) -> None:
        """Run two cycles."""
        for _ in range(2):
            self.world.environment.let_sync_work()

    def lost(self) -> list[tuple[str, Any, Any]]:
        """Return the path and both values of each text that differs and that the sync does not report.

        A record that has no counterpart, because the other system refused it, is reported as a whole.
        """
        source, target = self._records(Side.SOURCE), self._records(Side.TARGET)
        problems = self.world.environment.sync_problems()
        assert len(source) == RECORDS
        assert {source[key].id for key in source.keys() - target.keys()} <= {problem.id for problem in problems}
        return [
            (row.source.path, *values)
            for key in source.keys() & target.keys()
            for row in self.rows
            if not any(_is_about(problem, row, {source[key].id, target[key].id}) for problem in problems)
            and not _same(row, values := [_value(source[key], row.source), _value(target[key], row.target)])
        ]

    def _records(self, side: Side) -> dict[Any, Record]:
        listed = self.system(side).list(self.lane.end(side).card.datatype)
        return {_value(record, self.key.card(side)): record for record in listed}


@contextmanager
def text_world(spec: str, number: int, key: str) -> Iterator[TextWorld]:
    """Open the world of a section; `key` is the source property that tells its records apart."""
    dataflows = read_all([str(ROOT / spec)])
    section = dataflows[0].sections[number - 1]
    job = Job(dataflows, connectors_of(dataflows, Settings()), ROOT)
    world = build_world(job, dataflows[0], section, "texts", lambda transport: transport)
    try:
        systems = world.environment.systems
        prepared = PreparedLanes(dataflows[0], systems[WorldSide.SOURCE], systems[WorldSide.TARGET], {})
        lane = next(lane for lane in prepared.lanes if lane.section.key == section.key)
        rows = {row.source.path: row for row in lane.rows}
        yield TextWorld(
            world, lane, [row for row in rows.values() if _is_text(row) and row.source.path != key], rows[key]
        )
    finally:
        world.close()


def _is_text(row: Row) -> bool:
    """Return whether a row is a text of the record itself, not of a line, and not a code."""
    kinds = {row.source.form.convert, row.target.form.convert}
    return kinds <= set(KINDS) and not (row.source.concept or "").startswith(("lines.", "currency"))


def _written(card: PropertyCard, text: str) -> tuple[str, Json]:
    """Return the write path, and the text without what the card does not allow."""
    allowed = "".join(c for c in text if c not in card.avoid)[: card.max_length].strip() or "x"
    return card.write_path, to_wire(allowed, card.form)


def _value(record: Record, card: PropertyCard) -> Any:
    return to_canonical(read(record.data, card.path), card.form)


def _is_about(problem: SyncProblem, row: Row, ids: Collection[str]) -> bool:
    """Return whether a problem names a property of the row, or says that the record could not be written at all."""
    refused = "update failed" in problem.text and problem.id in ids
    return refused or any(f"{card.path} " in problem.text for card in (row.source, row.target))


def _same(row: Row, values: Sequence[Any]) -> bool:
    return compare(values[0], values[1], row.source.form, row.target.form).same
