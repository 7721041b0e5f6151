#!/usr/bin/env bash
# Package: duckdb 2.0.1, with a file of pyarrow 26.0.1
# Expected: a Parquet column of decimal(40, 2) is read exactly, or is an error
# Behavior: it is read as DOUBLE without a warning
# Hurts: amounts of warehouses with decimals of more than 38 digits are rounded to 17, and different ones become equal
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q duckdb==2.0.1 pyarrow==26.0.1
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

amounts = [Decimal("12345678901234567890.10"), Decimal("12345678901234567890.20")]
pq.write_table(pa.table({"amount": pa.array(amounts, pa.decimal256(40, 2))}), "amounts.parquet")
print(*duckdb.sql("SELECT any_value(typeof(amount)), count(DISTINCT amount) FROM 'amounts.parquet'").fetchall()[0])
PYTHON
)
echo "$seen"
# Seen: two different amounts are one.
[ "$seen" = "DOUBLE 1" ]
