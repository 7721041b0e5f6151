"""Snapshots and exports as tables of an engine, with a cell for every property path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import ibis
from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.columns import Cell
from qa_sync.audit.expressions.typed_columns import typed_cell
from qa_sync.audit.reading.fetch import Readable
from qa_sync.audit.records.parquet_parts import PartWriter, next_number
from qa_sync.audit.records.snapshots import Snapshot, discard, save
from qa_sync.systems.cards import EntityCard


class RecordTable(Struct, frozen=True):
    """The records of one side as a table with `id`, `modified`, and kind and text of each column (k0, t0, ...).

    `native`: it has typed columns instead (c0, ...); `columns` are the column numbers by property path; `absent` are
    the paths that an export has no column for, `names` those that it has (some of them); `as_of` is the start of the
    read; `system` is None for an export, which cannot be re-read; `partial`: only changed records were read; `since`:
    the API can list only changed records; `repeated`: so many records were on two pages of one read; `singles`: the
    paths of columns with binary numbers of 32 bits.
    """

    label: str
    card: EntityCard
    table: Table
    columns: Mapping[str, int]
    as_of: datetime
    system: Readable | None = None
    absent: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)
    partial: bool = False
    since: bool = False
    native: bool = False
    repeated: int = 0
    singles: frozenset[str] = field(default_factory=frozenset)

    @property
    def letters(self) -> tuple[str, ...]:
        """The prefixes of the column names."""
        return ("c",) if self.native else ("k", "t")

    def cell(self, path: str, table: Table | None = None, prefix: str = "") -> Cell:
        """Return a property's cell in the table, or in a derived table whose column names have a prefix."""
        table = self.table if table is None else table
        columns = [table[f"{prefix}{letter}{self.columns[path]}"] for letter in self.letters]
        return typed_cell(columns[0]) if self.native else Cell(columns[0], columns[1])


def table_of(engine: Engine, folder: Path, snapshot: Snapshot) -> Table:
    """Return the rows of a complete, deduplicated snapshot."""
    return engine.read([folder / part.file for part in snapshot.parts]).drop("seq")


def deduplicated(engine: Engine, folder: Path, snapshot: Snapshot) -> tuple[Snapshot, int]:
    """Return the snapshot with the latest row of each id, rewritten when pages or reads overlap, and how many do."""
    table = engine.read([folder / part.file for part in snapshot.parts])
    count = engine.row(table.aggregate(rows=table.count(), ids=table.id.nunique()))
    if count["rows"] == count["ids"]:
        return snapshot, 0
    newest = ibis.row_number().over(ibis.window(group_by="id", order_by=ibis.desc("seq")))
    once = table.mutate(newest=newest)
    once = once.filter(once.newest == 0).drop("newest")
    parts = PartWriter(folder, snapshot.columns, next_number(snapshot.parts))
    whole = replace(snapshot, parts=tuple(parts.copied(engine.batches(once))))
    save(folder, whole)
    discard(folder, whole)
    return whole, count["rows"] - count["ids"]
