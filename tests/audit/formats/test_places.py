"""Exports may be several files, standard input, downloads and objects of a store; each is told by what it is."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_caller import Answer, QaSync
from file_server import served_files

from qa_sync.audit.formats.row_formats import SUFFIXES
from qa_sync.audit.sources.open_source import open_source
from qa_sync.audit.sources.table import COMPRESSIONS, FORMATS, PLACES
from qa_sync.errors import NoVerdict, UsageError

ROWS = [{"id": n, "name": f"Name {n}"} for n in range(6)]
TABLE = pa.Table.from_pylist(ROWS)


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def csv(rows: list[dict[str, Any]]) -> str:
    return "id,name\n" + "".join(f"{row['id']},{row['name']}\n" for row in rows)


def parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], object]] = {
    "parquet": parquet,
    "csv": lambda path, rows: path.write_text(csv(rows), encoding="utf-8"),
    "jsonl": lambda path, rows: path.write_text(lines(rows), encoding="utf-8"),
    "csv.gz": lambda path, rows: path.write_bytes(gzip.compress(csv(rows).encode())),
}


def compared(qa_sync: QaSync, left: str, right: str) -> Answer:
    return qa_sync("audit", "--left", left, "--right", right, "--key", "id")


def test_the_table_has_every_format_that_is_read_by_records() -> None:
    assert {ending for one in FORMATS if one.module is None for ending in one.endings} == {*SUFFIXES}
    endings = [ending for one in FORMATS for ending in one.endings]
    schemes = [scheme for one in PLACES for scheme in one.schemes]
    assert len({*endings, *COMPRESSIONS}) == len(endings) + len(COMPRESSIONS)
    assert len({*schemes}) == len(schemes)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_pattern_is_all_its_files(qa_sync: QaSync, tmp_path: Path, ending: str) -> None:
    for at in range(3):
        WRITERS[ending](tmp_path / f"part-{at}.{ending}", ROWS[at * 2 : at * 2 + 2])
    (tmp_path / "all.jsonl").write_text(lines(ROWS), encoding="utf-8")
    done = compared(qa_sync, str(tmp_path / f"part-*.{ending}"), str(tmp_path / "all.jsonl"))
    assert done.code == 0, (done.out, done.err)
    assert "3 files, " in done.err
    (tmp_path / "all.jsonl").write_text(lines([*ROWS, {"id": 9, "name": "x"}]), encoding="utf-8")
    assert compared(qa_sync, str(tmp_path / f"part-*.{ending}"), str(tmp_path / "all.jsonl")).code == 1


def test_parts_may_have_types_of_their_own(qa_sync: QaSync, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2], "n": pa.array([None, None], pa.null())}), tmp_path / "part-1.parquet")
    pq.write_table(pa.table({"n": pa.array([3, None], pa.int64()), "id": [3, 4]}), tmp_path / "part-2.parquet")
    pq.write_table(pa.table({"id": [5], "n": pa.array([1.5], pa.float64())}), tmp_path / "part-3.parquet")
    (tmp_path / "all.csv").write_text("id,n\n1,\n2,\n3,3.0\n4,\n5,1.50\n", encoding="utf-8")
    done = compared(qa_sync, str(tmp_path / "part-*.parquet"), str(tmp_path / "all.csv"))
    assert done.code == 0, (done.out, done.err)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_an_id_in_two_parts_is_told_with_both(qa_sync: QaSync, tmp_path: Path, ending: str) -> None:
    WRITERS[ending](tmp_path / f"part-0.{ending}", ROWS[:2])
    WRITERS[ending](tmp_path / f"part-1.{ending}", ROWS[1:])
    done = compared(qa_sync, str(tmp_path / f"part-*.{ending}"), str(tmp_path / f"part-1.{ending}"))
    assert done.code == 2
    assert "several records have 1" in done.err
    assert all(f"of {tmp_path / f'part-{at}.{ending}'}" in done.err for at in (0, 1))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_part_without_a_column_is_told(qa_sync: QaSync, tmp_path: Path, ending: str) -> None:
    WRITERS[ending](tmp_path / f"part-0.{ending}", ROWS[:2])
    if ending == "csv":
        (tmp_path / "part-1.csv").write_text("id\n3\n", encoding="utf-8")
    else:
        pq.write_table(pa.table({"id": [3]}), tmp_path / "part-1.parquet")
    done = compared(qa_sync, str(tmp_path / "part-*"), str(tmp_path / f"part-0.{ending}"))
    assert done.code == 2
    assert f"part-1.{ending}: no column 'name', which {tmp_path / f'part-0.{ending}'} has" in done.err


def test_a_name_with_a_wildcard_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].jsonl").write_text(lines(ROWS[:1]), encoding="utf-8")
    (tmp_path / "a1.jsonl").write_text(lines(ROWS), encoding="utf-8")
    [file] = open_source(str(tmp_path / "a[1].jsonl"), tmp_path, print).files
    assert len([*file.rows()]) == 1
    with pytest.raises(UsageError, match="no file matches this pattern"):
        open_source(str(tmp_path / "b*.jsonl"), tmp_path, print)
    with pytest.raises(UsageError, match=r"b\.jsonl: file not found"):
        open_source(str(tmp_path / "b.jsonl"), tmp_path, print)


def content(name: str) -> bytes:
    if name == "parquet":
        out = pa.BufferOutputStream()
        pq.write_table(TABLE, out)
        return bytes(out.getvalue())
    if name == "arrow":
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, TABLE.schema) as writer:
            writer.write_table(TABLE)
        return bytes(out.getvalue())
    texts = {"csv": csv(ROWS), "jsonl": "\ufeff\n" + lines(ROWS), "json": json.dumps(ROWS, indent=1)}
    return gzip.compress(texts["csv"].encode()) if name == "gz" else texts[name].encode()


FOUND = {
    "parquet": "Parquet",
    "arrow": "Arrow",
    "csv": "CSV, the cells are separated by ','",
    "jsonl": "JSON lines",
    "json": "a JSON array",
    "gz": "CSV, the cells are separated by ',', unpacked from gzip",
}


@pytest.mark.parametrize("name", FOUND)
def test_standard_input_is_told_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content(name))))
    said: list[str] = []
    [file] = open_source("-", tmp_path / "into", said.append).files
    assert said == [f"standard input: {FOUND[name]}"]
    assert [{key: str(value) for key, value in data.items()} for _, data in file.rows()] == [
        {key: str(value) for key, value in row.items()} for row in ROWS
    ]


def test_nothing_on_standard_input_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(UsageError, match="standard input: expected records, got nothing"):
        open_source("-", tmp_path / "into", print)


def test_only_one_side_can_be_standard_input(qa_sync: QaSync) -> None:
    done = compared(qa_sync, "-", "-")
    assert (done.code, "only one of SPEC, --left and --right" in done.err) == (2, True)


def test_a_download_is_read_and_its_secrets_are_not_shown(qa_sync: QaSync, tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_text(lines(ROWS), encoding="utf-8")
    files = {"/a/people.csv.gz": content("gz"), "/export": content("parquet"), "/login.csv": b"<html>Log in</html>"}
    with served_files(files) as (url, asked):
        secret = url.replace("://", "://ann:s3cr3t-pass@")
        for path, found in (("/a/people.csv.gz", "unpacked from gzip"), ("/export?token=s3cr3t-token", "Parquet")):
            done = compared(qa_sync, secret + path, str(tmp_path / "all.jsonl"))
            assert done.code == 0, (done.out, done.err)
            assert found in done.err
            assert "s3cr3t" not in done.out + done.err
        assert {header for _, header in asked} == {"Basic YW5uOnMzY3IzdC1wYXNz"}
        done = compared(qa_sync, f"{secret}/gone.csv", str(tmp_path / "all.jsonl"))
        assert (done.code, f"{url}/gone.csv: expected a file, got 404" in done.err) == (3, True), done.err
        assert "s3cr3t" not in done.out + done.err
        done = compared(qa_sync, f"{url}/login.csv", str(tmp_path / "all.jsonl"))
        assert (done.code, f"{url}/login.csv: expected CSV, got a page of HTML" in done.err) == (2, True), done.err


def test_a_download_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    with served_files({"/a.csv": csv(ROWS).encode()}, cut=5) as (url, _), pytest.raises(NoVerdict) as told:
        open_source(f"{url}/a.csv", tmp_path / "into", print)
    assert "a.csv: not downloaded: " in str(told.value)


def test_a_server_that_is_not_there_is_an_error(qa_sync: QaSync, tmp_path: Path) -> None:
    with served_files({}) as (url, _):
        pass
    done = compared(qa_sync, f"{url}/a.csv", str(tmp_path))
    assert (done.code, "not downloaded: " in done.err) == (3, True)


def test_an_unknown_scheme_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown scheme 'ftp'; expected a file or one of postgresql://"):
        open_source("ftp://x.test/a.csv", tmp_path, print)


def test_objects_of_a_store_are_read(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "all.jsonl").write_text(lines(ROWS), encoding="utf-8")
    parts = {f"/bucket/in/part-{at}.csv": csv(ROWS[at * 3 : at * 3 + 3]).encode() for at in range(2)}
    deeper = {"/bucket/in/deep/part-9.csv": csv(ROWS).encode(), "/bucket/in/other.csv": b"x"}
    with served_files({**parts, **deeper}) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
        done = compared(qa_sync, "s3://bucket/in/part-*.csv", str(tmp_path / "all.jsonl"))
        assert done.code == 0, (done.out, done.err)
        assert "s3://bucket/in/part-*.csv: 2 files, CSV" in done.err
        done = compared(qa_sync, "s3://bucket/in/deep/part-9.csv", str(tmp_path / "all.jsonl"))
        assert done.code == 0, (done.out, done.err)
        done = compared(qa_sync, "s3://bucket/in/none.csv", str(tmp_path / "all.jsonl"))
        assert (done.code, "s3://bucket/in/none.csv: file not found" in done.err) == (2, True), done.err
    done = compared(qa_sync, "s3://bucket/in/a.csv", str(tmp_path / "all.jsonl"))
    assert (done.code, "AWS_ENDPOINT_URL right?" in done.err) == (3, True), done.err
