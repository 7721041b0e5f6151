#!/usr/bin/env bash
# Package: pandas 3.0.6 with a workbook of openpyxl 3.1.5
# Expected: a cell with a formula that no program has computed is an error, or is told apart from an empty cell
# Behavior: it is read as NaN, as an empty cell is; openpyxl writes formulas without results, and so do other libraries
# Hurts: a column of totals is silently missing in a comparison or an import, as if nobody had filled it in
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pandas==3.0.6 openpyxl==3.1.5
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import openpyxl
import pandas as pd

book = openpyxl.Workbook()
for row in (["id", "total"], [1, "=1+1"], [2, None]):
    book.active.append(row)
book.save("totals.xlsx")
print(*pd.read_excel("totals.xlsx")["total"])
PYTHON
)
echo "$seen"
# Seen: the total that is a formula and the one that is empty are the same.
[ "$seen" = "nan nan" ]
