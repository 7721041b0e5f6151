"""`qa-sync audit --left FILE --right FILE --key id`: two files are compared without a spec and connectors."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of
from cli_caller import Answer, QaSync


def audit(qa_sync: QaSync, left: Path, right: Path, *words: str) -> tuple[Answer, dict[str, Any]]:
    report = left.parent / "audit.json"
    report.unlink(missing_ok=True)
    found = ("--left", str(left), "--right", str(right), "-q", f"--report=json={report}")
    done = qa_sync("audit", *found, *words)
    return done, checks_of(report) if report.exists() else {}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_two_files_are_compared_by_their_columns(qa_sync: QaSync, tmp_path: Path) -> None:
    left = write(tmp_path / "a.csv", "id,name,n,tags.x\n1,Ann,1.50,a\n2,Bo,2,b\n3,Cy,,c\n")
    rows = [{"id": 1, "name": "Ann", "n": 1.5}, {"id": 2, "name": "bo", "n": 3}, {"id": 4, "name": "Di"}]
    tags = [{"tags": [{"x": name}]} for name in "abd"]
    right = write(tmp_path / "b.jsonl", "\n".join(json.dumps(r | t) for r, t in zip(rows, tags, strict=True)))
    done, checks = audit(qa_sync, left, right, "--key", "id")
    assert done.code == 1
    assert checks["coverage"]["actual"] == checks["coverage/reverse"]["actual"]
    assert checks["coverage"]["actual"] == {"matched": 2, "alone": 1, "keyless": 0}
    assert checks["property/name:name"]["actual"] == {"same": 1, "format": 1}
    assert checks["property/n:n"]["actual"] == {"same": 1, "value": 1}
    assert checks["property/tags.x:tags.x"]["actual"] == {"same": 2}
    assert "matched by the given key (id = id)" in checks["coverage"]["message"]


def test_a_column_of_one_file_only_is_an_error(qa_sync: QaSync, tmp_path: Path) -> None:
    left, right = write(tmp_path / "a.csv", "id,Name\n1,Ann\n"), write(tmp_path / "b.csv", "id,name\n1,Ann\n")
    done, checks = audit(qa_sync, left, right, "--key", "id")
    assert done.code == 3
    assert "b.csv has no column 'Name' (did you mean 'name'?)" in checks["property/Name:Name"]["message"]
    assert audit(qa_sync, left, right, "--key", "id", "--allow-missing")[0].code == 0


def test_the_keys_may_have_two_names(qa_sync: QaSync, tmp_path: Path) -> None:
    left, right = write(tmp_path / "a.csv", "id,name\n1,Ann\n"), write(tmp_path / "b.csv", "no,name\n1,Ann\n")
    assert audit(qa_sync, left, right, "--key", "id=no")[0].code == 0


MOMENT, LATER = datetime(2024, 1, 1, 12, tzinfo=UTC), datetime(2024, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
TYPED: dict[str, tuple[list[Any], list[str], list[Any]]] = {
    "whole": ([1, 2, None], ["1", "3", ""], [1, 3, None]),
    "money": ([Decimal("1.50"), Decimal("2.00"), None], ["1.5", "2.01", ""], [1.5, 2.01, None]),
    "real": ([1.5, 0.1, None], ["1.50", "0.2", ""], [1.5, 0.2, None]),
    "truth": ([True, False, None], ["true", "true", ""], [True, True, None]),
    "day": ([date(2024, 1, 1)] * 2 + [None], ["2024-01-01", "2024-01-02", ""], ["2024-01-01", "2024-01-02", None]),
    "moment": ([MOMENT, MOMENT, None], ["2024-01-01 12:00:00", "2024-01-02T12:00:00Z", ""], [MOMENT, LATER, None]),
    "text": (["a", "b", None], ["a", "B", ""], ["a", "B", None]),
    "items": ([["a", "b"], ["c"], []], ["", "", ""], [["a", "b"], ["d"], []]),
}


def test_every_type_is_compared_with_texts_and_with_itself(qa_sync: QaSync, tmp_path: Path) -> None:
    names = list(TYPED)
    for at, name in ((0, "left"), (2, "right")):
        pq.write_table(pa.table({"id": [1, 2, 3]} | {n: TYPED[n][at] for n in names}), tmp_path / f"{name}.parquet")
    texts = [n for n in names if n != "items"]
    lines = [",".join(["id", *texts])] + [",".join([str(n + 1), *(TYPED[t][1][n] for t in texts)]) for n in range(3)]
    csv = write(tmp_path / "right.csv", "\n".join(lines))
    for right, compared in ((tmp_path / "right.parquet", names), (csv, texts)):
        done, checks = audit(qa_sync, tmp_path / "left.parquet", right, "--key", "id", "--allow-missing")
        assert done.code == 1
        for name in compared:
            found = checks[f"property/{name}:{name}"]
            assert (name, found["actual"]["same"], sum(found["actual"].values())) == (name, 1, 2), found


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("id,x\n1,a\n2,b\n1,c\n2,d\n", "id", "'id' is not unique: several records have 1 (lines 2, 4); several"),
        ("id,x\n1,a\n,b\n", "id", "a record without 'id'"),
        ("id,x\n1,a\n", "ID", "no column 'ID', which is the --key\n  hint: did you mean 'id'?"),
        ("id,x\n1,a\n", "id=no", "no column 'no', which is the --key"),
    ],
)
def test_a_bad_key_is_reported_with_its_rows(qa_sync: QaSync, tmp_path: Path, text: str, key: str, told: str) -> None:
    left, right = write(tmp_path / "a.csv", text), write(tmp_path / "b.csv", "id,x\n1,a\n")
    done = audit(qa_sync, left, right, "--key", key)[0]
    assert done.code == 2
    assert told in done.err


def test_rows_of_parquet_without_a_key_are_reported(qa_sync: QaSync, tmp_path: Path) -> None:
    for ids, reported in (
        (["1", None, ""], "have no 'id', which is their key: rows 2, 3"),
        ([7, 8, 7], "7 (rows 1, 3)"),
    ):
        pq.write_table(pa.table({"id": ids, "x": ids}), tmp_path / "a.parquet")
        done = audit(qa_sync, tmp_path / "a.parquet", tmp_path / "a.parquet", "--key", "id")[0]
        assert (done.code, reported in done.err) == (2, True), done.err


def test_without_a_spec_two_files_and_a_key_are_needed(qa_sync: QaSync, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "id\n1\n")
    for words in ((), ("--left", str(file), "--right", str(file)), ("--key", "id")):
        done = qa_sync("audit", *words)
        assert (done.code, "expected a SPEC, or two files" in done.err) == (2, True)
    done = audit(qa_sync, file, file, "specs/000.txt", "--key", "id")[0]
    assert (done.code, "--key is for two files" in done.err) == (2, True)
