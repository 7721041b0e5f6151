"""The blocks of a spec's markup, before they are interpreted; all lines are 1-based."""

from __future__ import annotations

from msgspec import Struct


class Heading(Struct, frozen=True):
    """A heading with its leading blanks (from an empty label); `short` is true when its underline is too short."""

    text: str
    line: int
    short: bool = False


class Paragraph(Struct, frozen=True):
    """A paragraph with its line breaks and indentation; `line` is its first line."""

    text: str
    line: int


class TableBlock(Struct, frozen=True):
    """A `list-table` directive at `line`; `lines` are its numbered content lines without blank lines."""

    line: int
    lines: tuple[tuple[int, str], ...]

    @property
    def last_line(self) -> int:
        """The number of the last line that is not blank."""
        return self.lines[-1][0] if self.lines else self.line


class Row(Struct, frozen=True):
    """A row of a table: its first line, and its stripped cells."""

    line: int
    cells: tuple[str, ...]


class CellTable(Struct, frozen=True):
    """A table at `line` whose cells are known: a grid table, a simple table or a `csv-table`.

    The first `header_rows` of its rows are headers.
    """

    line: int
    rows: tuple[Row, ...]
    header_rows: int


class UnknownBlock(Struct, frozen=True):
    """Unsupported markup; `what` describes it in messages, `shown` is false for what docutils does not show."""

    what: str
    line: int
    shown: bool = True


Block = Heading | Paragraph | TableBlock | CellTable | UnknownBlock
