"""A column of 32-bit floats beside what other writers make of the same numbers, and beside its nearest neighbors."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli_caller import QaSync
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather

from qa_sync.values.conversions.numbers import in_single_precision

NUMBERS = (0.1, 19.99, 1 / 3, -2.5, 1234567.89, 16777216.0, 123456789.0, 1e-7, 0.0, 6.02e23, 3e38, 65504.0, 5.0)


def single(number: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", number))[0]
    return found


def neighbor(number: float) -> float:
    """Return the next binary number of 32 bits."""
    (bits,) = struct.unpack("i", struct.pack("f", number))
    found: float = struct.unpack("f", struct.pack("i", bits + 1))[0]
    return found


def shortest(number: float) -> str:
    return next(text for digits in range(1, 10) if single(float(text := f"{number:.{digits}g}")) == single(number))


Write = Callable[[Path, list[float]], Path]


def columns(kind: pa.DataType, values: list[Any]) -> pa.Table:
    return pa.table({"id": [f"r{at}" for at in range(len(values))], "price": pa.array(values, kind)})


def in_place(folder: Path, values: list[float]) -> Path:
    pq.write_table(columns(pa.float32(), values), folder / "single.parquet")
    return folder / "single.parquet"


def by_rows(folder: Path, values: list[float]) -> Path:
    feather.write_feather(columns(pa.float32(), values), folder / "single.arrow")
    return folder / "single.arrow"


def doubled(folder: Path, values: list[float]) -> Path:
    pq.write_table(columns(pa.float64(), [single(one) for one in values]), folder / "doubled.parquet")
    return folder / "doubled.parquet"


def as_lines(folder: Path, values: list[float]) -> Path:
    rows = [f'{{"id": "r{at}", "price": {shortest(one)}}}\n' for at, one in enumerate(values)]
    (folder / "short.jsonl").write_text("".join(rows), encoding="utf-8")
    return folder / "short.jsonl"


def as_texts(folder: Path, values: list[float]) -> Path:
    rows = [f"r{at},{shortest(one)}\n" for at, one in enumerate(values)]
    (folder / "short.csv").write_text("id,price\n" + "".join(rows), encoding="utf-8")
    return folder / "short.csv"


def as_decimals(folder: Path, values: list[float]) -> Path:
    """Write those that a decimal column holds."""
    kept = [at for at, one in enumerate(values) if not one or 1e-7 <= abs(one) < 1e20]
    numbers = pa.array([Decimal(shortest(values[at])) for at in kept], pa.decimal128(38, 12))
    pq.write_table(pa.table({"id": [f"r{at}" for at in kept], "price": numbers}), folder / "decimals.parquet")
    return folder / "decimals.parquet"


def differing(qa_sync: QaSync, folder: Path, left: Path, right: Path) -> set[str]:
    """Return the ids of the records whose price differs."""
    report = folder / "audit.json"
    words = ("--left", str(left), "--right", str(right), "--key", "id", "--report", f"json={report}", "-q")
    got = qa_sync("audit", *words)
    assert got.code in {0, 1}, got.err
    checks = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"][0]["checks"]
    (price,) = [check for check in checks if check["id"].endswith("price:price")]
    assert price["status"] in {"passed", "failed"}, price
    rows = pq.read_table(folder / "audit.differences.parquet").to_pylist()
    return {row["source_id"] for row in rows if row["kind"] == "property"}


@pytest.mark.parametrize("mine", [in_place, by_rows])
@pytest.mark.parametrize("other", [in_place, by_rows, doubled, as_lines, as_texts, as_decimals])
class TestBesideOtherWriters:
    def test_the_same_numbers_are_the_same(self, qa_sync: QaSync, tmp_path: Path, mine: Write, other: Write) -> None:
        (tmp_path / "right").mkdir()
        left, right = mine(tmp_path, [*NUMBERS]), other(tmp_path / "right", [*NUMBERS])
        assert not differing(qa_sync, tmp_path, left, right)
        assert not differing(qa_sync, tmp_path, right, left)

    def test_the_next_number_differs(self, qa_sync: QaSync, tmp_path: Path, mine: Write, other: Write) -> None:
        numbers = [number for number in NUMBERS if 1e-3 < abs(number) < 1e6]
        (tmp_path / "right").mkdir()
        left, right = mine(tmp_path, numbers), other(tmp_path / "right", [neighbor(number) for number in numbers])
        assert differing(qa_sync, tmp_path, left, right) == {f"r{at}" for at in range(len(numbers))}


def test_the_file_of_differences_has_the_short_numbers(qa_sync: QaSync, tmp_path: Path) -> None:
    (tmp_path / "right").mkdir()
    assert differing(qa_sync, tmp_path, in_place(tmp_path, [0.1]), as_lines(tmp_path / "right", [0.2])) == {"r0"}
    (row,) = pq.read_table(tmp_path / "audit.differences.parquet").to_pylist()
    assert (row["expected"], row["actual"], row["detail"]) == ("0.1", "0.2", "expected 0.1, got 0.2")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_shortest_number_has_the_same_binary_one(number: float) -> None:
    short = in_single_precision(Decimal(repr(number)))
    assert single(float(short)) == number
    assert in_single_precision(short) == short
    assert len(short.as_tuple().digits) <= 9


@pytest.mark.parametrize("text", ["1e39", "-1e300", "1e400"])
def test_numbers_out_of_range_stay_as_they_are(text: str) -> None:
    assert in_single_precision(Decimal(text)) == Decimal(text)


def test_too_small_numbers_are_zero() -> None:
    zero = in_single_precision(Decimal("-1e-60"))
    assert zero == 0
    assert not math.copysign(1, float(zero)) < 0
