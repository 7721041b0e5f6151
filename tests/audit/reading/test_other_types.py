"""Types that few writers use, and the files of other writers, have the values that JSON lines would have."""

from __future__ import annotations

import importlib
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of, make_pair
from cli_caller import QaSync
from pyarrow import ipc
from test_column_types import BY_ROWS, COLUMNS, audited, write

from qa_sync.audit.formats.row_formats import rows_of
from qa_sync.audit.reading.column_kinds import ColumnKind, column_kinds
from qa_sync.audit.sources.source import ExportFile, ExportSource

NANO, SIX = (f"1970-01-01T00:00:00.00000000{digit}Z" for digit in (5, 6))
NANOS = pa.timestamp("ns")
UUID = uuid.UUID("30313233-3435-3637-3839-616263646566")
LONG = ("decimal_39", "decimal_76", "decimal_256")
TYPES: dict[str, tuple[Callable[[], pa.Array], list[Any], ColumnKind]] = {
    "decimal32": (lambda: pa.array([Decimal("1.50")], pa.decimal32(5, 2)), [Decimal("1.50")], ColumnKind.DECIMAL),
    "decimal_scale": (lambda: pa.array([Decimal(1000)], pa.decimal128(5, -3)), [Decimal("1E+3")], ColumnKind.DECIMAL),
    "large_binary": (lambda: pa.array([b"a\xff"], pa.large_binary()), ["a\\xff"], ColumnKind.TEXT),
    "fixed_binary": (lambda: pa.array([b"ab"], pa.binary(2)), ["ab"], ColumnKind.TEXT),
    "string_view": (lambda: pa.array(["ab"], pa.string_view()), ["ab"], ColumnKind.ANY),
    "list_view": (lambda: pa.array([[1, 2]], pa.list_view(pa.int64())), [[1, 2]], ColumnKind.INTEGER),
    "fixed_list": (
        lambda: pa.array([[5, 6]], pa.list_(NANOS, 2)),
        [[NANO, NANO[:-2] + "6Z"]],
        ColumnKind.INSTANT,
    ),
    "interval": (lambda: pa.array([pa.MonthDayNano([1, -2, 3_000_000_001])]), ["P1M-2DT3.000000001S"], ColumnKind.TEXT),
    "dictionary": (lambda: pa.array([5], NANOS).dictionary_encode(), [NANO], ColumnKind.INSTANT),
    "dictionary_bool": (lambda: pa.array([True]).dictionary_encode(), [True], ColumnKind.BOOLEAN),
    "runs": (lambda: pc.run_end_encode(pa.array([5], NANOS)), [NANO], ColumnKind.INSTANT),
    "runs_whole": (lambda: pc.run_end_encode(pa.array([5])), [5], ColumnKind.INTEGER),
    "union": (
        lambda: pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([5], NANOS), pa.array(["a"])]),
        [NANO],
        ColumnKind.TEXT,
    ),
    "uuid": (
        lambda: pa.array([b"0123456789abcdef"], pa.uuid()),
        [str(UUID)],
        ColumnKind.TEXT,
    ),
    "bool8": (lambda: pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1], pa.int8())), [True], ColumnKind.BOOLEAN),
    "tensor": (
        lambda: pa.ExtensionArray.from_storage(
            pa.fixed_shape_tensor(pa.int32(), (2,)), pa.array([[1, 2]], pa.list_(pa.int32(), 2))
        ),
        [[1, 2]],
        ColumnKind.INTEGER,
    ),
    "far": (lambda: pa.array([2**63 - 1], pa.timestamp("s")), ["292277026596-12-04T15:30:07Z"], ColumnKind.INSTANT),
    "far_day": (lambda: pa.array([-(2**31)], pa.date32()), ["-5877641-06-23"], ColumnKind.DATE),
    "map": (lambda: pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), [{"k": 1}], ColumnKind.INTEGER),
    "deep": (
        lambda: pa.array([[{"a": [{"b": Decimal("1.5")}]}]]),
        [[{"a": [{"b": Decimal("1.5")}]}]],
        ColumnKind.DECIMAL,
    ),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_has_the_values_and_the_kind_of_json_lines(tmp_path: Path, name: str) -> None:
    make, wanted, kind = TYPES[name]
    table = pa.table({"id": ["1", "2"], "x": pa.concat_arrays([make(), _nothing(make())])})
    files = [tmp_path / "a.arrow", tmp_path / "a.parquet"]
    with ipc.new_file(files[0], table.schema) as writer:
        writer.write_table(table)
    try:
        pq.write_table(table, files[1])
    except (pa.ArrowException, OSError):
        del files[1]  # Parquet has no such type
    for file in files:
        found = [data["x"] for _, data in rows_of(file)]
        assert repr(found) == repr([*wanted, None]), file
        kinds = column_kinds(ExportSource("a", (ExportFile(file, "a"),)))
        # A map that is null is a column of its own, as in JSON lines.
        assert [one for path, one in kinds.items() if path not in {"id", "x" if name == "map" else ""}] == [kind], file


