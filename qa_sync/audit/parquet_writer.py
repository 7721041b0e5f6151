"""Writes rows from Python to a Parquet file, which is complete or does not exist."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qa_sync.errors import NoVerdict
from qa_sync.files import create_temporary

ROWS = 10_000


class ParquetWriter:
    """Writes rows of one schema; raises NoVerdict when the disk is full or fails."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema
        self._waiting: list[Sequence[Any]] = []
        self._temporary: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number, self._temporary = create_temporary(path)
            os.close(number)
            self._writer = pq.ParquetWriter(self._temporary, schema, compression="zstd")
        except OSError as error:
            raise self._full(error) from None

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, each with its values in the order of the schema."""
        self._waiting.extend(rows)
        self.rows += len(rows)
        if len(self._waiting) >= ROWS:
            self._flush()

    def add_table(self, table: pa.Table) -> None:
        """Add rows as a table of the schema."""
        self._flush()
        self.rows += table.num_rows
        self._write(table)

    def close(self) -> Path:
        """Move the file to its final path and return it."""
        self._flush()
        try:
            self._writer.close()
            if self._temporary is not None:
                self._temporary.replace(self.path)
        except OSError as error:
            raise self._full(error) from None
        return self.path

    def discard(self) -> None:
        """Delete the unfinished file."""
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._waiting:
            return
        columns = zip(*self._waiting, strict=True)
        arrays = [pa.array(column, one.type) for column, one in zip(columns, self._schema, strict=True)]
        self._write(pa.table(arrays, schema=self._schema))
        self._waiting = []

    def _write(self, table: pa.Table) -> None:
        try:
            self._writer.write_table(table)
        except OSError as error:
            raise self._full(error) from None

    def _full(self, error: OSError) -> NoVerdict:
        self.discard()
        return NoVerdict(f"{self.path}: {error.strerror or error}", hint="is the disk full?")
