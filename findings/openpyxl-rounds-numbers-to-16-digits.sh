#!/usr/bin/env bash
# Package: openpyxl 3.1.5
# Expected: a float or an integer that is written to a workbook is the same when it is read again, as with Excel itself
# Behavior: numbers are written with 16 significant digits
# Hurts: 0.30000000000000004 becomes 0.3, and an id of 17 digits another id, without a warning
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q openpyxl==3.1.5
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import openpyxl

book = openpyxl.Workbook()
book.active.append([0.1 + 0.2, 9007199254740993])
book.save("numbers.xlsx")
print(*(cell.value for cell in openpyxl.load_workbook("numbers.xlsx").active[1]))
PYTHON
)
echo "$seen"
# Seen: both numbers are others.
[ "$seen" = "0.3 9007199254740992" ]
