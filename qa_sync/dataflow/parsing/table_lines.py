"""Parses the lines of `list-table` and `csv-table` directives into rows of cells, as docutils reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Finding
from qa_sync.dataflow.parsing.blocks import CellTable, Row

NumberedLine = tuple[int, str]
"""The number of a line, and its text."""

_OPTION = re.compile(r":(?P<name>[\w-]+):(?: +(?P<value>.*))?\Z")
_BULLETS = "*+-"
_ROW = re.compile(rf"(?P<row>[{_BULLETS}]) +(?P<mark>[{_BULLETS}])(?: +(?P<cell>.*))?\Z")
_NAMED_DELIMITERS = {"tab": "\t", "space": " "}


class ListTableReader:
    """Reads the lines of a `list-table`; a row is the line of its bullet and its cells, a cell is a list of lines.

    The first row decides which bullets mark rows and cells: docutils takes any of `*`, `+` and `-` for both.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[list[str]]]] = []
        self.findings: list[Finding] = []
        self.header_rows: int | None = None
        self._marks = ("*", "-")
        self._indent = 0

    @property
    def is_row_short(self) -> bool:
        """Whether the last row has fewer cells than the header."""
        return len(self.rows) > 1 and len(self.rows[-1][1]) < len(self.rows[0][1])

    def read_line(self, number: int, line: str) -> None:
        """Read one line: the first cell of a row, another cell, an option, or the continuation of a cell."""
        text = line.strip()
        if (row := _ROW.match(text)) and self._begins_row(row["row"], row["mark"], line):
            self.rows.append((number, [[(row["cell"] or "").strip()]]))
        elif self.rows and (text == self._marks[1] or text.startswith(f"{self._marks[1]} ")):
            self.rows[-1][1].append([text[1:].strip()])
        elif self.rows and self._is_inside(line):
            self.rows[-1][1][-1].append(text)
        elif self.is_row_short:
            self.rows[-1][1].append([text])
        elif option := _OPTION.match(text):
            self._read_option(option["name"], option["value"] or "")
        else:
            message = f"expected a table row `* - ...`, got {text[:80]!r}"
            self.findings.append(make_finding("unknown-markup", number, message))

    def _is_inside(self, line: str) -> bool:
        """Whether a line continues a cell: it is indented, and by more than the bullet of the row."""
        return line.startswith(" ") and len(line) - len(line.lstrip()) > self._indent

    def _begins_row(self, row: str, mark: str, line: str) -> bool:
        indent = len(line) - len(line.lstrip())
        if not self.rows:
            self._marks, self._indent = (row, mark), indent
        return self._marks == (row, mark) and (row != mark or indent == self._indent)

    def _read_option(self, name: str, value: str) -> None:
        if name == "header-rows":
            self.header_rows = int(value) if value.isdecimal() and len(value) < 4 else None  # noqa: PLR2004


class UnreadableTable(Exception):
    """A table whose rows cannot be read; the text says why."""


def read_csv_table(line: int, lines: Sequence[NumberedLine]) -> CellTable:
    """Return the rows of a `csv-table` directive; raises UnreadableTable for files, urls and malformed CSV."""
    import csv  # noqa: PLC0415 - few specs have such a table

    options: dict[str, str] = {}
    numbers = iter(range(len(lines)))
    first = next((at for at in numbers if not _take_option(lines[at], line, options)), len(lines))
    if outside := {"file", "url"}.intersection(options):
        raise UnreadableTable(f"a `csv-table` with `:{outside.pop()}:`, which is never opened")
    try:
        dialect = _dialect(options)
        head = [Row(line, tuple(cells)) for cells in csv.reader([options.get("header", "")], dialect) if cells]
        body = list(_csv_rows(lines[first:], dialect))
    except (csv.Error, TypeError, ValueError) as error:
        raise UnreadableTable(f"a malformed `csv-table` ({error})") from None
    count = options.get("header-rows", "0")
    return CellTable(line, (*head, *body), len(head) + (int(count) if count.isdecimal() and len(count) < 4 else 0))  # noqa: PLR2004


def _take_option(numbered: NumberedLine, directive_line: int, options: dict[str, str]) -> bool:
    """Take an option into `options`; return False for the first line of the rows."""
    number, text = numbered
    if option := _OPTION.match(text.strip()):
        options[option["name"]] = option["value"] or ""
        return True
    return number == directive_line  # the title


def _csv_rows(lines: Sequence[NumberedLine], dialect: Any) -> Iterator[Row]:
    import csv  # noqa: PLC0415 - few specs have such a table

    reader = csv.reader([text + "\n" for _, text in lines], dialect)
    begin = 0
    for cells in reader:
        yield Row(lines[begin][0], tuple(" ".join(cell.split()) for cell in cells))
        begin = reader.line_num


def _dialect(options: Mapping[str, str]) -> Any:
    import csv  # noqa: PLC0415 - few specs have such a table

    class Dialect(csv.Dialect):
        delimiter = _character(options.get("delim", ","))
        quotechar = _character(options.get("quote", '"'))
        escapechar = _character(options["escape"]) if "escape" in options else None
        doublequote = "escape" not in options
        skipinitialspace = "keepspace" not in options
        lineterminator = "\n"
        quoting = csv.QUOTE_MINIMAL
        strict = True

    return Dialect


def _character(text: str) -> str:
    """Return a delimiter as docutils reads it: a name, a character, or a code such as `U+003B` or `0x3b`."""
    if text in _NAMED_DELIMITERS:
        return _NAMED_DELIMITERS[text]
    code = re.fullmatch(r"(?:0x|x|\\x|U\+?|\\u)([0-9a-fA-F]{1,6})", text)
    return chr(int(code[1], 16)) if code and len(text) > 1 else text
