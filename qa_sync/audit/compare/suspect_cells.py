"""The cells of values that expressions did not decide, with what their records say about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from qa_sync.audit.expressions.cells import decode_cell
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.values.form import Form, Json
from qa_sync.values.paths import read
from qa_sync.values.record_form import in_record


class SuspectCells(NamedTuple):
    """Two values, kind and text of the source's cell, and the values that decide how they are compared."""

    source: Json
    target: Json
    kind: int
    text: str
    deciding: tuple[Json, Json]


def suspect_cells(
    batch: pa.RecordBatch, n: int, settled: int, without: pa.Array | None = None
) -> Mapping[int, SuspectCells]:
    """Return the cells of a claim by row, where its outcome code is not settled, but for the rows `without`."""
    rows = pc.indices_nonzero(pc.greater(batch[f"v{n}"], pa.scalar(settled, pa.int8())))
    if without is not None:
        rows = rows.filter(pc.invert(pc.is_in(rows, value_set=without)))
    kinds, texts = (batch[f"a{part}{n}"].take(rows).to_pylist() for part in "kt")
    values = [_values(batch, f"{letter}{{}}{n}", rows) for letter in "abcd"]
    found = zip(rows.to_pylist(), kinds, texts, *values, strict=True)
    return {at: SuspectCells(a, b, kind, text, (c, d)) for at, kind, text, a, b, c, d in found}


def _values(batch: pa.RecordBatch, name: str, rows: pa.Array) -> list[Json]:
    if name.format("k") not in batch.schema.names:
        return [None] * len(rows)
    kinds, texts = (batch[name.format(part)].take(rows).to_pylist() for part in "kt")
    return [decode_cell(kind, text) for kind, text in zip(kinds, texts, strict=True)]


def deciding_value(path: str | None, data: Mapping[str, Json]) -> Json:
    """Return a record's value that decides how another is compared; None without a path."""
    return read(data, path) if path else None


def in_records(forms: PropertyFormats, deciding: tuple[Json, Json]) -> PropertyFormats:
    """Return the formats with what the values that decide say: a country, or a currency."""
    one, other = deciding
    if one is None and other is None:
        return forms
    return PropertyFormats(_in_record(forms.source, one), _in_record(forms.target, other), forms.zone)


def _in_record(form: Form, deciding: Json) -> Form:
    return in_record(form, lambda _path: deciding)