def _nothing(array: pa.Array) -> pa.Array:
    if pa.types.is_union(array.type):
        return pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.nulls(1, f.type) for f in array.type])
    if isinstance(array.type, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(array.type, pa.nulls(1, array.type.storage_type))
    if pa.types.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(pa.array([None], pa.int32()), array.dictionary)
    if pa.types.is_run_end_encoded(array.type):
        return pc.run_end_encode(pa.nulls(1, array.type.value_type))
    return pa.nulls(1, array.type)


def test_an_interval_of_duckdb_is_a_duration(tmp_path: Path) -> None:
    query = "SELECT 1 AS id, INTERVAL '14 months 3 days 2.5 seconds' AS x UNION ALL SELECT 2, NULL ORDER BY id"
    duckdb.sql(f"COPY ({query}) TO '{tmp_path / 'a.parquet'}'")
    assert [data["x"] for _, data in rows_of(tmp_path / "a.parquet")] == ["P14M3DT2.5S", None]


def test_members_of_maps_are_compared_with_those_of_json_lines(qa_sync: QaSync, tmp_path: Path) -> None:
    maps = pa.array([[("k", 1), ("l", 2)], [("k", 3)]], pa.map_(pa.string(), pa.int64()))
    pq.write_table(pa.table({"id": [1, 2], "m": maps, "n": [1.5, None]}), tmp_path / "a.parquet")
    rows = [{"id": 1, "m": {"k": 1, "l": 2}, "n": 1.5}, {"id": 2, "m": {"k": 4}, "n": None}]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    places = "--left", str(tmp_path / "a.parquet"), "--right", str(tmp_path / "b.jsonl")
    done = qa_sync("audit", *places, "--key", "id", f"--report=json={tmp_path / 'r.json'}")
    assert done.code == 1, done.err
    checks = checks_of(tmp_path / "r.json")
    assert checks["property/m.k:m.k"]["actual"] == {"same": 1, "value": 1}
    assert checks["property/m.l:m.l"]["actual"]["same"] == 1
    assert checks["property/n:n"]["actual"]["same"] == 1


def by_duckdb(table: pa.Table, file: Path) -> None:
    with duckdb.connect() as con:
        con.register("rows", table)
        con.execute(f"COPY rows TO '{file}' (ROW_GROUP_SIZE 7)")


def by_polars(table: pa.Table, file: Path) -> None:
    polars = importlib.import_module("polars")
    polars.from_arrow(table).write_parquet(file, row_group_size=7)


def by_pandas(table: pa.Table, file: Path) -> None:
    pandas = importlib.import_module("pandas")
    table.to_pandas(types_mapper=pandas.ArrowDtype).to_parquet(file, row_group_size=7)


WRITERS: dict[str, tuple[Callable[[pa.Table, Path], None], tuple[str, ...]]] = {
    # Decimals of more than 38 digits, 16-bit floats and times beyond a day are others after DuckDB has read them.
    "duckdb": (
        by_duckdb,
        ("decimal_39", "decimal_76", "decimal_256", "float16", "timestamp_s", "duration", "items", "null"),
    ),
    "polars": (
        by_polars,
        ("decimal_39", "decimal_76", "decimal_256", "items", "map", "decimal_38_38", "time32", "null"),
    ),
    "pandas": (by_pandas, ("items", "map", "struct", "null")),
}
"""The writers, with the columns that they cannot hold exactly."""


@pytest.mark.parametrize("name", WRITERS)
def test_the_files_of_other_writers_are_compared_as_json_lines(qa_sync: QaSync, tmp_path: Path, name: str) -> None:
    writer, without = WRITERS[name]
    if name != "duckdb":
        pytest.importorskip(name)
    columns = {path: column for path, column in COLUMNS.items() if not path.startswith(without)}
    spec = make_pair(tmp_path, {path: c.form for path, c in columns.items()})
    sides = [write(tmp_path, at, columns, statistics=True, backwards=False) for at in (0, 1)]
    wanted = audited(qa_sync, spec, sides[0][1], sides[1][1])
    for parquet, _ in sides:
        writer(pq.read_table(parquet), parquet)
    for one, other in ((0, 0), (0, 1)):
        got = audited(qa_sync, spec, sides[0][one], sides[1][other])
        assert {check: (got[0][check], result) for check, result in wanted[0].items() if got[0][check] != result} == {}
        assert got[1] ^ wanted[1] == set()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # PySpark 4 warns of pandas 3
@pytest.mark.parametrize("by_rows", [False, True])
def test_spark_gives_the_same_verdicts(qa_sync: QaSync, tmp_path: Path, *, by_rows: bool) -> None:
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    columns = {name: c for name, c in COLUMNS.items() if by_rows == name.startswith(BY_ROWS)}
    spec = make_pair(tmp_path, {path: c.form for path, c in columns.items()})
    sides = [write(tmp_path, at, columns, statistics=True, backwards=False) for at in (0, 1)]
    wanted = audited(qa_sync, spec, sides[0][1], sides[1][1])
    for one, other in ((0, 0), (0, 1), (1, 1)):
        got = audited(qa_sync, spec, sides[0][one], sides[1][other], "--engine", "spark")
        assert {check: (got[0][check], result) for check, result in wanted[0].items() if got[0][check] != result} == {}
        assert got[1] ^ wanted[1] == set()


def test_intervals_inside_of_other_types_are_durations(tmp_path: Path) -> None:
    file = tmp_path / "intervals.parquet"
    day, none = "INTERVAL 1 DAY", "NULL::INTERVAL"
    inside = f"{{'d': {day}, 'x': 'y', 'deep': {{'l': [{day}, {none}]}}}}"
    values = f"{day} AS i, {inside} AS s, [{day}] AS l, MAP {{'k': {day}}} AS m, {none} AS n"
    duckdb.sql(f"COPY (SELECT 'a' AS id, {values}, 'z' AS after) TO '{file}' (FORMAT PARQUET)")
    assert [data for _, data in rows_of(file)] == [
        {
            "id": "a",
            "i": "P1D",
            "s": {"d": "P1D", "x": "y", "deep": {"l": ["P1D", None]}},
            "l": ["P1D"],
            "m": {"k": "P1D"},
            "n": None,
            "after": "z",
        }
    ]


def test_times_of_96_bits_keep_their_years_and_their_nanoseconds(tmp_path: Path) -> None:
    texts = ["9999-12-31T23:59:59", "0001-01-01T00:00:00", "2024-01-01T00:00:00.000001", None]
    table = pa.table({"at": pa.array(texts).cast(pa.timestamp("us")), "in": [{"at": None}] * 4})
    pq.write_table(table, tmp_path / "far.parquet", use_deprecated_int96_timestamps=True)
    assert [data["at"] for _, data in rows_of(tmp_path / "far.parquet")] == [text and f"{text}Z" for text in texts]
    near = pa.table({"at": pa.array([5, -1], NANOS)})
    pq.write_table(near, tmp_path / "near.parquet", use_deprecated_int96_timestamps=True)
    found = [data["at"] for _, data in rows_of(tmp_path / "near.parquet")]
    assert found == [NANO, "1969-12-31T23:59:59.999999999Z"]
