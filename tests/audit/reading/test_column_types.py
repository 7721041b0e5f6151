"""Every column type of Parquet is compared as the same values in JSON lines, whatever the file's statistics say."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_pair import checks_of, make_pair
from cli_caller import QaSync
from msgspec import Struct

DECIMAL = '{ convert = "decimal", type = "number" }'
TEXT = '{ convert = "text" }'
DATE = '{ convert = "date" }'
INSTANT = '{ convert = "instant", style = "z" }'


class Column(Struct, frozen=True):
    """A column: its type, the values in Arrow (None: no value), and the same as JSON texts."""

    type: pa.DataType
    values: list[Any]
    texts: list[str]
    form: str = DECIMAL


def numbers(kind: pa.DataType, *texts: str) -> Column:
    return Column(kind, [*map(Decimal, texts), None], [*texts, "null"])


def integers(kind: pa.DataType, *values: int) -> Column:
    return Column(kind, [*values, None], [*map(str, values), "null"])


def floats(kind: pa.DataType, *values: float, form: str = DECIMAL) -> Column:
    hostile = [float("nan"), float("inf"), float("-inf"), -0.0, 0.0, *values, None]
    return Column(kind, hostile, [json.dumps(v) for v in hostile], form)


def counted(kind: pa.DataType, form: str, values: list[tuple[int, str]]) -> Column:
    """Return a column of times, given as numbers of their unit."""
    return Column(kind, [*(v for v, _ in values), None], [*(json.dumps(t) for _, t in values), "null"], form)


UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
BIG = "12345678901234567890123456789012345678"
COLUMNS = {
    "decimal_5_2": numbers(pa.decimal128(5, 2), "1.50", "1.51", "0.00", "-1.50"),
    "decimal_38_2": numbers(pa.decimal128(38, 2), f"{BIG[:-2]}.10", f"{BIG[:-2]}.20", "1.50"),
    "decimal_38_38": numbers(pa.decimal128(38, 38), f"0.{BIG}", f"0.{BIG[:-1]}9"),
    "decimal_39_2": numbers(pa.decimal256(39, 2), f"{BIG[:-1]}.10", f"{BIG[:-1]}.20", "1.50"),
    "decimal_76_38": numbers(pa.decimal256(76, 38), f"{BIG}.{BIG}", f"{BIG}.{BIG[:-1]}9"),
    "decimal_256_20": numbers(pa.decimal256(20, 2), "123456789012345678.10", "123456789012345678.20"),
    "float16": floats(pa.float16(), 1.5, 2.5),
    "float32": floats(pa.float32(), 1.5, 2.5, 16777217.0 - 1),
    "float64": floats(pa.float64(), 1.5, 0.1, 0.30000000000000004, 1e16, 1e-9, 1e300),
    "float64_text": floats(pa.float64(), 1.5, 1e16, 1e-9, form=TEXT),
    "float64_finite": Column(pa.float64(), [1.5, 2.5, 1e15, None], ["1.5", "2.5", "1000000000000000.0", "null"]),
    "int8": integers(pa.int8(), -128, 127, 0),
    "int64": integers(pa.int64(), -(2**63), 2**63 - 1, 2**53, 2**53 + 1),
    "uint8": integers(pa.uint8(), 255, 0),
    "uint64": integers(pa.uint64(), 2**64 - 1, 2**64 - 2, 2**63),
    "bool": Column(pa.bool_(), [True, False, None], ["true", "false", "null"], '{ convert = "boolean" }'),
    "string": Column(pa.string(), ["a", "B", "", " ", "Å", None], ['"a"', '"B"', '""', '" "', '"Å"', "null"], TEXT),
    "large_string": Column(pa.large_string(), ["a", "B", None], ['"a"', '"B"', "null"], TEXT),
    "binary": Column(pa.binary(), [b"a", "Å".encode(), None], ['"a"', '"Å"', "null"], TEXT),
    "dictionary": Column(pa.dictionary(pa.int32(), pa.string()), ["a", "b", None], ['"a"', '"b"', "null"], TEXT),
    "null": Column(pa.null(), [None, None], ["null", "null"], TEXT),
    "date32": counted(pa.date32(), DATE, [(0, "1970-01-01"), (19723, "2024-01-01"), (-719162, "0001-01-01")]),
    "date_beyond": counted(
        pa.date32(),
        DATE,
        [(0, "1970-01-01"), (2932897, "10000-01-01"), (-719163, "0000-12-31"), (2932896, "9999-12-31")],
    ),
    "date64": counted(pa.date64(), DATE, [(0, "1970-01-01"), (19723 * 86_400_000, "2024-01-01")]),
    **{
        f"timestamp_{unit}{'_zone' if zone else ''}": counted(
            pa.timestamp(unit, zone),
            INSTANT,
            [
                (0, "1970-01-01T00:00:00Z"),
                (1704067200 * size, "2024-01-01T00:00:00Z"),
                (-size, "1969-12-31T23:59:59Z"),
                *([(1704067200 * size + 1, f"2024-01-01T00:00:00.{1:0{len(str(size)) - 1}d}Z")] if size > 1 else []),
                *([(253402300800 * size, "10000-01-01T00:00:00Z")] if unit != "ns" else []),
            ],
        )
        for unit, size in UNITS.items()
        for zone in (None, "Europe/Oslo")
    },
    "time32": counted(pa.time32("s"), TEXT, [(3723, "01:02:03"), (0, "00:00:00")]),
    "time64": counted(pa.time64("ns"), TEXT, [(3723 * 10**9 + 5, "01:02:03.000000005"), (0, "00:00:00")]),
    "duration": counted(pa.duration("us"), TEXT, [(90_500_000, "PT90.5S"), (-1, "-PT0.000001S"), (0, "PT0S")]),
    "list": Column(pa.list_(pa.string()), [["a"], ["b", "c"], [], None], ['["a"]', '["b", "c"]', "[]", "null"], TEXT),
}
NESTED: dict[str, tuple[pa.DataType, list[Any], list[str], str]] = {
    "struct.at": (
        pa.struct([("at", pa.timestamp("ns"))]),
        [{"at": 10**9}, {"at": None}, None],
        ['{"at": "1970-01-01T00:00:01Z"}', '{"at": null}', "null"],
        INSTANT,
    ),
    "map.k": (
        pa.map_(pa.string(), pa.decimal128(5, 2)),
        [[("k", Decimal("1.50"))], [("k", Decimal("2.50")), ("l", None)], None],
        ['{"k": 1.50}', '{"k": 2.50, "l": null}', "null"],
        DECIMAL,
    ),
    "items[tag=X].price": (
        pa.list_(pa.struct([("tag", pa.string()), ("price", pa.decimal256(40, 2))])),
        [[{"tag": "X", "price": Decimal(f"{BIG}.10")}], [{"tag": "X", "price": Decimal(f"{BIG}.20")}], None],
        [f'[{{"tag": "X", "price": {BIG}.10}}]', f'[{{"tag": "X", "price": {BIG}.20}}]', "null"],
        DECIMAL,
    ),
}
COLUMNS |= {path: Column(*parts) for path, parts in NESTED.items()}


def write(folder: Path, at: int, columns: dict[str, Column], *, statistics: bool, backwards: bool) -> tuple[Path, Path]:
    """Write one side as Parquet and as JSON lines: every pair of values of a column stands in some record."""
    pairs = {name: list(product(range(len(c.values)), repeat=2)) for name, c in columns.items()}
    count = max(map(len, pairs.values()))
    ids = [f"p{n}" for n in range(count)]
    arrays: dict[str, pa.Array] = {"id": pa.array(ids), "email": pa.array([f"{one}@x.test" for one in ids])}
    lines = [[f'"id": "{one}"', f'"email": "{one}@x.test"'] for one in ids]
    for name, column in columns.items():
        # A column with fewer pairs than records repeats them.
        chosen = [pairs[name][n % len(pairs[name])][at] for n in range(count)]
        root = name.split(".")[0].split("[")[0]
        values = [column.values[n] for n in chosen]
        if pa.types.is_float16(column.type):
            import numpy as np  # noqa: PLC0415 - Arrow makes such a column from NumPy's numbers only

            values = [None if v is None else np.float16(v) for v in values]
        arrays[root] = pa.array(values, column.type)
        for line, n in zip(lines, chosen, strict=True):
            line.append(f'"{root}": {column.texts[n]}')
    table = pa.table(arrays)
    if backwards:
        table, lines = table.take(list(range(count))[::-1]), lines[::-1]
    made = folder / f"{at}.parquet", folder / f"{at}.jsonl"
    pq.write_table(table, made[0], write_statistics=statistics, row_group_size=max(1, count // 3))
    made[1].write_text("".join("{" + ", ".join(line) + "}\n" for line in lines), encoding="utf-8")
    return made


def audited(
    qa_sync: QaSync, spec: Path, left: Path, right: Path, *words: str
) -> tuple[dict[str, Any], set[tuple[Any, ...]]]:
    """Return the status and the counts of each check, and all differences."""
    report = spec.with_name("audit.json")
    report.unlink(missing_ok=True)
    sides = ("--left", str(left), "--right", str(right), "--config", str(spec.with_name("qa-sync.toml")))
    got = qa_sync("audit", str(spec), *sides, "-q", "--report", f"json={report}", *words)
    assert report.exists(), got.err
    found = {name: (c["status"], c["actual"]) for name, c in checks_of(report).items()}
    differences = pq.read_table(spec.with_name("audit.differences.parquet")).to_pylist()
    named = ("check", "class", "source_id", "expected", "actual")
    # A blank text is an empty value, which JSON lines are read as at once.
    return found, {tuple("null" if d[key] == '" "' else d[key] for key in named) for d in differences}


PARQUET, MIXED = [(0, 0)], [(0, 0), (0, 1), (1, 0)]
"""Which sides are Parquet (0) and JSON lines (1)."""


@pytest.mark.parametrize(
    ("statistics", "backwards", "by_rows", "mixes"),
    [
        (True, False, False, PARQUET),
        (True, False, True, PARQUET),
        *(
            pytest.param(*one, MIXED, marks=pytest.mark.slow)
            for one in ((True, False, False), (True, True, False), (False, False, False), (True, False, True))
        ),
    ],
)
def test_every_column_type_is_compared_as_its_json_values(
    qa_sync: QaSync,
    tmp_path: Path,
    *,
    statistics: bool,
    backwards: bool,
    by_rows: bool,
    mixes: list[tuple[int, int]],
) -> None:
    # One column that must be read row by row has the whole file read so, hence two groups of columns.
    columns = {name: c for name, c in COLUMNS.items() if by_rows == name.startswith(BY_ROWS)}
    spec = make_pair(tmp_path, {name: c.form for name, c in columns.items()})
    sides = [write(tmp_path, at, columns, statistics=statistics, backwards=backwards) for at in (0, 1)]
    wanted = audited(qa_sync, spec, sides[0][1], sides[1][1])
    assert len({status for status, _ in wanted[0].values()}) > 1
    assert sum(len(c.values) > 2 for c in columns.values()) <= sum(c[0] == "failed" for c in wanted[0].values())
    for one, other in mixes:
        got = audited(qa_sync, spec, sides[0][one], sides[1][other])
        assert got[0] == wanted[0], (one, other)
        assert got[1] == wanted[1], (one, other)


BY_ROWS = (
    *("decimal_39", "decimal_76", "float16", "binary", "dictionary", "null", "timestamp", "time", "duration", "list"),
    *("date_beyond", *NESTED),
)
