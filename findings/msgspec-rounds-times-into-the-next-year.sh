#!/usr/bin/env bash
# Package: msgspec 0.23.0
# Expected: a time with seven fractional digits is cut to microseconds, as datetime.fromisoformat does
# Behavior: msgspec rounds the seventh digit up, so the last tick of a year becomes the first moment of the next one
# Hurts: an invoice of 2023 is read as one of 2024; "modified since" filters skip a record
# Seen: 2026-11-30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q msgspec==0.23.0
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime

import msgspec

text = "2023-12-31T23:59:59.9999999+00:00"  # seven digits, as .NET and SQL Server write them
print(msgspec.json.decode(f'"{text}"'.encode(), type=datetime).isoformat())
print(datetime.fromisoformat(text).isoformat())
PYTHON
)
echo "$seen"
# Seen: msgspec first, the standard library second.
[ "$seen" = "2024-01-01T00:00:00+00:00
2023-12-31T23:59:59.999999+00:00" ]
