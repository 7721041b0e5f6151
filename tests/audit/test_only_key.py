"""`qa-sync audit --only KEY`: one record and its counterpart, found by an id of either system or by a match value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from test_audit_cli import EVERY, NAME, left, right, spec

ROW = "   * - info.name.first\n     - firstName\n     - Text\n"


def audit(qa_sync: QaSync, folder: Path, only: str, *, sources: list[Any], targets: list[Any]) -> Any:
    for name, rows in (("left", sources), ("right", targets)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    sides = ("--left", str(folder / "left.jsonl"), "--right", str(folder / "right.jsonl"))
    report = folder / "audit.json"
    ended = qa_sync("audit", spec(folder, EVERY, rows=ROW), *sides, "--only", only, "--report", f"json={report}")
    if not report.exists():
        return ended
    (section,) = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"]
    return {check["id"].split("/", 2)[2]: check for check in section["checks"]} | {"code": ended.code}


def person(n: int, first: str) -> dict[str, Any]:
    return left(n, info={"name": {"first": first, "last": f"Berg {n}"}})


@pytest.mark.parametrize("only", ["w2", "C-2", "u2@example.test", " U2@Example.test"])
def test_one_record_is_compared_whatever_names_it(qa_sync: QaSync, tmp_path: Path, only: str) -> None:
    sources = [person(n, f"Other {n}") for n in range(5)]  # every pair differs
    checks = audit(qa_sync, tmp_path, only, sources=sources, targets=[right(n) for n in range(5)])
    assert checks["code"] == 1
    assert checks[NAME]["expected"] == {"same": 1}
    assert {ref["id"] for ref in checks[NAME]["records"]} == {"w2", "C-2"}
    assert checks["coverage"]["actual"] == {"matched": 1, "alone": 0, "keyless": 0}


def test_differences_of_other_records_do_not_count(qa_sync: QaSync, tmp_path: Path) -> None:
    sources = [person(0, "Other"), *[left(n) for n in range(1, 4)]]
    checks = audit(qa_sync, tmp_path, "w1", sources=sources, targets=[right(n) for n in range(3)])
    assert checks["code"] == 0
    assert checks[NAME]["actual"] == {"same": 1}


def test_a_record_without_a_counterpart_is_told(qa_sync: QaSync, tmp_path: Path) -> None:
    checks = audit(qa_sync, tmp_path, "w3", sources=[left(n) for n in range(4)], targets=[right(n) for n in range(3)])
    assert checks["code"] == 1
    assert checks["coverage"]["actual"] == {"matched": 0, "alone": 1, "keyless": 0}


def test_several_candidates_of_one_record_are_told(qa_sync: QaSync, tmp_path: Path) -> None:
    targets = [right(0), right(1), right(1) | {"contactId": "C-9"}]
    checks = audit(qa_sync, tmp_path, "C-9", sources=[left(0), left(1)], targets=targets)
    assert "2 pairs are ambiguous" in checks["unique"]["message"]
    assert audit(qa_sync, tmp_path, "w0", sources=[left(0), left(1)], targets=targets)["unique"]["status"] == "passed"


def test_a_key_that_no_record_has_is_an_error(qa_sync: QaSync, tmp_path: Path) -> None:
    ended = audit(qa_sync, tmp_path, "w77", sources=[left(0)], targets=[right(0)])
    assert ended.code == 3
    assert "no record has the key 'w77'" in ended.err
