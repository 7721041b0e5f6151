"""`qa-sync audit` on exports: what is claimed, what is let pass, how it went before, and what it refuses."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_caller import QaSync

EVERY = "Every {a} will be synchronized with a {b}.\n\n"
LINK = "Before any synchronization can take place, a link between a {a} and a {b} must be established.\n\n"
MERGE = """A {a} will merge with a {b} if one of the following property combinations match:

.. list-table::
   :header-rows: 1

   * - {a} Property
     - {b} Property
   * - info.name.last
     - lastName

"""
KEEP = (
    "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, regardless of "
    "where it is edited.\n\nThe following properties are synchronized between a {a} and a {b}:\n\n"
)
TABLE = ".. list-table::\n   :header-rows: 1\n\n   * - {a} Property\n     - {b} Property\n     - Customerp Data Type\n"


def spec(folder: Path, *parts: str, rows: str = "") -> str:
    head = "{t}\nWix.com to Customerp Dataflow\n{t}\n\nGenerated: 2024-09-10 14:20:17\n\n"
    head += "Introduction\n------------\n\nText.\n\n"
    a, b = "Wix.com Contacts", "Customerp Contact"
    heading = f"{a} to {b}"
    text = head.format(t="=" * 29) + f"{heading}\n{'-' * len(heading)}\n"
    text += "".join(part.format(a=a, b=b) for part in (*parts, KEEP, TABLE)) + rows
    path = folder / "wix-customerp.rst"
    path.write_text(text, encoding="utf-8")
    return str(path)


def left(n: int, **more: Any) -> dict[str, Any]:
    name = {"first": f"Åse {n}", "last": f"Berg {n}"}
    return {
        "id": f"w{n}",
        "updatedDate": "2024-01-01T00:00:00.000Z",
        "primaryInfo": {"email": f"U{n}@example.test"},
        "info": {"name": name},
    } | more


def right(n: int, **more: Any) -> dict[str, Any]:
    return {
        "contactId": f"C-{n}",
        "email": f"u{n}@example.test",
        "firstName": f"Åse {n}",
        "lastName": f"Berg {n}",
    } | more


class Exports:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.left, self.right = folder / "left.jsonl", folder / "right.jsonl"

    def write(self, lefts: list[dict[str, Any]], rights: list[dict[str, Any]]) -> None:
        for path, rows in ((self.left, lefts), (self.right, rights)):
            path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    def audit(self, qa_sync: QaSync, document: str, *words: str) -> tuple[int, dict[str, Any], str]:
        report = self.folder / "audit.json"
        report.unlink(missing_ok=True)
        sides = ("--left", str(self.left), "--right", str(self.right))
        got = qa_sync("audit", document, *sides, "-q", "--report", f"json={report}", *words)
        if not report.exists():
            return got.code, {}, got.err
        sections = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"]
        return got.code, {c["id"].split("/", 2)[2]: c for c in sections[0]["checks"]}, got.err


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    found = Exports(tmp_path)
    found.write([left(n) for n in range(10)], [right(n) for n in range(10)])
    return found


NAME = "property/info.name.first:firstName"


def test_records_in_sync_pass(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 0
    assert checks["coverage"]["status"] == checks["unique"]["status"] == checks[NAME]["status"] == "passed"
    assert checks["coverage/reverse"]["status"] == "skipped"
    assert checks[NAME]["actual"] == {"same": 10}


def test_some_drift_may_be_let_pass(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.write(
        [left(n) for n in range(10)], [right(n, **({"firstName": "Ase"} if n == 4 else {})) for n in range(10)]
    )
    assert exports.audit(qa_sync, spec(tmp_path, EVERY))[0] == 1
    code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY), "--max-drift", "10%")
    assert code == 0
    assert "1 of 10 differ (1 value)" in checks[NAME]["message"]


def test_the_list_of_differences_is_for_its_owner_only(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.write([left(1)], [right(1, firstName="Ase")])
    exports.audit(qa_sync, spec(tmp_path, EVERY))
    made = [path for path in tmp_path.iterdir() if path.name.startswith("audit.")]
    assert tmp_path / "audit.differences.parquet" in made
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}


def test_the_trend_reports_new_gone_and_same(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    document = spec(tmp_path, EVERY)
    for wrong in ({1, 2, 3}, {2, 3, 4, 5}):
        exports.write(
            [left(n) for n in range(10)], [right(n, **({"firstName": "x"} if n in wrong else {})) for n in range(10)]
        )
        checks = exports.audit(qa_sync, document)[1]
    assert "2 new, 1 gone, 2 unchanged" in checks[NAME]["message"]


def test_what_changed_a_moment_ago_is_left_out(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    young = {"updatedDate": "2999-01-01T00:00:00.000Z"}
    lefts = [left(n, **(young if n in {3, 4} else {})) for n in range(10)]
    rights = [right(n, **({"firstName": "x"} if n in {4, 6} else {})) for n in range(10) if n != 3]
    exports.write(lefts, rights)
    code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY), "--min-age", "10m")
    assert code == 1
    assert checks["coverage"]["status"] == "passed"
    assert checks[NAME]["actual"] == {"same": 7, "value": 1}
    assert "2 changed too recently" in checks[NAME]["message"]


def test_link_first_claims_no_counterpart_and_merge_criteria_match(
    qa_sync: QaSync, exports: Exports, tmp_path: Path
) -> None:
    exports.write([left(n) for n in range(10)], [right(n, email="x") for n in range(8)])
    checks = exports.audit(qa_sync, spec(tmp_path, LINK, MERGE))[1]
    assert checks["coverage"]["status"] == "skipped"
    assert "2 of 10 have no counterpart" in checks["coverage"]["message"]
    assert checks["property/primaryInfo.email:email"]["actual"] == {"same": 0, "value": 8}
    assert "merge criteria (info.name.last = lastName)" in checks["property/primaryInfo.email:email"]["message"]


def test_the_engines_links_match(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    store = tmp_path / "links.db"
    with sqlite3.connect(store) as db:
        db.execute("CREATE TABLE links (section TEXT, source TEXT, target TEXT)")
        rows = [("Wix.com contacts = Customerp contact", f"w{n}", f"C-{n}") for n in range(9)]
        db.executemany("INSERT INTO links VALUES (?, ?, ?)", rows)
    db.close()
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY), "--links", str(store))[1]
    assert checks["coverage"]["actual"] == {"matched": 9, "alone": 1, "keyless": 0}
    assert "the engine's links" in checks["coverage"]["message"]


def test_a_row_that_depends_on_a_literal_is_judged_only_there(
    qa_sync: QaSync, exports: Exports, tmp_path: Path
) -> None:
    row = "   * - info.name.first (Dependant on having yes in info.company)\n     - firstName\n     - string\n"
    other = "   * - info.name.last (Dependant on having wd:Q1 in info.company)\n     - lastName\n     - string\n"
    name = {"first": "Åse", "last": "Berg"}
    lefts = [left(n, info={"name": name, "company": "yes" if n < 4 else "no"}) for n in range(10)]
    exports.write(lefts, [right(n, firstName="Åse" if n else "x") for n in range(10)])
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY, rows=row + other))[1]
    assert checks[NAME]["actual"] == {"same": 3, "value": 1}
    assert checks["property/info.name.last:lastName"]["status"] == "manual"


def test_empty_never_matches_and_is_reported(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    no_one = {"primaryInfo": {"email": " "}}
    exports.write([left(0), left(1, **no_one)], [right(0), right(1, email=None)])
    code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 3
    assert checks["coverage"]["status"] == "error"
    assert checks["coverage"]["actual"] == {"matched": 1, "alone": 0, "keyless": 1}


def test_typed_parquet_and_csv_say_the_same(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.left, exports.right = tmp_path / "l.parquet", tmp_path / "r.csv"
    columns = {"id": [f"w{n}" for n in range(5)], "primaryInfo.email": [f"U{n}@x.test" for n in range(5)]}
    pq.write_table(pa.table(columns | {"info.name.first": ["Åse", "Bo", None, "Di", "Ea"]}), exports.left)
    lines = "\n".join(f"C-{n},u{n}@x.test,{name}" for n, name in enumerate(["Åse", "bo", "x", "", "Ea"]))
    exports.right.write_text(f"contactId,email,firstName\n{lines}\n", encoding="utf-8")
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY))[1]
    assert checks[NAME]["actual"] == {"same": 2, "format": 1, "missing": 1}
    last = checks["property/info.name.last:lastName"]
    assert last["status"] == "skipped"  # inferred, so no one has said that the files have it
    assert "the export of Wix.com has no column 'info.name.last'" in last["message"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("r.jsonl", '{"contactId": "C-1"}\n{"contactId": ', "r.jsonl:2: not JSON"),
        ("r.jsonl", '{"email": "x"}', "without 'contactId'"),
        ("r.jsonl", '{"contactId": "C-1"}\n{"contactId": "C-1"}', "not unique"),
        ("r.csv", "contactId,email\nC-1\n", "expected 2 cells"),
        ("r.csv", "contact,email\nC-1,x\n", "no column 'contactId'"),
        ("r.csv", "contactId,email,email\nC-1,x,y\n", "r.csv:1: there are several columns 'email'"),
        ("r.csv", 'contactId,email\nC-1,"x@exam', "r.csv:2: not CSV"),
        ("r.csv", f"contactId,email\nC-1,{'x' * 2**24}y\n", "r.csv:2: not CSV"),
        ("r.csv", b"contactId,email\nC-1,\xe5@x.test\n", "r.csv: not UTF-8"),
        ("r.jsonl", '{"contactId": {"a": 1}}', "expected a string or a number as 'contactId'"),
        ("r.jsonl", '{"contactId": true}', "expected a string or a number as 'contactId'"),
        ("r.jsonl", '{"contactId": "\\ud800"}', "expected a string or a number as 'contactId'"),
        ("r.jsonl", '{"contactId": "C-1", "email": ' + "[" * 900 + "]" * 900 + "}", "nested too deeply"),
        ("r.parquet", "PAR1 and nothing more", "not readable as Parquet"),
        ("r.xls", "x", "unknown file type .xls"),
        ("r.xlsx", "", "r.xlsx: expected Excel, got an empty file\n  hint: is the export complete?"),
        ("r.csv", "", "r.csv: expected CSV, got an empty file"),
        ("r.csv", "contactId,email\n", "r.csv: expected records, got none"),
        ("r.jsonl", "\n", "r.jsonl: expected records, got none"),
        ("r.csv", "PAR1", "r.csv: expected CSV, got Parquet\n  hint: is it a .parquet file?"),
        ("r.json", "<!DOCTYPE html><html>", "r.json: expected JSON, got a page of HTML"),
    ],
)
def test_a_bad_export_is_refused(  # noqa: PLR0917
    qa_sync: QaSync, exports: Exports, tmp_path: Path, name: str, text: str | bytes, told: str
) -> None:
    exports.right = tmp_path / name
    exports.right.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 2
    assert told in err


def typed(path: Path, **columns: Any) -> Path:
    """Write Parquet of one record, which is in sync with the right one."""
    rows = {"id": ["w1"], "primaryInfo.email": ["u1@example.test"], **columns}
    pq.write_table(pa.table({name.replace("__", "."): values for name, values in rows.items()}), path)
    return path


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"id": [""]}, "1 records have no 'id'"),
        ({"id": [True]}, "expected a string or a number as 'id', got True"),
        ({"ID": ["other"]}, ""),
        ({"id": [7.0]}, ""),
        ({"id": [b"w1"], "primaryInfo.email": [b"u1@example.test"]}, ""),
        ({"born": [time(1, 2)], "id": pa.array(["w1"]).dictionary_encode()}, ""),
    ],
)
def test_parquet_of_all_sorts(
    qa_sync: QaSync, exports: Exports, tmp_path: Path, columns: dict[str, Any], told: str
) -> None:
    exports.left = typed(tmp_path / "l.parquet", **columns)
    code, checks, err = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert (code, told in err) == (2 if told else 0, True)
    assert told or checks["coverage"]["actual"] == {"matched": 1, "alone": 0, "keyless": 0}


def test_parquet_that_breaks_off_is_refused(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.left = typed(tmp_path / "l.parquet", info=[{"name": {"first": "Åse 1"}}])
    bytes_ = bytearray(exports.left.read_bytes())
    bytes_[10:60] = b"\xff" * 50
    exports.left.write_bytes(bytes(bytes_))
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 2
    assert "not readable as Parquet after 0 records" in err


def test_a_files_name_is_no_pattern(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    typed(tmp_path / "left.parquet", id=["another"])
    exports.left = typed(tmp_path / "l[e]*?t'.parquet")
    typed(tmp_path / "le_st'.parquet", id=["another"])
    assert exports.audit(qa_sync, spec(tmp_path, EVERY))[0] == 0


def test_a_typed_instant_shows_the_age(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    for moment in (datetime(2999, 1, 1), datetime(2999, 1, 1, tzinfo=UTC)):  # noqa: DTZ001 - as writers do
        exports.left = typed(tmp_path / "l.parquet", updatedDate=[moment])
        code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY), "--min-age", "10m")
        assert code == 3
        assert "1 changed too recently to be compared" in checks["coverage"]["message"]


def test_records_without_an_age_are_judged_and_counted(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.left = typed(tmp_path / "l.parquet")
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY), "--min-age", "10m")[1]
    assert "1 of Wix.com have no time of change" in checks["coverage"]["message"]
    assert checks["coverage"]["status"] == "passed"


def test_how_records_were_matched_is_reported_where_all_is_well(
    qa_sync: QaSync, exports: Exports, tmp_path: Path
) -> None:
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY))[1]
    assert "(primaryInfo.email = email)" in checks["coverage"]["message"]
    assert "(primaryInfo.email = email)" in checks["unique"]["message"]


def test_differences_that_cannot_be_written_are_reported(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY), "--differences", str(tmp_path / "file" / "d.parquet"))
    assert code == 3
    assert "d.parquet: File exists" in err
    (tmp_path / "d.parquet").mkdir()
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY), "--differences", str(tmp_path / "d.parquet"))
    assert code == 2
    assert "is not a regular file" in err
    assert not list(tmp_path.glob(".*unfinished"))


def test_half_a_surrogate_pair_is_a_value_and_a_key(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    odd = {"info": {"name": {"first": "\ud800", "last": "Berg 1"}}, "primaryInfo": {"email": "\ud800@x.test"}}
    exports.write([left(1, **odd)], [right(1, email="\ud800@x.test")])
    code, checks, _ = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 1
    assert checks["coverage"]["status"] == "passed"
    assert checks[NAME]["actual"] == {"same": 0, "value": 1}
    (row,) = pq.read_table(tmp_path / "audit.differences.parquet").to_pylist()
    assert json.loads(row["expected"]) == "\ud800"


def test_a_byte_order_mark_and_empty_lines_are_no_records(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    exports.left.write_bytes(b"\xef\xbb\xbf" + exports.left.read_bytes() + b"\n\n")
    exports.right = tmp_path / "r.csv"
    lines = "\n".join(f"C-{n},u{n}@example.test,Åse {n},Berg {n}" for n in range(10))
    exports.right.write_text(f"contactId,email,firstName,lastName\n\n{lines}\n\n", encoding="utf-8-sig")
    assert exports.audit(qa_sync, spec(tmp_path, EVERY))[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--engine", "polars"), "unknown engine"),
        (("--engine", "duckdb", "--spark-master", "spark://nowhere:1"), "--spark-master is for --engine spark"),
        (("--memory", "much"), "expected a size"),
        (("--links", "nowhere.db"), "file not found"),
        (("--section", "Nobody"), "unknown section"),
        (("--min-age", "soon"), "expected a duration"),
        (("--max-drift", "200%"), "expected a share"),
    ],
)
def test_a_bad_call_is_refused(
    qa_sync: QaSync, exports: Exports, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY), *words)
    assert code == 2
    assert told in err


def test_one_file_is_not_taken_for_all_entities(qa_sync: QaSync, exports: Exports) -> None:
    code, _, err = exports.audit(qa_sync, "specs/000.txt")
    assert code == 2
    assert "is one file, but the sections need Wix.com Contacts and Wix.com Products" in err


def test_nothing_of_exports_is_kept_in_a_snapshot(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    document, sides = spec(tmp_path, EVERY), ("--left", str(exports.left), "--right", str(exports.right))
    assert qa_sync("audit", document, *sides, "-q", "--snapshot", str(kept)).code == 0
    assert [path.name for path in kept.iterdir()] == ["differences.parquet"]


def test_a_key_that_reports_nothing_is_refused(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    same = {"email": "a@b.test"}
    exports.write([left(n, primaryInfo=same) for n in range(1100)], [right(n, **same) for n in range(1100)])
    code, _, err = exports.audit(qa_sync, spec(tmp_path, EVERY))
    assert code == 2
    assert "the key for matching is not unique" in err


def test_of_several_sources_for_one_target_any_may_match(qa_sync: QaSync, exports: Exports, tmp_path: Path) -> None:
    rows = "".join(f"   * - info.name.{part}\n     - firstName\n     - string\n" for part in ("first", "last"))
    firsts = {3: "Berg 3", 4: "neither"}
    exports.write([left(n) for n in range(6)], [right(n, firstName=firsts.get(n, f"Åse {n}")) for n in range(6)])
    checks = exports.audit(qa_sync, spec(tmp_path, EVERY, rows=rows))[1]
    assert checks[NAME]["actual"] == {"same": 5, "value": 1}
    assert checks["property/info.name.last:firstName"]["actual"] == {"same": 5, "value": 1}
