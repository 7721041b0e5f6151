#!/usr/bin/env bash
# Package: datacompy 1.1.0 with pandas 3.0.6
# Expected: two frames with different integers do not match: the tolerances are 0 by default
# Behavior: integers are compared as floats by numpy.isclose, so two neighbors above 2**53 are equal
# Hurts: keys, cents and counters of 17 and more digits that differ are reported as matching
# Seen: 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q datacompy==1.1.0 pandas==3.0.6
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import datacompy
import pandas as pd

one = pd.DataFrame({"id": [1, 2], "number": [9007199254740993, 5]})
other = pd.DataFrame({"id": [1, 2], "number": [9007199254740992, 5]})
print(one.equals(other), datacompy.PandasCompare(one, other, join_columns="id").matches())
PYTHON
)
echo "$seen"
# Seen: pandas says that they differ, datacompy that they match.
[ "$seen" = "False True" ]
