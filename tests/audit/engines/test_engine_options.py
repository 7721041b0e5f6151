"""A memory limit and settings of a session reach the engine; what is wrong with them is an error."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from cli_caller import QaSync

from qa_sync.audit.engines.table import Needs, mebibytes, start_engine
from qa_sync.errors import UsageError


@pytest.mark.parametrize(
    ("size", "expected"), [("2GB", 1907), ("2GiB", 2048), ("500 MB", 476), ("1.5gib", 1536), ("1TB", 953_674)]
)
def test_sizes_are_those_of_duckdb(size: str, expected: int) -> None:
    assert mebibytes(size) == expected


@pytest.mark.parametrize("size", ["2", "2G", "GB", "-1GB", "0GB", "2GB;"])
def test_another_text_is_no_size(size: str) -> None:
    with pytest.raises(UsageError, match="expected a size such as 2GB"):
        mebibytes(size)


@pytest.mark.parametrize(("memory", "expected"), [(None, "953.6 MiB"), ("512MiB", "512.0 MiB")])
def test_duckdb_has_the_limit(tmp_path: Path, memory: str | None, expected: str) -> None:
    engine = start_engine("duckdb", Needs(memory, tmp_path))
    found = engine._con.con.execute("SELECT current_setting('memory_limit')").fetchall()  # type: ignore[attr-defined]
    engine.close()
    assert found == [(expected,)]


def test_spark_has_the_limit_and_the_settings_of_the_user() -> None:
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    settings = importlib.import_module("qa_sync.audit.engines.spark").session_settings
    conf = {"spark.sql.shuffle.partitions": "200", "spark.sql.session.timeZone": "CET", "spark.x": "a=b"}
    found = settings(Needs("2GiB", Path(), None, conf))
    assert (found["spark.driver.memory"], found["spark.executor.memory"]) == ("2048m", "2048m")
    assert (found["spark.sql.shuffle.partitions"], found["spark.x"]) == ("200", "a=b")
    assert found["spark.sql.session.timeZone"] == "UTC"
    assert "spark.driver.memory" not in settings(Needs(None, Path()))
    assert "spark.sql.shuffle.partitions" not in settings(Needs(None, Path(), "spark://host:7077"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--spark-conf", "a=b"], "--spark-conf is for Spark"),
        (["--engine", "spark", "--spark-conf", "ab"], "--spark-conf ab: expected KEY=VALUE"),
        (["--engine", "spark", "--spark-conf", "=b"], "--spark-conf =b: expected KEY=VALUE"),
        (["--memory-limit", "2"], "--memory 2: expected a size"),
    ],
)
def test_what_is_wrong_with_an_option_is_an_error(qa_sync: QaSync, tmp_path: Path, words: list[str], told: str) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n", encoding="utf-8")
    place = str(tmp_path / "a.csv")
    done = qa_sync("audit", "--left", place, "--right", place, "--key", "id", *words)
    assert (done.code, told in done.err) == (2, True), done.err
