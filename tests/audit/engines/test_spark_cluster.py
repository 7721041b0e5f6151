"""An audit on a standalone Spark master with two workers finds what DuckDB finds, in folders that Spark wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from spark_cluster import LOOPBACK, cluster

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Spark's Python side is not free of warnings

COUNT, CHANGED, GONE = 600, {"r7", "r300"}, "r599"

WRITE = f"""
import datetime, decimal, sys
from pyspark.sql import SparkSession
host = "{LOOPBACK}"
session = (
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    .config("spark.driver.host", host).config("spark.driver.bindAddress", host).getOrCreate()
)
def rows(side):
    for at in range({COUNT} - side):
        name = "Changed" if side and f"r{{at}}" in {CHANGED!r} else f"Name {{at % 5}}"
        moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(minutes=at)
        yield (f"r{{at}}", name, decimal.Decimal(at) / 4, moment, moment.date(), [f"t{{at}}", "x"], at / 3, at % 2 == 0)
schema = "id string, name string, price decimal(20, 2), at timestamp, day date, tags array<string>, f float, ok boolean"
for side, (name, settings) in enumerate((
    ("left", {{"spark.sql.parquet.outputTimestampType": "INT96", "spark.sql.parquet.writeLegacyFormat": "true"}}),
    ("right", {{"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS"}}),
)):
    for key, value in settings.items():
        session.conf.set(key, value)
    session.createDataFrame(list(rows(side)), schema).repartition(3).write.parquet(f"{{sys.argv[1]}}/{{name}}")
"""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of parts that Spark has written, with times of 96 bits, legacy lists and decimals on the left."""
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on the PATH")
    folder = tmp_path_factory.mktemp("exports")
    subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, capture_output=True)
    return folder


def audited(exports: Path, folder: Path, *words: str) -> tuple[set[tuple[str, str]], Any]:
    """Return the differences, and the checks of the report."""
    folder.mkdir()
    report = folder / "audit.json"
    sides = ("--left", str(exports / "left"), "--right", str(exports / "right"), "--key", "id")
    command = [sys.executable, "-m", "qa_sync", "audit", *sides, *words, "-q", "--report", f"json={report}"]
    own = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    rows = pq.read_table(folder / "audit.differences.parquet").to_pylist()
    checks = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"][0]["checks"]
    return {(row["class"], row["source_id"]) for row in rows}, checks


def test_the_workers_find_what_one_machine_finds(exports: Path, tmp_path: Path) -> None:
    wanted = {*(("value", one) for one in CHANGED), ("alone", GONE)}
    found, checks = audited(exports, tmp_path / "duckdb")
    assert found == wanted
    with cluster(tmp_path / "cluster") as url:
        conf = ("--spark-conf", f"spark.driver.host={LOOPBACK}", "--spark-conf", "spark.executor.memory=512m")
        on_workers = audited(exports, tmp_path / "spark", "--spark-master", url, *conf)
    assert on_workers == (found, checks)
