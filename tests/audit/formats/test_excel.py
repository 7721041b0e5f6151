"""Workbooks are read as what a spreadsheet program shows: numbers, dates, results of formulas; damage is told."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync

from qa_sync.audit.sources.open_source import open_source
from qa_sync.errors import UsageError

openpyxl = pytest.importorskip("openpyxl", reason="pip install 'qa-sync[excel]'")

CELLS: list[tuple[Any, str | None, Any]] = [
    ("007", None, "007"),
    (2**53, None, 2**53),
    (19.9, None, Decimal("19.9")),
    (1e-9, None, Decimal("1E-9")),
    (True, None, True),
    (datetime(2024, 1, 2, 3, 4, 5), None, "2024-01-02T03:04:05Z"),  # noqa: DTZ001 - Excel knows no zones
    (datetime(2024, 1, 2), "yyyy-mm-dd h:mm", "2024-01-02T00:00:00Z"),  # noqa: DTZ001
    (date(2024, 1, 2), None, "2024-01-02"),
    (time(3, 4, 5), None, "03:04:05"),
    (timedelta(hours=30, seconds=1.5), None, "PT108001.5S"),
    (None, None, None),
    ("#N/A", None, "#N/A"),
]


def workbook(path: Path, rows: list[list[Any]], *more: str) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more:
        book.create_sheet(title)
    book.save(path)
    return path


def edited(path: Path, pattern: str, text: str) -> Path:
    """Change the XML of the first sheet, as another program would have written it."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    changed, times = re.subn(pattern, text, parts[sheet].decode())
    assert times, parts[sheet]
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, changed if name == sheet else content)
    return path


def records(place: str, folder: Path) -> list[tuple[int, dict[str, Any]]]:
    [file] = open_source(place, folder, print).files
    return [(number, dict(data)) for number, data in file.rows()]


def test_each_kind_of_cell_is_what_is_shown(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[f"c{n}" for n in range(len(CELLS))], [one for one, _, _ in CELLS]])
    book = openpyxl.load_workbook(path)
    for cell, (_, style, _) in zip(book.active[2], CELLS, strict=True):
        cell.number_format = style or cell.number_format
    book.save(path)
    [(number, found)] = records(str(path), tmp_path / "into")
    assert number == 2
    assert found == {f"c{n}": wanted for n, (_, _, wanted) in enumerate(CELLS)}
    assert [type(one) for one in found.values()] == [type(wanted) for _, _, wanted in CELLS]


def test_blank_rows_and_columns_are_left_out_and_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[None], ["id", None, "x"], [None], [1, None, "a"], [2], [None, None]])
    assert records(str(path), tmp_path / "into") == [(4, {"id": 1, "x": "a"}), (5, {"id": 2, "x": None})]


def test_a_size_that_is_too_small_loses_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["id", "x"], [1, "a"], [2, "b"]])
    edited(path, r'<dimension ref="[^"]*"', '<dimension ref="A1"')
    assert [data for _, data in records(str(path), tmp_path / "into")] == [{"id": 1, "x": "a"}, {"id": 2, "x": "b"}]


def test_a_formula_has_its_result_and_one_without_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["id", "x"], [1, "=1+1"]])
    with pytest.raises(UsageError, match="the formula in B2 has no result") as told:
        records(str(path), tmp_path / "into")
    assert str(told.value.location) == f"{path}#Sheet:2"
    edited(path, r"<v ?/>|<v></v>", "<v>2</v>")
    assert records(str(path), tmp_path / "into") == [(2, {"id": 1, "x": 2})]
    edited(path, r'<c r="B2"([^>]*)>(.*?)<v>2</v>', r'<c r="B2" t="str">\2<v></v>')
    assert records(str(path), tmp_path / "into") == [(2, {"id": 1, "x": None})]


@pytest.mark.parametrize(
    ("rows", "place", "told"),
    [
        ([["id"], [1]], "#Mai", "there is no sheet 'Mai'; expected one of Sheet, May\n  hint: did you mean 'May'"),
        ([["id"], [1]], "", "expected one sheet, found May, Sheet"),
        ([["id"], [1, 2]], "#Sheet", "Sheet:2: column B has a value but no name"),
        ([["id", "id"], [1, 2]], "#Sheet", "Sheet:1: there are several columns 'id'"),
        ([["id"]], "#Sheet", "expected records, got an empty table"),
        ([], "#Sheet", "expected records, got an empty table"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(tmp_path: Path, rows: list[list[Any]], place: str, told: str) -> None:
    path = workbook(tmp_path / "a.xlsx", rows, "May")
    with pytest.raises(UsageError) as error:
        open_source(f"{path}{place}", tmp_path / "into", print)
    assert told in str(error.value)
    assert str(tmp_path / "into") not in str(error.value)


@pytest.mark.parametrize("cut", [5, 300, -30])
def test_a_truncated_workbook_is_told(tmp_path: Path, cut: int) -> None:
    path = workbook(tmp_path / "a.xlsx", [["id"], [1]])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UsageError, match=r"a\.xlsx: not readable as Excel") as told:
        open_source(str(path), tmp_path / "into", print)
    assert told.value.hint == "is the file complete?"


def test_a_workbook_is_compared_with_a_csv_file(qa_sync: QaSync, tmp_path: Path) -> None:
    left = workbook(tmp_path / "a.xlsx", [["id", "price", "day"], [1, 19.9, date(2024, 1, 2)], [2, 5, None]])
    (tmp_path / "b.csv").write_text("id,price,day\n1,19.90,2024-01-02\n2,6,\n", encoding="utf-8")
    done = qa_sync("audit", "--left", str(left), "--right", str(tmp_path / "b.csv"), "--key", "id")
    assert done.code == 1, done.err
    assert "Excel, 'Sheet'" in done.err
    assert "✗ failed   property  price -> price" in done.out
    assert "1 failed" in done.out
