"""A pair whose column an export lacks is reported and is an error: what was not looked at has not passed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of, make_pair
from cli_caller import Answer, QaSync

from qa_sync.audit.records.members import MemberSearch

TEXT = '{ convert = "text" }'
RIGHT = [{"id": f"c{n}", "email": f"u{n}@x.test", "first": "Ann", "last": "Ray", "phone": ""} for n in range(3)]
RENAMED = [{{"last": "Last", "phone": "Phone"}.get(k, k): v for k, v in row.items()} for row in RIGHT]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    match path.suffix:
        case ".jsonl":
            path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        case ".csv":
            lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
            path.write_text("\n".join(lines), encoding="utf-8")
        case _:
            pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def audit(qa_sync: QaSync, spec: Path, right: Path, *words: str) -> tuple[Answer, dict[str, Any]]:
    left = write(spec.parent / "left.jsonl", RIGHT)
    report = spec.parent / "audit.json"
    report.unlink(missing_ok=True)
    files = ("--left", str(left), "--right", str(right), "--config", str(spec.parent / "qa-sync.toml"))
    done = qa_sync("audit", str(spec), *files, "-q", f"--report=json={report}", *words)
    return done, checks_of(report) if report.exists() else {}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return make_pair(tmp_path, {"first": TEXT, "last": TEXT, "phone": TEXT})


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_a_missing_column_is_an_error_that_names_the_nearest(qa_sync: QaSync, spec: Path, ending: str) -> None:
    right = write(spec.parent / f"right{ending}", RENAMED)
    done, checks = audit(qa_sync, spec, right)
    assert done.code == 3
    for name, other in (("last", "Last"), ("phone", "Phone")):
        found = checks[f"property/{name}:{name}"]
        assert found["status"] == "error"
        assert f"the export of Office has no column {name!r} (did you mean {other!r}?)" in found["message"]
        assert "2 of 4 pairs were not compared" in found["message"]
    assert "2 of 4 pairs were not compared" in checks["coverage"]["message"]
    assert checks["property/first:first"]["status"] == "passed"


def test_a_missing_column_may_be_allowed(qa_sync: QaSync, spec: Path) -> None:
    right = write(spec.parent / "right.csv", RENAMED)
    done, checks = audit(qa_sync, spec, right, "--allow-missing")
    assert done.code == 0
    assert checks["property/last:last"]["status"] == "skipped"
    assert "2 of 4 pairs were not compared" in checks["coverage"]["message"]


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
def test_a_missing_key_is_refused_with_the_nearest(qa_sync: QaSync, spec: Path, ending: str) -> None:
    rows = [{"E-Mail" if k == "email" else k: v for k, v in row.items()} for row in RIGHT]
    done, _ = audit(qa_sync, spec, write(spec.parent / f"right{ending}", rows), "--allow-missing")
    assert done.code == 2
    assert "the export of Office has no column 'email' (did you mean 'E-Mail'?), which is a key" in done.err


def test_connectors_of_exports_need_no_operations(qa_sync: QaSync, spec: Path) -> None:
    card = spec.parent / "office" / "entities.toml"
    card.write_text(
        card.read_text(encoding="utf-8").replace("cannot =", 'cannot = { list = "no" } #'), encoding="utf-8"
    )
    right = write(spec.parent / "right.csv", RIGHT)
    assert audit(qa_sync, spec, right)[0].code == 0
    (spec.parent / "office" / "manifest.json").unlink()
    (spec.parent / "shop" / "templates" / "system.json").write_text("{", encoding="utf-8")
    assert audit(qa_sync, spec, right)[0].code == 0
    card.write_text("[people]\nnames = 1\n", encoding="utf-8")
    done = audit(qa_sync, spec, right)[0]
    assert (done.code, "entities.toml" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("records", "missing"),
    [
        ([], set()),
        ([{}], {"a", "b.c", "d[].e", "f[k=x].g", "h"}),
        ([{"a": None, "b": None, "d": [], "f": "", "h": 0}], set()),
        ([{"a": 1}, {"b": {"c": 1}}, {"d": [{"x": 1}, {"e": None}], "f": [{"k": "y", "g": 1}], "h": {}}], set()),
        ([{"A": 1, "b": {"C": 1}, "d": [{"E": 1}], "f": [{"k": "x"}], "h": {}}], {"a", "b.c", "d[].e", "f[k=x].g"}),
        ([{"a": 1, "b": "text", "d": {"e": 1}, "f": {"g": 1}, "h": 1}], {"b.c", "d[].e", "f[k=x].g"}),
        ([{"a": 1, "b.c": 1, "d[].e": 1, "f[k=x].g": 1, "h": 1}], set()),
    ],
)
def test_members_are_found_in_nested_records(records: list[dict[str, Any]], missing: set[str]) -> None:
    search = MemberSearch.of(["a", "b.c", "d[].e", "f[k=x].g", "h"])
    for record in records:
        search.add(record)
    assert search.absent == missing
