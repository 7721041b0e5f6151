"""The tables of reStructuredText as blocks: directives, grid tables and simple tables, parsed by docutils."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Protocol, cast

from docutils import nodes
from docutils.parsers.rst import Directive, tableparser
from docutils.statemachine import StringList

from qa_sync.dataflow.parsing.blocks import Block, CellTable, Row, TableBlock, UnknownBlock
from qa_sync.dataflow.parsing.table_lines import UnreadableTable, read_csv_table

MALFORMED = (tableparser.TableMarkupError, IndexError, ValueError, AssertionError)
"""What docutils raises for a table that it cannot parse."""

_TABLE_TOP = re.compile(r" *(\+-[-+]+-\+|=+( +=+)+) *$")


class BlockCollector(Protocol):
    """The state machine of the reader, as a directive sees it."""

    blocks: list[Block]

    def read_inside(self, lines: Sequence[str], offset: int) -> None:
        """Append the blocks of a directive's content, which begins after `offset` lines of the spec."""


class ListTable(Directive):
    """The `list-table` directive; it keeps its lines for the module `tables`."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Emit the table and return no nodes."""
        lines = tuple((offset + 1, line) for _, offset, line in self.content.xitems() if line.strip())
        cast("BlockCollector", self.state_machine).blocks.append(TableBlock(self.lineno, lines))
        return []


class CsvTable(Directive):
    """The `csv-table` directive; files and urls are never opened."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Emit the table and return no nodes."""
        lines = tuple((offset + 1, line) for _, offset, line in self.content.xitems() if line.strip())
        machine = cast("BlockCollector", self.state_machine)
        try:
            machine.blocks.append(read_csv_table(self.lineno, lines))
        except UnreadableTable as error:
            machine.blocks.append(UnknownBlock(str(error), self.lineno))
        return []


class TitledTable(Directive):
    """The `table` directive: a title above one grid or simple table."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Emit the table inside and return no nodes."""
        machine = cast("BlockCollector", self.state_machine)
        lines = [(offset + 1, line) for _, offset, line in self.content.xitems()]
        first = next((at for at, (_, line) in enumerate(lines) if _TABLE_TOP.match(line)), None)
        if first is None:
            machine.blocks.append(UnknownBlock("the directive `table` without a table", self.lineno))
            return []
        machine.read_inside([line for _, line in lines[first:]], lines[first][0] - 1)
        return []


TABLE_DIRECTIVES: Final = {"list-table": ListTable, "csv-table": CsvTable, "table": TitledTable}
"""The directives that are tables."""


def cell_table(block: StringList, parser_class: Any, line: int) -> CellTable:
    """Return a grid or simple table as docutils parses it; raises one of MALFORMED."""
    _, head, body = parser_class().parse(block)
    rows = [[cell for cell in row if cell is not None] for row in (*head, *body)]
    if any(cell[0] or cell[1] for row in rows for cell in row):
        raise tableparser.TableMarkupError("merged cells")
    return CellTable(line, tuple(_cell_row(row, line) for row in rows), len(head))


def _cell_row(row: Sequence[Any], line: int) -> Row:
    cells = tuple(" ".join(text.strip() for text in cell[3] if text.strip()) for cell in row)
    return Row(line + min(cell[2] for cell in row), cells)
