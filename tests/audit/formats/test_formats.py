"""Every format of exports says the same records, compressed or not; a damaged file is an error."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cli_caller import QaSync
from pyarrow import feather, ipc

from qa_sync.audit.formats.json_array import CHUNK
from qa_sync.audit.formats.row_formats import SUFFIXES, ending_of, rows_of, separator_of
from qa_sync.audit.sources.open_source import find_file, open_source
from qa_sync.errors import UsageError
from qa_sync.systems.cards import EntityCard

ROWS: list[dict[str, Any]] = [{"id": "1", "name": "Ann, B"}, {"id": "2", "name": "Bo; C"}]
CARD = EntityCard("x", "people", ("Person",), "id", {})


def stream(path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode())


LINES = "\n".join(map(json.dumps, ROWS))
WRITERS: dict[str, Callable[[Path], object]] = {
    "a.jsonl": text(LINES),
    "a.JSONL": text(LINES),
    "a.json": text(f"\ufeff \n{json.dumps(ROWS, indent=2)}\r\n"),
    "lines.json": text(LINES),
    "a.csv": text('id,name\n1,"Ann, B"\n2,Bo; C\n'),
    "A.CSV": text('\ufeffid,name\r\n1,"Ann, B"\r\n2,Bo; C\r\n'),
    "semicolon.csv": text('id;name\n1;Ann, B\n2;"Bo; C"\n'),
    "tab.csv": text("id\tname\n1\tAnn, B\n2\tBo; C\n"),
    "a.tsv": text("id\tname\n1\tAnn, B\n2\tBo; C\n"),
    "a.arrow": stream,
    "a.feather": lambda path: feather.write_feather(pa.Table.from_pylist(ROWS), str(path)),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_says_the_same(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    assert [data for _, data in rows_of(tmp_path / name)] == ROWS


def test_every_format_has_a_case() -> None:
    assert {*SUFFIXES} - {ending_of(Path(name)) for name in WRITERS} == {".parquet", ".ndjson"}


@pytest.mark.parametrize("ending", [".gz", ".GZ", ".zst"])
def test_a_compressed_file_is_unpacked_and_a_truncated_one_told(tmp_path: Path, ending: str) -> None:
    lines = "\n".join(json.dumps({"id": str(n), "name": f"{n * 7919}"}) for n in range(3_000)).encode()
    packed = gzip.compress(lines) if ending != ".zst" else pa.Codec("zstd").compress(lines, asbytes=True)
    file = tmp_path / f"people.jsonl{ending}"
    file.write_bytes(packed)
    assert find_file(tmp_path, CARD) == file
    [found] = open_source(str(file), tmp_path / "into", print).files
    assert (found.path.name, found.path.read_bytes(), found.name) == ("people.jsonl", lines, str(file))
    for cut in (1, len(packed) // 2, len(packed) - 3):
        file.write_bytes(packed[:cut])
        with pytest.raises(UsageError, match="not readable as"):
            open_source(str(file), tmp_path / "into", print)


@pytest.mark.parametrize(
    ("header", "mark"),
    [("a,b;c;d", ","), ("a;b", ";"), ('"a,x";b', ";"), ("a\tb", "\t"), ("a", ","), ('"a;b"', ","), ("a;b\tc;d", ";")],
)
def test_the_separator_is_that_of_the_first_line(tmp_path: Path, header: str, mark: str) -> None:
    (tmp_path / "a.csv").write_text(f"{header}\n1,2;3\n", encoding="utf-8")
    assert separator_of(tmp_path / "a.csv") == mark


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ('[{"id": 1},\n{"id": 2}', 2, "expected , or ]"),
        ('[{"id": 1},\n{"id": ', 2, "not JSON"),
        ('[{"id": 1}]\n x', 2, "after the array"),
        ("[\n1]", 2, "expected a JSON object"),
        ("[", 1, "expected a JSON object"),
        ('[{"id": 1},]', 1, "expected a JSON object"),
        ('[{"id": 1} {"id": 2}]', 1, "expected , or ]"),
    ],
)
def test_a_damaged_array_is_told_with_its_line(tmp_path: Path, content: str, line: int, told: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=told) as error:
        list(rows_of(tmp_path / "a.json"))
    assert str(error.value.location).endswith(f"a.json:{line}")


def test_an_array_is_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    rows = [{"id": n, "text": "é\n[{" * 1_000, "money": Decimal("1.50")} for n in range(300)]
    pieces = (f'{{"id": {r["id"]}, "text": {json.dumps(r["text"])}, "money": 1.50}}' for r in rows)
    (tmp_path / "a.json").write_text("[" + ",\n".join(pieces) + "]", encoding="utf-8")
    assert (tmp_path / "a.json").stat().st_size > 2 * CHUNK
    found = list(rows_of(tmp_path / "a.json"))
    assert [data for _, data in found] == rows
    assert [number for number, _ in found] == list(range(1, 301))


def test_an_empty_array_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(" [ ] ", encoding="utf-8")
    assert list(rows_of(tmp_path / "a.json")) == []


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "shop.DB"
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE people (id INTEGER, name TEXT, price REAL, raw BLOB)")
        rows = [(2**63 - 1, "Ann é", 19.9, b"a"), (2, None, 1e300, None)]
        db.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", rows)
        db.commit()
    return file


@pytest.mark.parametrize("table", ["", "#people"])
def test_a_table_of_sqlite_is_read_as_json_lines(database: Path, tmp_path: Path, table: str) -> None:
    [found] = open_source(f"{database}{table}", tmp_path / "into", print).files
    assert found.name == f"{database}#people"
    assert [data for _, data in found.rows()] == [
        {"id": 2**63 - 1, "name": "Ann é", "price": Decimal("19.9"), "raw": "a"},
        {"id": 2, "name": None, "price": Decimal("1E+300"), "raw": None},
    ]


def test_a_wrong_table_or_database_is_told(database: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table 'peple'") as told:
        open_source(f"{database}#peple", tmp_path, print)
    assert "people" in str(told.value.hint)
    with closing(sqlite3.connect(database)) as db:
        db.execute('CREATE TABLE "an ""other" (id)')
    with pytest.raises(UsageError, match='expected one table, found an "other, people'):
        open_source(str(database), tmp_path, print)
    with pytest.raises(UsageError, match=r'shop\.DB#an "other: expected records, got an empty table'):
        open_source(f'{database}#an "other', tmp_path / "into", print)
    database.write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match="not readable as SQLite"):
        open_source(str(database), tmp_path, print)


def test_a_semicolon_is_told_and_a_packed_file_compared(qa_sync: QaSync, tmp_path: Path) -> None:
    WRITERS["semicolon.csv"](tmp_path / "a.CSV")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps(ROWS).encode()))
    done = qa_sync("audit", "--left", str(tmp_path / "a.CSV"), "--right", str(tmp_path / "b.json.gz"), "--key", "id")
    assert done.code == 0, done.err
    assert "the cells are separated by ';'" in done.err
