"""In an audit, too, a phone number may lack its country only where its record or its card names this country."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of, make_pair
from cli_caller import QaSync

WHOLE, BARE = "+47 400 00 001", "40000001"

# The two numbers with the countries of their records, and whether they are the same.
PHONES = (
    (WHOLE, "NO", BARE, "NO", True),
    (BARE, "NO", WHOLE, "NO", True),
    (WHOLE, None, BARE, "Norway", True),
    (WHOLE, "NO", "0047 400 00 001", None, True),
    (BARE, None, "400 00 001", None, True),
    (WHOLE, "NO", BARE, None, False),
    (WHOLE, "NO", BARE, "SE", False),
    (BARE, "SE", WHOLE, "NO", False),
    (BARE, None, WHOLE, "NO", False),
    (WHOLE, "NO", "40000002", "NO", False),
    ("+46 40000001", "NO", BARE, "NO", False),
)

Row = Mapping[str, Any]


def write_csv(file: Path, rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


FORMATS: Mapping[str, Callable[[Path, Sequence[Row]], Any]] = {
    "jsonl": lambda file, rows: file.write_text("\n".join(map(json.dumps, rows)), "utf-8"),
    "csv": write_csv,
    "parquet": lambda file, rows: pq.write_table(pa.Table.from_pylist(list(rows)), file),
}


def audit(
    qa_sync: QaSync, folder: Path, ending: str, phone: str, pairs: Sequence[tuple[Row, Row]], *more: str
) -> dict[str, Any]:
    spec = make_pair(folder, {"phone": phone})
    for at, name in enumerate(("left", "right")):
        rows = [{"id": str(n), "email": f"u{n}@x.test", **pair[at]} for n, pair in enumerate(pairs)]
        FORMATS[ending](folder / f"{name}.{ending}", rows)
    report = folder / "audit.json"
    words = [f"--{side}={folder / f'{side}.{ending}'}" for side in ("left", "right")]
    qa_sync(
        "audit", str(spec), *words, "--config", str(folder / "qa-sync.toml"), "-q", f"--report=json={report}", *more
    )
    return checks_of(report)["property/phone:phone"]


@pytest.mark.parametrize("ending", FORMATS)
def test_the_record_names_the_country(qa_sync: QaSync, tmp_path: Path, ending: str) -> None:
    pairs = [({"phone": a, "land": b}, {"phone": c, "land": d}) for a, b, c, d, _ in PHONES]
    check = audit(qa_sync, tmp_path, ending, '{ convert = "phone", country = "land" }', pairs)
    differ = sum(not same for *_, same in PHONES)
    assert (check["status"], check["message"].split()[0]) == ("failed", str(differ)), check["message"]


@pytest.mark.parametrize(("right", "status"), [(BARE, "passed"), ("40000002", "failed")])
def test_the_card_names_the_country(qa_sync: QaSync, tmp_path: Path, right: str, status: str) -> None:
    check = audit(
        qa_sync, tmp_path, "csv", '{ convert = "phone", country = "NO" }', [({"phone": WHOLE}, {"phone": right})]
    )
    assert check["status"] == status


@pytest.mark.parametrize("ending", FORMATS)
def test_without_the_column_of_the_country_the_prefix_counts(qa_sync: QaSync, tmp_path: Path, ending: str) -> None:
    pairs = [({"phone": WHOLE}, {"phone": BARE}), ({"phone": WHOLE}, {"phone": "004740000001"})]
    check = audit(qa_sync, tmp_path, ending, '{ convert = "phone", country = "land" }', pairs)
    assert (check["status"], check["message"].split()[0]) == ("failed", "1")


BY_RECORD = '{ convert = "phone", country = "land" }'
BY_CARD = '{ convert = "phone", country = "NO" }'
WITH_COUNTRIES = tuple(({"phone": a, "land": b}, {"phone": c, "land": d}) for a, b, c, d, _ in PHONES)
WITHOUT = tuple(({"phone": a}, {"phone": b}) for a in (WHOLE, BARE) for b in (WHOLE, BARE, "40000002", "+46 40000001"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Spark's Python side is not free of warnings
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    "case",
    [
        (BY_RECORD, WITH_COUNTRIES, sum(not same for *_, same in PHONES)),
        (BY_RECORD, WITHOUT, 6),
        (BY_CARD, WITHOUT, 4),
    ],
    ids=["record", "record without the column", "card"],
)
def test_on_spark_the_same_numbers_are_the_same(
    qa_sync: QaSync, tmp_path: Path, case: tuple[str, Sequence[tuple[Row, Row]], int], ending: str
) -> None:
    phone, pairs, differ = case
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on the PATH")
    verdicts = []
    for engine in ("duckdb", "spark"):
        folder = tmp_path / engine
        folder.mkdir()
        check = audit(qa_sync, folder, ending, phone, pairs, "--engine", engine)
        verdicts.append({key: check[key] for key in ("status", "message", "expected", "actual", "records")})
    assert verdicts[0] == verdicts[1]
    assert (verdicts[1]["status"], verdicts[1]["message"].split()[0]) == ("failed", str(differ))
