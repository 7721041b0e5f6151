#!/usr/bin/env bash
# Package: ibis-framework 12.0.0 (SQL only, no Spark is started)
# Expected: one expression means the same on each backend: isnull() of a float column is true for null only
# Behavior: the SQL for PySpark is `x IS NULL OR ISNAN(x)`, the SQL for DuckDB `x IS NULL`; notnull() likewise
# Hurts: the same check finds missing values on Spark that DuckDB does not have: NaN is counted as missing, and never as a bad number
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'ibis-framework[duckdb,pyspark]==12.0.0'
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import ibis

missing = ibis.table({"x": "float64"}, name="t").x.isnull().name("missing")
for dialect in ("duckdb", "pyspark"):
    getattr(ibis, dialect)  # loads the backend
    print(dialect, "ISNAN" in ibis.to_sql(missing, dialect=dialect).upper(), end=" ")
PYTHON
)
echo "$seen"
# Seen: only the SQL for PySpark asks for NaN.
[ "$seen" = "duckdb False pyspark True " ]
