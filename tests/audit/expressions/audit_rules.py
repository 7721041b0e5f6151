"""What the expressions say of pairs of wire values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from msgspec.structs import replace

from qa_sync.audit.engines.table import Engine
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.cells import Kind, decode_cell, encode_cell
from qa_sync.audit.expressions.columns import Cell
from qa_sync.audit.expressions.comparison_rules import outcome_code
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.values.form import Form, Json


def put(engine: Engine, wires: Sequence[tuple[Json, Json]]) -> Any:
    cells = [(*encode_cell(one), *encode_cell(other)) for one, other in wires]
    columns = zip(*cells, strict=True)
    types = {"ak": pa.int8(), "at": pa.string(), "bk": pa.int8(), "bt": pa.string()}
    rows = {name: pa.array(values, kind) for (name, kind), values in zip(types.items(), columns, strict=True)}
    return engine.from_arrow(pa.table({"n": pa.array(range(len(cells))), **rows}))


def codes(engine: Engine, table: Any, both: CellPair) -> list[OutcomeCode]:
    rows = table.select("n", code=outcome_code(both)).order_by("n")
    return [OutcomeCode(row["code"]) for batch in engine.batches(rows) for row in batch.to_pylist()]


def said_by_expressions(
    engine: Engine, wires: Sequence[tuple[Json, Json]], forms: PropertyFormats
) -> list[OutcomeCode]:
    table = put(engine, wires)
    cells = [Cell(table.ak, table.at), Cell(table.bk, table.bt)]
    if {"country", "choice"} & {forms.source.convert, forms.target.convert}:
        ends = ((0, forms.source), (1, forms.target))
        cells = [
            replace(cell, normal_texts=normals([w[n] for w in wires], f, forms))
            for cell, (n, f) in zip(cells, ends, strict=True)
        ]
    return codes(engine, table, CellPair(cells[0], cells[1], forms))


def normals(wires: Sequence[Json], of: Form, forms: PropertyFormats) -> dict[str, str]:
    looked = [encode_cell(wire) for wire in wires]
    words = {
        text: keys_of(decode_cell(kind, text), of, forms)
        for kind, text in looked
        if kind in {Kind.TEXT, Kind.BOOLEAN} and text
    }
    kinds = {text: {k for k, t in looked if t == text} for text in words}
    return {text: keys[0] for text, keys in words.items() if len(keys) == 1 and len(kinds[text]) == 1}
