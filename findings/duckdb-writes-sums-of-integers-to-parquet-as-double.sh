#!/usr/bin/env bash
# Package: duckdb 2.0.1, read by pyarrow 26.0.1
# Expected: the sum of a BIGINT column is written to Parquet exactly, or is an error
# Behavior: the sum is a HUGEINT, and COPY writes it as DOUBLE without a warning
# Hurts: an exported total differs from the total that the query shows, once it has more than 15 digits
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import pyarrow.parquet as pq

query = "SELECT sum(n) AS total FROM (VALUES (9007199254740992::BIGINT), (1)) AS v(n)"
duckdb.sql(f"COPY ({query}) TO 'total.parquet'")
[written] = pq.read_table("total.parquet")["total"].to_pylist()
print(duckdb.sql(query).fetchall()[0][0], type(written).__name__, int(written))
PYTHON
)
echo "$seen"
# Seen: the query shows 9007199254740993, its export has 9007199254740992.
[ "$seen" = "9007199254740993 float 9007199254740992" ]
