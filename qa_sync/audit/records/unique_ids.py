"""Checks that each record of an export has an id of its own; the error names the first rows that have not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.sources.source import ExportFile, ExportSource
from qa_sync.errors import UsageError
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json
from qa_sync.values.paths import read

SHOWN: Final = 3
"""Ids and rows that an error shows."""


def check_unique_ids(engine: Engine, source: ExportSource, card: EntityCard, table: Table) -> None:
    """Raise UsageError for an export without records, for records without an id, and for records with the same one."""
    table = table.select("id")
    # Equal hashes are rare, so duplicate texts are searched only when there are some.
    count = engine.row(
        table.aggregate(
            rows=table.count(), ids=table.id.hash().nunique(), without=(table.id.isnull() | (table.id == "")).sum()
        )
    )
    if not count["rows"]:
        raise UsageError(f"{source.name}: expected records, got none", hint="is the export complete?")
    if count["without"]:
        rows = _shown([(file, number) for file, number, key in _ids(source, card) if not key])
        raise UsageError(f"{source.name}: {count['without']} records have no {card.key!r}, which is their key: {rows}")
    if count["rows"] == count["ids"]:
        return
    twice = table.group_by("id").aggregate(n=table.count())
    twice = engine.materialize(twice.filter(twice.n > 1).order_by("id").limit(SHOWN))
    if ids := [str(row["id"]) for batch in engine.batches(twice) for row in batch.to_pylist()]:
        raise UsageError(f"{source.name}: {card.key!r} is not unique: {_repeated(source, card, ids)}")


def id_of(data: Mapping[str, Json], card: EntityCard) -> Json:
    """Return the id of a record, which may also have the whole path as a name."""
    return data[card.key] if data.get(card.key) is not None else read(data, card.key)


Row = tuple[ExportFile, int]
"""A file, and the number of a record in it."""


def _repeated(source: ExportSource, card: EntityCard, ids: list[str]) -> str:
    found: dict[str, list[Row]] = {key: [] for key in ids}
    for file, number, key in _ids(source, card):
        if key in found:
            found[key].append((file, number))
    return "; ".join(f"several records have {key} ({_shown(rows)})" for key, rows in found.items())


def _ids(source: ExportSource, card: EntityCard) -> Iterator[tuple[ExportFile, int, str]]:
    for file in source.files:
        for number, data in file.rows():
            found = id_of(data, card)
            yield file, number, "" if found is None else str(found)


def _shown(rows: list[Row]) -> str:
    word = "line" if rows[0][0].on_lines else "row"
    if len({file.name for file, _ in rows}) > 1:
        shown = [f"{word} {number} of {file.name}" for file, number in rows[:SHOWN]]
    else:
        shown = [f"{word}{'s' if len(rows) > 1 else ''} {rows[0][1]}", *(str(number) for _, number in rows[1:SHOWN])]
    return ", ".join(shown) + (", ..." if len(rows) > SHOWN else "")
