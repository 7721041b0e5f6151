"""Reads tables: their header, their rows, and rows as criteria and property pairs.

Source: docs/explanation/grammar.rst, "Tables" and "Damaged tables".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Criterion, Finding, PropertyPair
from qa_sync.dataflow.parsing.blocks import CellTable, Paragraph, Row, TableBlock
from qa_sync.dataflow.parsing.cells import parse_data_type, parse_path_cell
from qa_sync.dataflow.parsing.table_lines import ListTableReader

_HEADER_END = " Data Type"
_HEADER_ENDS = ("Property", "Data Type")

MERGE_COLUMNS = 2
PROPERTY_COLUMNS = 3


class Table(Struct, frozen=True):
    """A table: its first row as header, its other rows, and its findings.

    `damaged` is true when some cells come from the text below the table.
    """

    line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    damaged: bool = False

    @property
    def system_label(self) -> str | None:
        """The label of the target system in the third header cell (empty: no label), or None without such a cell."""
        if len(self.header) != PROPERTY_COLUMNS or not f" {self.header[2]}".endswith(_HEADER_END):
            return None
        return f" {self.header[2]}".removesuffix(_HEADER_END).strip()


def read_table(block: TableBlock, after: Paragraph | None = None) -> Table:
    """Return the table of a `list-table`; `after` is text right below it that may hold its cells.

    Source: docs/explanation/grammar.rst, "Damaged tables".
    """
    reading = ListTableReader()
    for number, line in block.lines:
        reading.read_line(number, f" {line}")
    damaged = reading.is_row_short and after is not None
    if after is not None and damaged:
        message = "cells are outside the table; they are read as part of it"
        reading.findings.append(make_finding("damaged-table", after.line, message))
        for number, line in enumerate(after.text.split("\n"), start=after.line):
            reading.read_line(number, line)
    rows = tuple(Row(number, tuple(map(" ".join, cells))) for number, cells in reading.rows)
    return _table(block.line, rows, reading.header_rows, reading.findings, damaged=damaged)


def read_cells(block: CellTable) -> Table:
    """Return the table of a block whose cells are known."""
    return _table(block.line, block.rows, block.header_rows, [])


def _table(
    line: int, rows: tuple[Row, ...], header_rows: int | None, findings: Sequence[Finding], *, damaged: bool = False
) -> Table:
    if not rows:
        return Table(line, (), (), tuple(findings), damaged)
    if not header_rows and not _is_header(rows[0]):
        rows = (Row(line, ("",) * len(rows[0].cells)), *rows)
    header, *body = rows
    count = max((header_rows or 1) - 1, 0)
    extra = [make_finding("unknown-table", row.line, "a second header row is not read") for row in body[:count]]
    body = body[count:]
    return Table(line, header.cells, tuple(body), (*findings, *extra, *_uneven_row_findings(header, body)), damaged)


def _is_header(row: Row) -> bool:
    """Return whether a first row without `:header-rows:` is a header: its words say so."""
    return row.cells[-1].endswith(_HEADER_ENDS)


def criteria_of(table: Table) -> tuple[Criterion, ...]:
    """Return the rows of a merge table."""
    return tuple(Criterion(_cell(row, 0), _cell(row, 1), row.line) for row in table.rows)


def pairs_of(table: Table) -> tuple[PropertyPair, ...]:
    """Return the rows of a property table."""
    return tuple(_pair(row) for row in table.rows)


def _pair(row: Row) -> PropertyPair:
    source, source_when = parse_path_cell(_cell(row, 0))
    target, target_when = parse_path_cell(_cell(row, 1))
    type_, expression = parse_data_type(_cell(row, 2))
    return PropertyPair(
        source,
        target,
        type_,
        line=row.line,
        source_when=source_when,
        target_when=target_when,
        expression=expression,
    )


def _cell(row: Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


def _uneven_row_findings(header: Row, rows: Iterable[Row]) -> list[Finding]:
    expected = f"expected {len(header.cells)} cells as in the header"
    return [
        make_finding("uneven-row", row.line, f"{expected}, got {len(row.cells)}")
        for row in rows
        if len(row.cells) != len(header.cells)
    ]
