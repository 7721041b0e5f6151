"""The policy `empty` in an audit: what is empty at the source and filled at the target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of, make_pair
from cli_caller import QaSync

ERASE = '[policies]\nempty = "erase"'
TEXT, PHONE = '{ convert = "text" }', '{ convert = "phone" }'
NUMBER, TRUTH = '{ convert = "decimal", type = "number" }', '{ convert = "boolean", type = "boolean" }'


def audit(
    qa_sync: QaSync, folder: Path, spec: Path, *pairs: tuple[dict[str, Any], dict[str, Any]]
) -> tuple[int, dict[str, Any]]:
    """Audit pairs of records with these values."""
    for at, name in enumerate(("left", "right")):
        rows = ({"id": str(n), "email": f"u{n}@x.test", "always": "x"} | pair[at] for n, pair in enumerate(pairs))
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return run(qa_sync, folder, spec, "left.jsonl", "right.jsonl")


def run(qa_sync: QaSync, folder: Path, spec: Path, left: str, right: str) -> tuple[int, dict[str, Any]]:
    report = folder / "audit.json"
    files = ("--left", str(folder / left), "--right", str(folder / right))
    done = qa_sync(
        "audit", str(spec), *files, "--config", str(folder / "qa-sync.toml"), "-q", f"--report=json={report}"
    )
    return done.code, checks_of(report)


EMPTIES = [None, "", " ", [], [None, " "]]
VALUES = [
    (TEXT, "Old"),
    (TEXT, ["Old", ""]),
    (PHONE, "+47 400 00 001"),
    (PHONE, "not a phone"),
    (NUMBER, 0),
    (TRUTH, False),
]


@pytest.mark.parametrize(("more", "code", "status"), [(ERASE, 1, "failed"), ("", 0, "skipped")])
def test_an_empty_value_erases_or_is_reported(
    qa_sync: QaSync, tmp_path: Path, more: str, code: int, status: str
) -> None:
    entries = {f"p{n}": entry for n, (entry, _) in enumerate(VALUES)}
    spec = make_pair(tmp_path, {"always": TEXT, **entries}, more=more)
    target = {f"p{n}": value for n, (_, value) in enumerate(VALUES)}
    pairs = [(dict.fromkeys(entries, empty), target) for empty in EMPTIES]
    got, checks = audit(qa_sync, tmp_path, spec, *pairs)
    assert got == code
    for name in entries:
        found = checks[f"property/{name}:{name}"]
        assert found["status"] == status
        reported = "(5 filled)" if more else "5 are empty at the source and filled at the target"
        assert reported in found["message"]


def test_two_empty_values_differ_under_no_policy(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(tmp_path, {"always": TEXT, "first": TEXT}, more=ERASE)
    pairs = [({"first": one}, {"first": other}) for one in EMPTIES for other in EMPTIES]
    code, checks = audit(qa_sync, tmp_path, spec, *pairs)
    assert code == 0
    assert checks["property/first:first"]["message"] == "no pair of records has a source value"


def test_what_cannot_be_cleared_is_not_erased(qa_sync: QaSync, tmp_path: Path) -> None:
    own = {"a": "required = true", "b": "derived = true", "c": 'fixed = "NOK"'}
    entries = {name: f'{{ convert = "text", {rule} }}' for name, rule in own.items()}
    spec = make_pair(tmp_path, {"always": TEXT, **entries}, more=ERASE)
    code, checks = audit(qa_sync, tmp_path, spec, (dict.fromkeys(own), dict.fromkeys(own, "Old")))
    assert code == 0
    for name in own:
        assert "1 are empty at the source and filled" in checks[f"property/{name}:{name}"]["message"]


def test_the_value_that_a_format_writes_for_nothing_is_empty(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(
        tmp_path, {"always": TEXT, "n": '{ convert = "integer", type = "integer", empty = 0 }'}, more=ERASE
    )
    checks = audit(qa_sync, tmp_path, spec, ({"n": None}, {"n": 0}), ({"n": None}, {"n": 1}))[1]
    assert checks["property/n:n"]["actual"] == {"same": 0, "filled": 1}


def test_a_row_whose_condition_is_not_met_erases_nothing(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(tmp_path, {"always": TEXT, "first": TEXT}, more=ERASE)
    reported = spec.read_text(encoding="utf-8")
    spec.write_text(
        reported.replace("* - first\n", "* - first (Dependant on having yes in always)\n"), encoding="utf-8"
    )
    unmet = {"first": None}, {"first": "Old"}
    met = {"first": None, "always": "yes"}, {"first": "Old", "always": "yes"}
    checks = audit(qa_sync, tmp_path, spec, unmet, met)[1]
    assert checks["property/first:first"]["actual"] == {"same": 0, "filled": 1}


def test_another_row_of_the_same_target_gives_its_value(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(tmp_path, {"always": TEXT, "first": TEXT, "second": TEXT}, more=ERASE)
    reported = spec.read_text(encoding="utf-8")
    spec.write_text(reported.replace("     - second\n", "     - first\n"), encoding="utf-8")
    pairs = [({"first": None, "second": other}, {"first": "Old"}) for other in ("Old", "New", " old ", None)]
    checks = audit(qa_sync, tmp_path, spec, *pairs)[1]
    assert checks["property/first:first"]["actual"] == {"same": 0, "filled": 1}
    assert checks["property/second:first"]["actual"] == {"same": 1, "value": 1, "format": 1, "filled": 1}


def test_typed_columns_follow_the_policy(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(tmp_path, {"always": TEXT, "first": TEXT, "n": NUMBER}, more=ERASE)
    common = {"id": list("12345"), "email": [f"u{n}@x.test" for n in range(5)], "always": ["x"] * 5}
    left = {"first": [None, "", "a", None, " "], "n": pa.array([None] * 5, pa.float64())}
    right = {"first": ["x", "", "a", " ", "\u3000"], "n": [0.5, None, None, 0.0, None]}
    pq.write_table(pa.table(common | left), tmp_path / "left.parquet")
    pq.write_table(pa.table(common | right), tmp_path / "right.parquet")
    code, checks = run(qa_sync, tmp_path, spec, "left.parquet", "right.parquet")
    assert code == 1
    assert checks["property/first:first"]["actual"] == {"same": 1, "filled": 1}
    assert checks["property/n:n"]["actual"] == {"same": 0, "filled": 2}
