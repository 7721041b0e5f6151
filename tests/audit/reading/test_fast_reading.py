"""What is read column by column is what the readers of rows read: a table of cases, and random texts."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qa_sync.audit.engines.table import Needs, start_engine
from qa_sync.audit.expressions.cells import encode_cell
from qa_sync.audit.formats.row_formats import rows_of
from qa_sync.audit.reading import exports
from qa_sync.audit.reading.cell_columns import encode_values
from qa_sync.audit.reading.csv_columns import BLOCK, NotPlain, has_quotes
from qa_sync.audit.records.members import MemberSearch
from qa_sync.audit.sources.source import ExportFile, ExportSource
from qa_sync.errors import UsageError
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.form import Form

TOKENS = [
    "a",
    "b",
    " ",
    '"',
    '""',
    '"x"',
    '"a,b"',
    "é",
    "\ufeff",
    "#",
    "\0",
    "NULL",
    '"\n"',
    "\t",
    "\\",
    "true",
    "\x1c",
]
CARD = EntityCard("x", "records", ("record",), "A", {"B": PropertyCard("B", Form("boolean", "boolean"))}, modified="D")


def random_csv(chosen: random.Random) -> bytes:
    end, columns = chosen.choice(["\n", "\n", "\r\n", "\r"]), chosen.randint(2, 4)
    rows = [list("ABCD"[:columns])]
    for _ in range(chosen.randint(0, 4)):
        cells = ["".join(chosen.choices(TOKENS, k=chosen.randint(0, 2))) for _ in range(columns)]
        cells[0] = cells[0] or "k"
        if columns == 4:
            cells[3] = chosen.choice(["", "2024-01-02T03:04:05.6Z", "2024-01-02T03:04:05Z"])
        rows.append(cells[: columns - (chosen.random() < 0.05)])
    text = end.join([*(",".join(row) for row in rows), *([""] if chosen.random() < 0.7 else [])])
    return (chosen.choice(["", "\ufeff"]) + text).encode()


def one_file(file: Path) -> ExportSource:
    return ExportSource(str(file), (ExportFile(file, str(file)),))


def by_rows(file: Path, columns: tuple[str, ...], into: Path) -> pa.Table | None:
    try:
        exports._write_rows(one_file(file), MemberSearch.of(columns), CARD, columns, exports.Into(into, print))
    except UsageError:
        return None
    return pq.read_table(into)


def test_random_csv_is_the_same_by_columns_and_by_rows(tmp_path: Path) -> None:
    chosen, quick = random.Random(20), 0  # noqa: S311 - no secret
    file, into = tmp_path / "a.csv", tmp_path / "x.parquet"
    for _ in range(90):
        file.write_bytes(random_csv(chosen))
        columns = tuple(row for row in "BC" if row.encode() in file.read_bytes().split()[0])
        if not exports._written_by_columns(one_file(file), CARD, columns, exports.Into(into, print)):
            assert not into.exists()
            continue
        got, quick = pq.read_table(into), quick + 1
        assert got == by_rows(file, columns, tmp_path / "y.parquet"), file.read_bytes()
    assert quick > 20


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a,b\n1,2\n", False),
        ('a,b\n1,"2"\n', True),
        ('\ufeff"a","b"\n"1","x,""y""\n"', True),
        ('a,b\n1,"2"', True),
        ('a,b\n1,2"\n', None),
        ('a,b\n1,"2"x\n', None),
        ('a,b\n1, "2"\n', None),
        ('a,b\n1,"2\n', None),
        ('"', None),
        ("", False),
    ],
)
def test_quotes_must_enclose_cells(tmp_path: Path, text: str, quoted: bool | None) -> None:
    file = tmp_path / "a.csv"
    for filler in ("", f"{'x' * (BLOCK - 4)},1\n" if text.startswith("a") else ""):
        file.write_bytes((filler + text).encode())
        if quoted is None:
            with pytest.raises(NotPlain):
                has_quotes(file, ",")
        else:
            assert has_quotes(file, ",") is quoted


VALUES: list[list[Any]] = [
    ["a", "", " ", "\u2003", None, "é", "\x1f"],
    ["a", "\ud800", None],
    [1, -(2**63), 2**63 - 1, None],
    [1, 2**63, 10**400],
    [True, False, None],
    [True, 1, "1", Decimal("1.50"), 1.5, float("nan"), Decimal("1E-7")],
    [{"a": 1}, [], {}, [None], ["a"], None],
    [None, None],
    [],
]


@pytest.mark.parametrize("values", VALUES, ids=repr)
def test_values_are_encoded_at_once_as_one_by_one(values: list[Any]) -> None:
    kinds, texts = encode_values(values)
    assert list(zip(kinds.to_pylist(), texts.to_pylist(), strict=True)) == [encode_cell(value) for value in values]


@pytest.mark.parametrize(
    "line",
    ['{"id":1,"a":1.50}', '{"id":1,"a":NaN}', '{"id":1,"a":"\\ud800"}', '{"id":1,"a":1,"a":2}', '{"id":1,"a":-0}']
    + [f'{{"id":1,"a":{number}}}' for number in ("123456789012345678901234567890", "1e999", "-0.0", "1E5", "2e-9")],
)
def test_json_lines_are_what_the_json_module_reads(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(line + "\n", encoding="utf-8")
    [(number, data)] = rows_of(tmp_path / "a.jsonl")
    assert (number, repr(data)) == (1, repr(json.loads(line, parse_float=Decimal)))


@pytest.mark.parametrize("line", ['{"a":01}', '{"a":"\t"}', '{"a":1}}', "\xa0{}", "{", "[1]"])
def test_what_is_not_json_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"a":1}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as told:
        list(rows_of(tmp_path / "a.jsonl"))
    assert str(told.value.location).endswith("a.jsonl:2")


def test_a_csv_file_without_plain_quotes_is_read_by_rows(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('A,C\n1,6" pipe\n2,b\n', encoding="utf-8")
    engine = start_engine("duckdb", Needs("100MB", tmp_path))
    found = exports.load_export(engine, one_file(file), CARD, ("C",), exports.Into(tmp_path / "c.parquet", print))
    rows = [row for batch in engine.batches(found.table) for row in batch.to_pylist()]
    engine.close()
    assert [row["t0"] for row in rows] == ['6" pipe', "b"]
