"""Reads Arrow files, also known as Feather, and streams of Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import ipc

from qa_sync.audit.formats.arrow_values import json_rows
from qa_sync.audit.formats.rows import WHOLE, Rows, reject_repeated
from qa_sync.errors import UsageError
from qa_sync.location import Location

ARROW: Final = b"ARROW1"
"""The first bytes of an Arrow file."""


def arrow_rows(file: Path) -> tuple[Rows, frozenset[str]]:
    """Read an Arrow file, also known as Feather, or a stream of Arrow."""

    def rows() -> Rows:
        number = 0
        try:
            for batch in _batches(file):
                for data in json_rows(batch):
                    number += 1
                    yield number, data
        except (pa.ArrowException, OSError) as error:
            raise UsageError(f"{file}: not readable as Arrow after {number} records: {error}", hint=WHOLE) from None

    names = arrow_schema(file).names
    reject_repeated(names, Location(str(file)))
    return rows(), frozenset(names)


def arrow_schema(file: Path) -> pa.Schema:
    """Return the columns; raises UsageError for a damaged file."""
    try:
        with pa.memory_map(str(file)) as opened:
            return _reader(opened).schema
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{file}: not readable as Arrow: {error}", hint=WHOLE) from None


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(file)) as opened:
        reader = _reader(opened)
        if isinstance(reader, ipc.RecordBatchFileReader):
            yield from (reader.get_batch(at) for at in range(reader.num_record_batches))
        else:
            yield from reader


def _reader(opened: pa.NativeFile) -> ipc.RecordBatchFileReader | ipc.RecordBatchStreamReader:
    if opened.read(len(ARROW)) == ARROW:
        return ipc.open_file(opened)
    opened.seek(0)
    return ipc.open_stream(opened)
