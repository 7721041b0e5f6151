"""Checks that each record of an export has an id of its own; the error names the first rows that have not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.formats.row_formats import TEXTS, ending_of, rows_of
from qa_sync.errors import UsageError
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json
from qa_sync.values.paths import read

LINES: Final = TEXTS | {".jsonl", ".ndjson", ".json"}
"""The formats whose records stand on lines."""

SHOWN: Final = 3
"""Ids and rows that an error shows."""


def check_unique_ids(engine: Engine, file: Path, card: EntityCard, table: Table) -> None:
    """Raise UsageError for records without an id, or with the same one."""
    # Equal hashes are rare, so duplicate texts are searched only when there are some.
    count = engine.row(
        table.aggregate(
            rows=table.count(), ids=table.id.hash().nunique(), without=(table.id.isnull() | (table.id == "")).sum()
        )
    )
    if count["without"]:
        rows = _shown(file, [number for number, key in _ids(file, card) if not key])
        raise UsageError(f"{file}: {count['without']} records have no {card.key!r}, which is their key: {rows}")
    if count["rows"] == count["ids"]:
        return
    twice = table.group_by("id").aggregate(n=table.count())
    twice = engine.materialize(twice.filter(twice.n > 1).order_by("id").limit(SHOWN))
    if ids := [str(row["id"]) for batch in engine.batches(twice) for row in batch.to_pylist()]:
        raise UsageError(f"{file}: {card.key!r} is not unique: {_repeated(file, card, ids)}")


def id_of(data: Mapping[str, Json], card: EntityCard) -> Json:
    """Return the id of a record, which may also have the whole path as a name."""
    return data[card.key] if data.get(card.key) is not None else read(data, card.key)


def _repeated(file: Path, card: EntityCard, ids: list[str]) -> str:
    found: dict[str, list[int]] = {key: [] for key in ids}
    for number, key in _ids(file, card):
        if key in found:
            found[key].append(number)
    return "; ".join(f"several records have {key} ({_shown(file, rows)})" for key, rows in found.items())


def _ids(file: Path, card: EntityCard) -> Iterator[tuple[int, str]]:
    for number, data in rows_of(file):
        found = id_of(data, card)
        yield number, "" if found is None else str(found)


def _shown(file: Path, rows: list[int]) -> str:
    word = "line" if ending_of(file) in LINES else "row"
    numbers = ", ".join(map(str, rows[:SHOWN])) + (", ..." if len(rows) > SHOWN else "")
    return f"{word}{'s' if len(rows) > 1 else ''} {numbers}"
