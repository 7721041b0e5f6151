#!/usr/bin/env bash
# Package: duckdb 2.0.1, with a file of pyarrow 26.0.1
# Expected: a query of a Parquet file gives the same rows as the same query of a table with the same values
# Behavior: Parquet statistics leave NaN out, and DuckDB folds filters by them: isnan(x) finds nothing, abs(x) < 1000 finds NaN
# Hurts: rows with NaN are not found, or are counted as ordinary numbers; a check for bad values passes; a copy into a table heals it
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

pq.write_table(pa.table({"x": [1.0, float("nan"), 2.0]}), "numbers.parquet")
duckdb.sql("CREATE TABLE numbers AS FROM 'numbers.parquet'")
for condition in ("isnan(x)", "x > 100", "abs(x) < 1000"):
    file, table = (
        duckdb.sql(f"SELECT count(*) FROM {place} WHERE {condition}").fetchall()[0][0]
        for place in ("'numbers.parquet'", "numbers")
    )
    print(f"{condition}: {file} of the file, {table} of the table;", end=" ")
PYTHON
)
echo "$seen"
# Seen: three filters, three different answers for the same three values.
[ "$seen" = "isnan(x): 0 of the file, 1 of the table; x > 100: 0 of the file, 1 of the table; abs(x) < 1000: 3 of the file, 2 of the table; " ]
