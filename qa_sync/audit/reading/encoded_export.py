"""Writes the records of an export as one Parquet file of encoded cells, many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from qa_sync.audit.progress import Progress
from qa_sync.audit.reading.cell_columns import ROWS, encode_values, plain_instants, schema
from qa_sync.audit.records.parquet_parts import row_of
from qa_sync.audit.records.record_values import modified_of, value_of
from qa_sync.errors import NoVerdict
from qa_sync.files import open_private
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

Numbered = tuple[int, str, Mapping[str, Json]]
"""The line of a record, its id, its values."""


class Encoder(Struct, frozen=True):
    """Encodes records of a card with these columns; `too_deep` makes the error for a record nested too deeply."""

    card: EntityCard
    columns: tuple[str, ...]
    too_deep: Callable[[int, str], Exception]

    def tables(self, records: Iterable[Numbered]) -> Iterator[pa.Table]:
        """Yield the encoded records."""
        rest = iter(records)
        while chunk := [*islice(rest, ROWS)]:
            yield self._table(chunk)

    def _table(self, chunk: Sequence[Numbered]) -> pa.Table:
        datas = [data for _, _, data in chunk]
        try:
            arrays: list[pa.Array] = [pa.array([key for _, key, _ in chunk], pa.string()), self._modified(datas)]
            for path in self.columns:
                arrays += encode_values(self._values(datas, path))
        except (RecursionError, UnicodeEncodeError):
            self._say_where(chunk)
            raise
        return pa.table(arrays, schema=schema(len(self.columns)))

    def _values(self, datas: Sequence[Mapping[str, Json]], path: str) -> Sequence[Json]:
        card = self.card.properties.get(path)
        if path.isidentifier() and not (card and card.form.convert == "region"):
            return [data.get(path) for data in datas]
        return [value_of(data, path, card) for data in datas]

    def _modified(self, datas: Sequence[Mapping[str, Json]]) -> pa.Array:
        path = self.card.modified
        if path is None:
            return pa.nulls(len(datas), pa.string())
        values = self._values(datas, path)
        if all(type(value) is str and value.isascii() for value in values):
            quick = plain_instants(pa.array(values, pa.string()), self.card)
            if quick is not None:
                return quick
        return pa.array([modified_of(data, self.card) for data in datas], pa.string())

    def _say_where(self, chunk: Sequence[Numbered]) -> None:
        """Raise the error of the first record that cannot be encoded."""
        for line, key, data in chunk:
            try:
                row_of(key, data, self.card, self.columns)
            except RecursionError:
                raise self.too_deep(line, key) from None


class EncodedFile:
    """A Parquet file of encoded records, which is removed if an error ends its writing."""

    def __init__(self, path: Path, columns: int, progress: Progress) -> None:
        self._path, self._progress = path, progress
        # Most texts are different: a dictionary of them costs time and memory.
        kinds = [f"k{at}" for at in range(columns)]
        with _disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "wb", opener=open_private)  # noqa: SIM115 - closed by __exit__
            self._writer = pq.ParquetWriter(self._file, schema(columns), compression="lz4", use_dictionary=kinds)

    def __enter__(self) -> Self:
        return self

    def write(self, table: pa.Table) -> None:
        """Add records; raises NoVerdict when the disk is full."""
        with _disk_errors(self._path):
            self._writer.write_table(table)
        self._progress.add(table.num_rows)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with _disk_errors(self._path):
            self._writer.close()
            self._file.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Raise NoVerdict for errors of the disk."""
    try:
        yield
    except OSError as error:
        raise NoVerdict(f"{path}: {error.strerror or error}", hint="is the disk full?") from None
