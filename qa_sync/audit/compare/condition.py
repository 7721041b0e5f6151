"""Selects the source records that a section's condition applies to, from the settings (`[[conditions]]`)."""

from __future__ import annotations

import ibis
import pyarrow as pa

from qa_sync.audit.compare.match_records import AuditContext
from qa_sync.audit.engines.table import Table
from qa_sync.audit.expressions.cells import Kind, decode_cell
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.values.condition import Condition, to_text

SCHEMA = pa.schema([("id", pa.string())])


def ids_in_condition(context: AuditContext, condition: Condition, side: RecordTable, ids: Table) -> Table:
    """Return the ids whose records meet the condition; lists are read in Python."""
    rows_of_ids = side.table.semi_join(ids, "id")
    cell = side.cell(condition.path, rows_of_ids)
    texts = [to_text(value) for value in condition.values]
    easy = rows_of_ids.filter(cell.is_kind(Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN) & cell.text.isin(texts)).select("id")
    rest = rows_of_ids.filter(cell.is_kind(Kind.JSON, Kind.BLANK)).select("id", kind=cell.kind, text=cell.text)
    rows = (row for batch in context.engine.batches(rest) for row in batch.to_pylist())
    hard = [row["id"] for row in rows if condition.holds_for(decode_cell(row["kind"], row["text"]))]
    return ibis.union(easy, context.engine.from_arrow(pa.table({"id": hard}, schema=SCHEMA))) if hard else easy
