"""Reads Parquet row by row: what no engine holds exactly, and what writers keep in ways of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qa_sync.audit.formats.arrow_values import Spots, json_rows
from qa_sync.audit.formats.rows import WHOLE, Rows, reject_repeated
from qa_sync.errors import UsageError
from qa_sync.location import Location

ROWS: Final = 5_000


def parquet_rows(file: Path) -> tuple[Rows, frozenset[str]]:
    """Read a Parquet file; returns its records and the names of its columns."""

    def rows() -> Rows:
        number = 0
        try:
            for batch in _batches(file):
                for data in json_rows(batch, intervals):
                    number += 1
                    yield number, data
        except (pa.ArrowException, OSError) as error:
            message = f"{file}: not readable as Parquet after {number} records: {str(error).splitlines()[0]}"
            raise UsageError(message, hint=WHOLE) from None

    try:
        opened = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{file}: not readable as Parquet: {error}", hint=WHOLE) from None
    names, intervals = opened.schema_arrow.names, _intervals(opened)
    reject_repeated(names, Location(str(file)))
    return rows(), frozenset(names)


def parquet_schema(file: Path) -> pa.Schema:
    """Return the columns; raises UsageError for a damaged file."""
    try:
        return pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{file}: not readable as Parquet: {error}", hint=WHOLE) from None


def _intervals(opened: pq.ParquetFile) -> Mapping[str, Spots]:
    """Return where in each column there are intervals, for which Arrow has bytes."""
    leaves = iter([opened.schema.column(at).converted_type == "INTERVAL" for at in range(len(opened.schema))])
    found = {field.name: _spots(field.type, leaves) for field in opened.schema_arrow}
    return {name: spots for name, spots in found.items() if spots is not None}


def _spots(kind: pa.DataType, leaves: Iterator[bool]) -> Spots:
    """Return the intervals in a type, whose innermost types are in the order of the columns of Parquet."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    inner = _inner_types(kind)
    if not inner:
        return () if next(leaves) else None
    found = tuple(_spots(one, leaves) for one in inner)
    return found if any(one is not None for one in found) else None


def _inner_types(kind: pa.DataType) -> tuple[pa.DataType, ...]:
    if pa.types.is_map(kind):
        return kind.key_type, kind.item_type
    return tuple(kind.field(at).type for at in range(kind.num_fields))


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows; times of 96 bits have nanoseconds where these hold them, else microseconds.

    Arrow reads them as nanoseconds by default, which wrap around after the year 2262.
    """
    opened = pq.ParquetFile(file)
    kinds = [opened.schema.column(at).physical_type for at in range(len(opened.schema))]
    if "INT96" not in kinds:
        yield from opened.iter_batches(batch_size=ROWS)
        return
    coarse = pq.ParquetFile(file, coerce_int96_timestamp_unit="us")
    for fine, rough in zip(opened.iter_batches(ROWS), coarse.iter_batches(ROWS), strict=True):
        columns = [_finer(*both) for both in zip(fine.columns, rough.columns, strict=True)]
        yield pa.record_batch(columns, names=fine.schema.names)


def _finer(fine: pa.Array, rough: pa.Array) -> pa.Array:
    """Return nanoseconds if they are the same times as the microseconds."""
    if fine.type == rough.type:
        return fine
    floored = pc.floor_temporal(fine, unit="microsecond") if pa.types.is_timestamp(fine.type) else fine
    return fine if floored.cast(rough.type, safe=False).equals(rough) else rough
