#!/usr/bin/env bash
# Package: babel 2.18.0, compared with iso4217 1.16.20260101
# Expected: get_currency_precision returns the minor units of ISO 4217
# Behavior: it returns CLDR's rounding digits for display; 13 active currencies have 0 instead of 2 or 3
# Hurts: a price of 1234.56 RSD is compared or stored as 1235, and nothing reports it
# Seen: 2026-11-30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q babel==2.18.0 iso4217==1.16.20260101
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from babel.numbers import get_currency_precision
from iso4217 import Currency

units = {c.code: c.exponent for c in Currency if c.exponent is not None}
print(*sorted(code for code, digits in units.items() if get_currency_precision(code) != digits))
PYTHON
)
echo "$seen"
# Seen: ISO 4217 has 3 digits for IQD and 2 for the others; babel has 0 for all of them.
[ "$seen" = "AFN ALL IQD IRR KPW LAK LBP MGA MMK RSD SOS SYP YER" ]
