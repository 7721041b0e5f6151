#!/usr/bin/env bash
# Package: docutils 0.22.4
# Expected: a csv-table with `:delim: tab` splits its rows at tabs, as the documentation of the option says
# Behavior: tabs become blanks before the directive sees its rows, so each row is one cell; there is no warning
# Hurts: a table pasted from a spreadsheet has one column, and a tool that reads the columns finds none
# Seen: 2026-11-30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q docutils==0.22.4
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from docutils import nodes
from docutils.core import publish_doctree


def rows(delimiter: str, character: str) -> list[list[str]]:
    text = f".. csv-table::\n   :delim: {delimiter}\n\n   sku{character}price\n   A-1{character}10\n"
    tree = publish_doctree(text)
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in tree.findall(nodes.row)]


print(rows(";", ";"))
print(rows("tab", "\t"))
PYTHON
)
echo "$seen"
# Seen: two cells a row with semicolons, one cell a row with tabs.
[ "$seen" = "[['sku', 'price'], ['A-1', '10']]
[['sku  price'], ['A-1  10']]" ]
