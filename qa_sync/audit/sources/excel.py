"""Reads a sheet of an Excel workbook; the only home of openpyxl."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.styles.numbers import is_datetime
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from qa_sync.audit.formats.rows import reject_repeated
from qa_sync.audit.sources.table_lines import TableRows
from qa_sync.audit.sources.table_names import chosen
from qa_sync.errors import UsageError
from qa_sync.location import Location

DAMAGED = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, OSError, SyntaxError, IndexError)
"""What openpyxl raises for files that are no workbooks; the errors of its XML parsers are SyntaxErrors."""


@contextmanager
def opened(file: Path, wanted: str) -> Iterator[TableRows]:
    """Yield a sheet; raises UsageError for a damaged file, an unknown sheet and cells without a value."""
    with (
        _readable(file),
        warnings.catch_warnings(action="ignore"),  # it warns of styles that it does not know
        closing(openpyxl.load_workbook(file, read_only=True, data_only=True)) as results,
        closing(openpyxl.load_workbook(file, read_only=True)) as formulas,
    ):
        name = chosen(str(file), "sheet", [sheet.title for sheet in results.worksheets], wanted)
        yield TableRows(name, _records(f"{file}#{name}", results[name], formulas[name]))


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        raise UsageError(f"{file}: not readable as Excel: {error}", hint="is the file complete?") from None


def _records(place: str, results: Any, formulas: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for sheet in (results, formulas):
        sheet.reset_dimensions()  # some programs write a size that is too small
    with closing(results.iter_rows()) as one, closing(formulas.iter_rows()) as other:
        rows = enumerate(zip(one, other, strict=True), 1)
        filled = ((at, row) for at, row in rows if any(cell.value is not None for cell in chain(*row)))
        at, (header, _) = next(filled, (1, ((), ())))
        names = ["" if cell.value is None else str(cell.value).strip() for cell in header]
        reject_repeated([name for name in names if name], Location(place, at))
        for number, pair in filled:
            where = Location(place, number)
            yield number, _named(names, [_value(*cells, where) for cells in zip(*pair, strict=True)], where)


def _named(names: Sequence[str], values: Sequence[Any], where: Location) -> Mapping[str, Any]:
    for at, value in enumerate(values):
        if value is not None and (at >= len(names) or not names[at]):
            raise UsageError(f"column {get_column_letter(at + 1)} has a value but no name", location=where)
    missing = [None] * (len(names) - len(values))
    return {name: value for name, value in zip(names, [*values, *missing], strict=False) if name}


def _value(cell: Any, formula: Any, where: Location) -> Any:
    value = cell.value
    if value is None:
        # An empty text is the result of a formula like any other; without a type there is no result.
        if formula.value is not None and cell.data_type != "str":
            message = f"the formula in {cell.coordinate} has no result: the program that wrote it did not compute it"
            raise UsageError(message, location=where, hint="open the workbook in a spreadsheet program and save it")
        return None
    if isinstance(value, datetime) and is_datetime(cell.number_format) == "date" and value.time() == time():
        return value.date()
    if isinstance(value, timedelta | datetime | time | str | bool | int | float):
        return value
    return str(value)
