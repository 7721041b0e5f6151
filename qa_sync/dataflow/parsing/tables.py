"""Parses the lines of a `list-table` into rows, and rows into criteria and property pairs.

Source: docs/explanation/grammar.rst, "Tables" and "Damaged tables".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from qa_sync.dataflow.finding_codes import make_finding
from qa_sync.dataflow.model import Criterion, Finding, PropertyPair
from qa_sync.dataflow.parsing.blocks import Paragraph, TableBlock
from qa_sync.dataflow.parsing.cells import parse_data_type, parse_path_cell

_ROW = re.compile(r"\* +-(?: +(?P<cell>.*))?\Z")
_CELL = re.compile(r"-(?: +(?P<cell>.*))?\Z")
_OPTION = re.compile(r":[\w-]+:")
_HEADER_END = " Data Type"

MERGE_COLUMNS = 2
PROPERTY_COLUMNS = 3


class Row(Struct, frozen=True):
    """A row: the line of its `* -`, and its stripped cells."""

    line: int
    cells: tuple[str, ...]


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
    """Return the table of a directive; `after` is text right below it that may hold its cells.

    Source: docs/explanation/grammar.rst, "Damaged tables".
    """
    reading = _TableReader()
    for number, line in block.lines:
        reading.read_line(number, f" {line}")
    damaged = reading.is_row_short and after is not None
    if after is not None and damaged:
        message = "cells are outside the table; they are read as part of it"
        reading.findings.append(make_finding("damaged-table", after.line, message))
        for number, line in enumerate(after.text.split("\n"), start=after.line):
            reading.read_line(number, line)
    header, *rows = [Row(number, tuple(map(" ".join, cells))) for number, cells in reading.rows] or [Row(0, ())]
    findings = (*reading.findings, *_uneven_row_findings(header, rows))
    return Table(block.line, header.cells, tuple(rows), findings, damaged)


class _TableReader:
    """Reads lines into rows; a row is the line of its `* -` and its cells, a cell is a list of lines."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[list[str]]]] = []
        self.findings: list[Finding] = []

    @property
    def is_row_short(self) -> bool:
        """Whether the last row has fewer cells than the header."""
        return len(self.rows) > 1 and len(self.rows[-1][1]) < len(self.rows[0][1])

    def read_line(self, number: int, line: str) -> None:
        """Read one line: the first cell of a row, another cell, an option, or the continuation of a cell."""
        text = line.strip()
        if row := _ROW.match(text):
            self.rows.append((number, [[(row["cell"] or "").strip()]]))
        elif self.rows and (cell := _CELL.match(text)):
            self.rows[-1][1].append([(cell["cell"] or "").strip()])
        elif self.rows and line.startswith(" "):
            self.rows[-1][1][-1].append(text)
        elif self.is_row_short:
            self.rows[-1][1].append([text])
        elif not _OPTION.match(text):
            message = f"expected a table row `* - ...`, got {text[:80]!r}"
            self.findings.append(make_finding("unknown-markup", number, message))


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
