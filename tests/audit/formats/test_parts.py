"""Exports of Spark and its like: folders of parts, and Parquet with the types that they write."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_caller import Answer, QaSync

from qa_sync.audit.sources.parts import is_of_parts

COUNT = 40
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"r{at}",
            "name": f"Name {at % 3}",
            "price": Decimal(at) / 4,
            "at": START + dt.timedelta(minutes=at),
            "tags": [f"t{at}", "x"],
            "address": {"city": "Oslo", "zip": at},
        }
        for at in range(COUNT)
    ]


ADDRESS = pa.struct([("city", pa.string()), ("zip", pa.int32())])
SCHEMA = pa.schema(
    [
        *(("id", pa.string()), ("name", pa.string()), ("price", pa.decimal128(20, 2))),
        *(("at", pa.timestamp("us", "UTC")), ("tags", pa.list_(pa.string())), ("address", ADDRESS)),
    ]
)


def lines(data: list[dict[str, Any]]) -> str:
    return "".join(
        f"{json.dumps({**row, 'price': float(row['price'])}, default=dt.datetime.isoformat)}\n" for row in data
    )


def parts_folder(folder: Path, *, done: bool = True) -> Path:
    """Write what Spark leaves: parts with ids in their names, one of them empty, checksums and a mark."""
    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(rows(), SCHEMA)
    for at in range(3):
        name = f"part-{at:05}-0d7e8d0c-c000.snappy.parquet"
        pq.write_table(
            table.slice(at * 20, 20),
            folder / name,
            use_deprecated_int96_timestamps=True,
            use_compliant_nested_type=False,
            compression="snappy",
        )
        (folder / f".{name}.crc").write_bytes(b"crc")
    if done:
        (folder / "_SUCCESS").write_bytes(b"")
    return folder


def audit(qa_sync: QaSync, left: Path, right: Path, *words: str) -> Answer:
    return qa_sync("audit", "--left", str(left), "--right", str(right), "--key", "id", "-q", *words)


def test_a_folder_of_parquet_parts_is_one_export(qa_sync: QaSync, tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    whole.write_text(lines(rows()), encoding="utf-8")
    left = parts_folder(tmp_path / "people.parquet")
    assert audit(qa_sync, left, whole).code == 0
    changed = rows()
    changed[30]["price"] += 1
    whole.write_text(lines(changed[:-1]), encoding="utf-8")
    got = audit(qa_sync, left, whole, "--differences", str(tmp_path / "found.parquet"))
    assert got.code == 1
    found = pq.read_table(tmp_path / "found.parquet").to_pylist()
    assert {(row["class"], row["source_id"]) for row in found} == {("value", "r30"), ("alone", f"r{COUNT - 1}")}


def test_a_folder_of_texts_may_have_empty_parts(qa_sync: QaSync, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "_SUCCESS").write_bytes(b"")
    (folder / "part-00000.json").write_text(lines(rows()[:7]), encoding="utf-8")
    (folder / "part-00001.json").write_bytes(b"")
    (folder / "part-00002.json").write_text(lines(rows()[7:]), encoding="utf-8")
    assert audit(qa_sync, folder, parts_folder(tmp_path / "parts")).code == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unfinished", "has not finished: there is _temporary"),
        ("partitioned", "partitioned by 'country'"),
        ("empty", "expected records, got none"),
    ],
)
def test_what_is_no_whole_export_is_told(qa_sync: QaSync, tmp_path: Path, name: str, expected: str) -> None:
    folder = tmp_path / name
    if name == "empty":
        folder.mkdir()
        (folder / "_SUCCESS").write_bytes(b"")
    else:
        parts_folder(folder, done=name != "unfinished")
        (folder / {"unfinished": "_temporary", "partitioned": "country=NO"}[name]).mkdir()
    got = audit(qa_sync, folder, parts_folder(tmp_path / "parts"))
    assert got.code == 2
    assert expected in got.err
    assert str(folder) in got.err


def test_a_folder_of_exports_is_not_a_folder_of_parts(tmp_path: Path) -> None:
    (tmp_path / "part-numbers.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("id\n1\n", encoding="utf-8")
    assert not is_of_parts(tmp_path)
    assert not is_of_parts(tmp_path / "people.csv")
    assert not is_of_parts(tmp_path / "nothing")
