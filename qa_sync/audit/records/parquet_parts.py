"""Writes records as the Parquet parts of a snapshot; memory holds one part at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from qa_sync.audit.expressions.cells import EncodedCell, encode_cell, is_unicode
from qa_sync.audit.records.record_values import modified_of, value_of
from qa_sync.audit.records.snapshots import Part
from qa_sync.errors import NoVerdict
from qa_sync.files import open_private
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

ROWS: Final = 10_000
"""Rows per part; an interruption loses at most so many."""

Row = tuple[str, str | None, list[EncodedCell]]
"""Id, last change (UTC text), cells."""


def row_of(id: str, data: Mapping[str, Json], card: EntityCard, columns: tuple[str, ...]) -> Row:
    """Return the row of a record; a record may also have the whole path as a name (as in CSV).

    Raises NoVerdict for an id that is not valid Unicode, RecursionError for values that are nested too deeply.
    """
    if not is_unicode(id):
        raise NoVerdict(f"a record has the id {id!a}, which is not valid Unicode")
    cells = [encode_cell(value_of(data, path, card.properties.get(path))) for path in columns]
    return id, modified_of(data, card), cells


class PartWriter:
    """Collects rows and writes them as parts into a folder; `first` is the number of the first part."""

    def __init__(self, folder: Path, columns: tuple[str, ...], first: int = 0) -> None:
        self._folder = folder
        self._columns = columns
        self._number = first
        self._rows: list[Row] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        self._rows.extend(rows)

    @property
    def full(self) -> bool:
        """Whether there are enough rows for a part."""
        return len(self._rows) >= ROWS

    @property
    def empty(self) -> bool:
        """Whether there are no rows to write."""
        return not self._rows

    def write(self) -> Part:
        """Write the collected rows as one part, completely or not at all; raises NoVerdict when the disk is full."""
        return self._written(self._table())

    def copied(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Part]:
        """Write the rows of existing parts to new parts; yield these."""
        for batch in batches:
            yield self._written(pa.table(batch))

    def _written(self, table: pa.Table) -> Part:
        name = f"part-{self._number:05d}.parquet"
        path, unfinished = self._folder / name, self._folder / f"{name}.unfinished"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(unfinished, "wb", opener=open_private) as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            size = unfinished.stat().st_size
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise NoVerdict(f"{path}: {error.strerror or error}", hint="is the disk full?") from None
        part = Part(name, table.num_rows, size)
        self._number += 1
        self._rows = []
        return part

    def _table(self) -> pa.Table:
        base = self._number * 1_000_000_000
        arrays: dict[str, pa.Array] = {
            "id": pa.array([row[0] for row in self._rows], pa.string()),
            "modified": pa.array([row[1] for row in self._rows], pa.string()),
            "seq": pa.array(range(base, base + len(self._rows)), pa.int64()),
        }
        for at in range(len(self._columns)):
            arrays[f"k{at}"] = pa.array([row[2][at][0] for row in self._rows], pa.int8())
            arrays[f"t{at}"] = pa.array([row[2][at][1] for row in self._rows], pa.string())
        return pa.table(arrays)


def next_number(parts: Iterable[Part]) -> int:
    """Return the number after the last part's."""
    return max((int(part.file[5:10]) for part in parts), default=-1) + 1
